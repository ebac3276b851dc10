// Evaluations as tables that a person reads.

import type { Diagnostics } from './diagnose.ts';
import { NOTHING, perplexityOf, type TextMeasure, totalOf } from './perplexity.ts';

const whole = new Intl.NumberFormat('en-US');

export const percentText = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** Columns as wide as their widest cell, two blanks apart; the first column to the left, the others to the right. */
export function alignedRows(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>(
    (found, row) => row.map((cell, column) => Math.max(found[column] ?? 0, widthOf(cell))),
    [],
  );
  const padded = (cell: string, column: number) => {
    const blanks = ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell)));
    return column === 0 ? cell + blanks : blanks + cell;
  };
  return rows.map((row) => row.map(padded).join('  ').trimEnd());
}

/** Columns of a terminal: East Asian wide characters take two. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text)
    width += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u.test(
      character,
    )
      ? 2
      : 1;
  return width;
}

/** A row a source, and one for all where there are several. */
export function perplexityTable(measures: ReadonlyMap<string, TextMeasure>): string[] {
  const rows = [...measures].map(([source, measure]) => perplexityRow(source, measure));
  const total = measures.size > 1 ? [perplexityRow('all', totalOf(measures))] : [];
  return alignedRows([
    ['source', 'documents', 'bytes', 'tokens', 'perplexity a token', 'a byte', 'bits a byte'],
    ...rows,
    ...total,
  ]);
}

function perplexityRow(source: string, measure: TextMeasure = NOTHING): string[] {
  const { perToken, perByte, bitsPerByte } = perplexityOf(measure);
  const { documents, bytes, tokens } = measure;
  const counts = [documents, bytes, tokens].map((count) => whole.format(count));
  return [source, ...counts, perToken.toFixed(2), perByte.toFixed(4), bitsPerByte.toFixed(4)];
}

export function diagnosticsTable(found: Diagnostics): string[] {
  return alignedRows([
    ['samples', `${found.samples}, ${found.length.toFixed(1)} tokens on average`],
    ['end in a loop', percentText(found.looping)],
    ['hold boilerplate', percentText(found.boilerplate)],
    ...Object.entries(found.found).map(([name, share]) => [`  found by ${name}`, percentText(share)]),
    ...found.repetition.map((share, i) => [`rep-${i + 1}`, percentText(share)]),
    ...found.distinct.map((share, i) => [`distinct-${i + 1}`, percentText(share)]),
  ]);
}
