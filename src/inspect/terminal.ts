// A preview and an explanation as text for a terminal.
import { styleText } from 'node:util';
import { changedLines } from './lines.ts';
import { type Preview, type RuleTotals, splitReason } from './preview.ts';
import { type Segment, segmentsOf } from './segments.ts';
import type { Trace } from './trace.ts';

/** `marks`: removals as `[-…-]` and insertions as `{+…+}` (as wdiff does), for files and pipes. */
export type Look = 'colours' | 'marks';

const CONTEXT = 1;
const LONGEST_KEPT = 60;
const EXCERPT = 160;
const number = new Intl.NumberFormat('en-US');

export function previewText(preview: Preview, look: Look): string {
  const { shown, shownOf } = preview;
  const heading =
    shown.length === 0
      ? ['No document to show: nothing was changed or dropped.']
      : [`${shown.length} of ${shownOf} documents that were changed or dropped:`];
  return [...heading, '', ...shown.flatMap((trace) => [...traceLines(trace, look), '']), ...totalsLines(preview)].join(
    '\n',
  );
}

/** One document: where it is from, what became of it, and each changed line with the rules that changed it. */
export function traceLines(trace: Trace, look: Look): string[] {
  const { document } = trace;
  const head = `${strong(document.id, look)}${document.url === undefined ? '' : `  ${printable(document.url)}`}`;
  const body = segmentLines(segmentsOf(trace), look);
  return [
    head,
    `  ${outcomeText(trace)}`,
    ...(body.some((line) => line.includes('←')) ? body : excerptLines(trace, look)),
  ];
}

/** Each changed line, with who changed it and a line around. */
export const segmentLines = (segments: readonly Segment[], look: Look): string[] =>
  changedLines(segments, CONTEXT).map((line) => {
    if (line.kind === 'fold')
      return faint(`    ⋯ ${line.lines} ${line.lines === 1 ? 'line' : 'lines'} as before`, look);
    const by = line.rules.filter((rule) => rule !== '').join(', ');
    const text = line.segments.map((segment) => segmentText(segment, look)).join('');
    return `    ${text}${by === '' ? '' : faint(`   ← ${by}`, look)}`;
  });

/** A document without changed lines is told by its beginning. */
const excerptLines = ({ text }: Trace, look: Look): string[] => [
  faint(`    ${printable(shortened(text.replaceAll('\n', ' '), EXCERPT))}`, look),
];

export function outcomeText({ outcome, steps }: Trace): string {
  const by = steps.filter(({ result }) => 'keep' in result).map(({ filter }) => filter);
  const changed = by.length === 0 ? 'unchanged' : `changed by ${by.join(', ')}`;
  if (outcome.decision === 'keep') return `kept, ${changed}`;
  if (outcome.decision === 'quarantine') return `quarantined: ${outcome.reason}. ${printable(outcome.detail)}`;
  const { rule, reason } = splitReason(outcome.reason);
  return `dropped by ${rule}: ${reason}${'duplicateOf' in outcome ? ` of ${outcome.duplicateOf}` : ''} (${changed} before)`;
}

function totalsLines({ read, kept, quarantined, skipped, units, rules, slowest }: Preview): string[] {
  const rows = [...rules].map(([rule, totals]) => ruleRow(rule, totals, units));
  const head = ['rule', 'changed', 'dropped', 'characters removed', 'put in', 'M characters/s'];
  const widths = head.map((cell, column) => Math.max(cell.length, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    `  ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ')}`;
  const skips = Object.entries(skipped).map(([reason, times]) => `${reason} ${number.format(times)}`);
  return [
    `${number.format(read)} records read, ${number.format(kept)} documents kept, ${number.format(quarantined.length)} quarantined${skips.length === 0 ? '' : `; no documents: ${skips.join(', ')}`}`,
    ...quarantined.slice(0, 5).map(({ place, reason, detail }) => `  ${place}: ${reason}. ${printable(detail)}`),
    '',
    line(head),
    ...rows.map(line),
    '',
    'Slowest documents (their length says whether that is fair):',
    ...slowest.map((trace) => {
      const worst = [...trace.seconds].sort((a, b) => b.seconds - a.seconds)[0];
      const total = trace.seconds.reduce((sum, { seconds }) => sum + seconds, 0);
      return `  ${(1000 * total).toFixed(2)} ms  ${number.format(trace.document.text.length)} characters  ${trace.document.id}${worst === undefined ? '' : `, most in ${worst.filter}`}`;
    }),
  ];
}

function ruleRow(rule: string, { changed, dropped, removed, inserted, seconds }: RuleTotals, units: number): string[] {
  const reasons = Object.entries(dropped).map(([reason, times]) => `${reason} ${number.format(times)}`);
  return [
    rule,
    number.format(changed),
    reasons.length === 0 ? '0' : reasons.join(', '),
    number.format(removed),
    number.format(inserted),
    seconds === 0 ? '' : (units / 1e6 / seconds).toFixed(0),
  ];
}

function segmentText(segment: Segment, look: Look): string {
  const text = printable(segment.text.replace(/\n$/, ''));
  if (segment.kind === 'kept') return text.length > LONGEST_KEPT ? `${text.slice(0, 24)}⋯${text.slice(-24)}` : text;
  if (text === '') return '';
  if (look === 'marks') return segment.kind === 'removed' ? `[-${text}-]` : `{+${text}+}`;
  return segment.kind === 'removed' ? styleText(['red', 'strikethrough'], text) : styleText('green', text);
}

const strong = (text: string, look: Look): string => (look === 'colours' ? styleText('bold', text) : text);
const faint = (text: string, look: Look): string => (look === 'colours' ? styleText('dim', text) : text);

const shortened = (text: string, units: number): string =>
  text.length > units ? `${text.slice(0, units).toWellFormed()}…` : text;

/** Text from the web must not steer the terminal: control characters as their pictures. */
export function printable(text: string): string {
  let out = '';
  let copied = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    const isControl = (unit < 0x20 && unit !== 0x09) || (unit >= 0x7f && unit < 0xa0);
    if (!isControl) continue;
    out += text.slice(copied, at) + (unit < 0x20 ? String.fromCharCode(0x2400 + unit) : unit === 0x7f ? '␡' : '\ufffd');
    copied = at + 1;
  }
  return copied === 0 ? text : out + text.slice(copied);
}
