// What `symbols` and `digits` share: documents or lines go when too many of their characters are of certain kinds.
import type { Filter } from '../../pipeline/define.ts';
import { countKinds, KINDS, visible } from './classes.ts';
import { CodeUnits } from './code-units.ts';
import { withoutLines } from './edits.ts';

export interface ShareRule {
  readonly kinds: readonly number[];
  /** Share of a text's visible characters, 0 to 1. */
  readonly max: number;
  readonly unit: 'document' | 'line';
  /** Lines with fewer visible characters stay whatever they hold. */
  readonly minLine: number;
  readonly reason: string;
}

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
      return { keep: withoutLines(text, units, (start, end) => exceeds(units, start, end, minLine)) };
    },
  };
}
