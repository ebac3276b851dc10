// What `symbols` and `digits` share: documents or lines go when too many of their characters are of certain kinds.
import type { Filter } from '../../pipeline/define.ts';
import { countKinds, KINDS, visible } from './classes.ts';
import { CodeUnits } from './code-units.ts';
import { applyEdits, type Edit, removeLine } from './edits.ts';

export interface ShareRule {
  readonly kinds: readonly number[];
  /** Share of a text's visible characters, 0 to 1. */
  readonly max: number;
  readonly unit: 'document' | 'line';
  /** Lines with fewer visible characters stay whatever they hold. */
  readonly minLine: number;
  readonly reason: string;
}

const NEWLINE = 0x0a;

/** Linear: each character is looked at once. */
export function shareOfKinds({ kinds, max, unit, minLine, reason }: ShareRule): Filter {
  const code = new CodeUnits();
  const counts = new Uint32Array(KINDS);
  const exceeds = (units: Uint16Array, start: number, end: number, least: number): boolean => {
    counts.fill(0);
    countKinds(units, start, end, counts);
    const all = visible(counts);
    let found = 0;
    for (const one of kinds) found += counts[one] ?? 0;
    return all >= least && found > max * all;
  };
  if (unit === 'document')
    return {
      apply: ({ text }) => (exceeds(code.of(text), 0, text.length, 1) ? { drop: reason } : { keep: text }),
    };
  return {
    apply({ text }) {
      const units = code.of(text);
      const edits: Edit[] = [];
      for (let start = 0; start < text.length; ) {
        let end = start;
        while (units[end] !== NEWLINE) end++;
        if (exceeds(units, start, end, minLine)) edits.push(removeLine(text, start, end));
        start = end + 1;
      }
      return { keep: applyEdits(text, edits) };
    },
  };
}
