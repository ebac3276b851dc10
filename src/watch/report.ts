// The report of a finished run, from its record alone: what came in, what went out and why, and what was saved on disk.
import type { RunRecord } from '../engine/record.ts';
import { formatBytes } from '../pipeline/units.ts';
import { checkRows, growthRows } from './growth.ts';
import { formatDuration } from './status.ts';
import { table } from './table.ts';
import { trainerLines } from './trainer-report.ts';

const number = new Intl.NumberFormat('en-US');
const share = (part: number, whole: number): string => (whole === 0 ? '' : `${((100 * part) / whole).toFixed(1)} %`);

/** What pass one counted. */
function surveyLines({ surveys }: RunRecord): string[] {
  if (surveys === undefined) return [];
  const rows = Object.entries(surveys).flatMap(([label, facts]) =>
    Object.entries(facts).map(([name, value]) => [
      `${label} ${name}`,
      typeof value !== 'number'
        ? JSON.stringify(value)
        : value > 0 && value < 1
          ? value.toExponential(1)
          : number.format(value),
    ]),
  );
  return ['', 'Counted in a pass before', ...table(rows)];
}

/** What the common way (download, extract, save plain text) keeps on disk at once, in bytes. */
export const threeCopies = ({ bytes }: RunRecord): number => bytes.fetched + bytes.decoded + bytes.kept;

export function reportLines(record: RunRecord): string[] {
  const { documents, bytes, disk, seconds, sources } = record;
  const dropped = Object.entries(documents.dropped).sort(([, a], [, b]) => b - a);
  const copies = threeCopies(record);
  const cpu = Object.entries(seconds.cpu).flatMap(([stage, value]): [string, number][] =>
    typeof value === 'number'
      ? stage === 'total'
        ? []
        : [[stage, value]]
      : Object.entries(value).map(([name, each]) => [`filter ${name}`, each]),
  );
  const parts = Object.entries(disk.parts).sort(([, a], [, b]) => b - a);
  return [
    `清流 ${record.pipeline.name}: ${record.status}${record.note === undefined ? '' : ` (${record.note})`}${record.error === undefined ? '' : `: ${record.error.message}`}`,
    '',
    'Documents',
    ...table([
      ['read', number.format(documents.read), ''],
      ['kept', number.format(documents.kept), share(documents.kept, documents.read)],
      ...dropped.map(([reason, count]) => [`dropped ${reason}`, number.format(count), share(count, documents.read)]),
      ['quarantined', number.format(documents.quarantined), share(documents.quarantined, documents.read)],
    ]),
    '',
    'Sources',
    ...table([
      ['', 'read', 'kept', 'dropped', 'quarantined'],
      ...Object.entries(sources).map(([name, each]) => [
        name,
        ...[each.read, each.kept, each.dropped, each.quarantined].map((count) => number.format(count)),
      ]),
    ]),
    ...firstPassLines(record),
    ...networkLines(record),
    ...surveyLines(record),
    '',
    'Disk',
    ...table([
      ['download + extracted copy + plain text', formatBytes(copies), ''],
      ['this run at its peak', formatBytes(disk.peak), share(disk.peak, copies)],
      [
        '  of that, grows with the corpus',
        formatBytes(disk.stream),
        `${share(disk.stream, bytes.decoded)} of the decoded bytes`,
      ],
      ['  fixed overheads', formatBytes(disk.fixed), ''],
      ...parts.map(([part, held]) => [`  peak of ${part}`, formatBytes(held), '']),
      ['budget', formatBytes(disk.budget), ''],
    ]),
    ...dedupLines(record),
    '',
    memoryLine(record),
    `Time ${formatDuration(seconds.wall)}, ${formatBytes(bytes.decoded)} decoded (${formatBytes(bytes.decoded / Math.max(seconds.wall, 0.001))}/s), ${seconds.cpu.total.toFixed(1)} CPU seconds`,
    ...table(cpu.filter(([, value]) => value > 0).map(([stage, value]) => [stage, `${value.toFixed(2)} s`])),
    ...trainerLines(record.trainer),
  ];
}

const memoryLine = ({ memory: { index, tables, peak } }: RunRecord): string =>
  `Memory ${formatBytes(peak)} at its peak${index === 0 ? '' : `, index ${formatBytes(index)}`}${tables === 0 ? '' : `, tables of filters ${formatBytes(tables)} (once for all workers)`}`;

function dedupLines({ growth, dedup }: RunRecord): string[] {
  if (growth === undefined || growth.tables.bytes === 0) return [];
  return ['', 'Deduplication', ...table(growthRows(growth)), ...table(checkRows(dedup))];
}

function firstPassLines({ firstPass }: RunRecord): string[] {
  if (firstPass === undefined) return [];
  const { documents, bytes, decided } = firstPass;
  const rows = [
    ['read', number.format(documents.read), `${formatBytes(bytes.fetched)} fetched`],
    ['signed', number.format(documents.signed), ''],
    ...(decided === undefined
      ? []
      : [
          ['clusters of two or more', number.format(decided.clusters), `${number.format(decided.kept)} documents stay`],
        ]),
  ];
  return ['', 'First pass', ...table(rows)];
}

function networkLines({ faults, checks }: RunRecord): string[] {
  const rows = [
    ...Object.entries(checks).map(([check, shards]) => [`shards ${check}`, number.format(shards)]),
    ...Object.entries(faults).map(([kind, times]) => [`fault ${kind}`, number.format(times)]),
  ];
  return rows.length === 0 ? [] : ['', 'Integrity and network', ...table(rows)];
}
