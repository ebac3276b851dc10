// What grows with the corpus, and what the dedupers checked, in words for the status and the report.
import type { Growing, Growth } from '../engine/growth.ts';
import { formatBytes } from '../pipeline/units.ts';

const number = new Intl.NumberFormat('en-US');

const inTheEnd = ({ atEnd }: Growing): string => (atEnd === undefined ? '' : ` → ${formatBytes(atEnd)}`);

/** For the status: bytes now, and where they lead to. Nothing where there is neither an index nor a document. */
export function growthText(growth: Growth | undefined): string | undefined {
  if (growth === undefined || growth.tables.bytes === 0) return undefined;
  const { tables, sketches, journal, spilled, memory } = growth;
  const all = together(tables, sketches);
  const limit = memory === undefined ? '' : ` of ${formatBytes(memory)}`;
  const disk =
    spilled.bytes === 0 && (spilled.atEnd ?? 0) === 0
      ? []
      : [`spilled ${formatBytes(spilled.bytes)}${inTheEnd(spilled)}`];
  return [
    `${formatBytes(all.bytes)}${inTheEnd(all)}${limit} memory (sketches ${formatBytes(sketches.bytes)})`,
    `journal ${formatBytes(journal.bytes)}${inTheEnd(journal)}`,
    ...disk,
    `+${formatBytes(all.perMillion)} memory, +${formatBytes(journal.perMillion + spilled.perMillion)} disk a million documents`,
  ].join(' · ');
}

function together(a: Growing, b: Growing): Growing {
  const atEnd = a.atEnd === undefined || b.atEnd === undefined ? undefined : a.atEnd + b.atEnd;
  return { bytes: a.bytes + b.bytes, perMillion: a.perMillion + b.perMillion, atEnd };
}

/** Rows of the report: each thing with its bytes now, for the next million kept documents, and at the end of the corpus. */
export function growthRows({ tables, sketches, journal, spilled, memory }: Growth): string[][] {
  const row = (name: string, growing: Growing): string[] => [
    name,
    formatBytes(growing.bytes),
    `+${formatBytes(growing.perMillion)}`,
    growing.atEnd === undefined ? '?' : formatBytes(growing.atEnd),
  ];
  return [
    ['', 'now', 'each million kept', 'at the end'],
    row('memory: index tables', tables),
    row('memory: sketches', sketches),
    ...(memory === undefined ? [] : [['memory: most it may take', formatBytes(memory), '', '']]),
    row('disk: journal', journal),
    row('disk: spilled index', spilled),
  ];
}

/** What each check of the dedupers means, by the end of its name. */
const MEANING: Readonly<Record<string, string>> = {
  compared: 'candidates compared by their sketches',
  refused: 'candidates that were too different: kept',
  'sampled-drops': 'drops checked (a sample)',
  'sampled-drops-unlike': 'drops that the sketches would have kept',
};

/** Rows of the report: checks by deduper, each with its share of what it was counted among. */
export function checkRows(counts: Readonly<Record<string, number>>): string[][] {
  return Object.entries(counts).map(([name, count]) => {
    const dot = name.lastIndexOf('.');
    const [deduper, check] = [name.slice(0, dot), name.slice(dot + 1)];
    const among = counts[`${deduper}.${check === 'refused' ? 'compared' : 'sampled-drops'}`] ?? 0;
    const isPart = check === 'refused' || check === 'sampled-drops-unlike';
    const share = isPart && among > 0 ? `${((100 * count) / among).toFixed(2)} %` : '';
    return [`${deduper}: ${MEANING[check] ?? check}`, number.format(count), share];
  });
}
