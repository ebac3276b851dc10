// A tuning as text: the histogram, the S-curves and what each choice would drop.
import asciichart from 'asciichart';
import { candidateChance } from './s-curve.ts';
import type { Look } from './terminal.ts';
import { BINS, type ChoiceResult, type Tuning } from './tune.ts';

const COLUMNS = 60;
const HEIGHT = 10;
const BAR = 40;
const MARKS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const COLOURS = [
  asciichart.green,
  asciichart.blue,
  asciichart.magenta,
  asciichart.yellow,
  asciichart.cyan,
  asciichart.red,
];
const number = new Intl.NumberFormat('en-US');

export function tuneLines(tuning: Tuning, look: Look): string[] {
  const { documents, read, threshold, shingle, choices } = tuning;
  return [
    `${number.format(documents)} documents, as the filters left them, of ${number.format(read)} records; shingles of ${shingle}, threshold ${threshold}`,
    '',
    'How similar each is to the nearest before it, and all pairs:',
    ...histogramLines(tuning),
    '',
    'The chance that two documents become candidates (up), by their similarity (right, 0 to 1):',
    ...curveLines(choices, look),
    '',
    ...table(tuning),
    '',
    'dropped: expected of these documents · wrongly: of them, without an earlier one at the threshold · missed: with one, and kept.',
    'A sample holds few of the pairs of a whole corpus: the shares are lower bounds, and comparable among the choices.',
  ];
}

function histogramLines({ bins }: Tuning): string[] {
  // Counts span many powers of ten: bars are logarithmic, so that a single pair can be seen.
  const most = Math.log1p(Math.max(1, ...bins.map(({ nearest }) => nearest)));
  const width = Math.max(...bins.map(({ pairs }) => number.format(pairs).length));
  return bins.map(({ from, nearest, pairs }) => {
    const bar = '█'.repeat(Math.round((BAR * Math.log1p(nearest)) / most));
    const range = `${from.toFixed(2)}–${(from + 1 / BINS).toFixed(2)}`;
    return `  ${range} ${bar.padEnd(BAR)} ${number.format(nearest).padStart(9)}  pairs ${number.format(pairs).padStart(width)}`;
  });
}

function curveLines(choices: readonly ChoiceResult[], look: Look): string[] {
  const shown = choices.slice(0, COLOURS.length);
  const series = shown.map((choice) =>
    Array.from({ length: COLUMNS }, (_, column) => candidateChance(choice, column / (COLUMNS - 1))),
  );
  const colours = look === 'colours' ? { colors: COLOURS } : {};
  const chart = asciichart.plot(series, { height: HEIGHT, min: 0, max: 1, ...colours }).split('\n');
  const halves = shown.map(
    ({ bands, rows, half }, index) => `${MARKS[index]}: ${bands} × ${rows}, half at ${half.toFixed(2)}`,
  );
  return [
    ...chart.map((line) => line.trimEnd()),
    `          ${scaleLine()}`,
    `  ${halves.join('   ')} (from left to right as these numbers grow)`,
  ];
}

function scaleLine(): string {
  const marks = [0, 0.25, 0.5, 0.75, 1];
  let line = '';
  for (const mark of marks) line = `${line.padEnd(Math.round(mark * (COLUMNS - 1)))}${mark}`;
  return line;
}

function table({ documents, choices }: Tuning): string[] {
  const share = (count: number): string =>
    `${count.toFixed(1)} (${((100 * count) / Math.max(1, documents)).toFixed(2)} %)`;
  const rows = choices.map(({ bands, rows: inBand, half, dropped, wrongly, missed }, index) => [
    `${MARKS[index] ?? ' '} ${bands} × ${inBand}${index === 0 ? ' (yours)' : ''}`,
    `${bands * inBand}`,
    half.toFixed(2),
    share(dropped),
    wrongly.toFixed(2),
    missed.toFixed(2),
  ]);
  const head = ['bands × rows', 'values', 'half at', 'dropped', 'wrongly', 'missed'];
  const widths = head.map((cell, column) => Math.max(cell.length, ...rows.map((row) => (row[column] ?? '').length)));
  return [head, ...rows].map(
    (row) =>
      `  ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ')}`,
  );
}
