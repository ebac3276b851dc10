// Shards asked for by number: one that is not there is an error, not a smaller corpus.
import { SourceError } from '../../errors.ts';
import type { NumberRange } from './ranges.ts';

/** Throws for the first number of `wanted` that `numbers` lacks. Linear in both. */
export function checkWanted(
  wanted: readonly NumberRange[] | undefined,
  numbers: readonly number[],
  { what, base, option }: { what: string; base: string; option: string },
): void {
  if (wanted === undefined) return;
  const there = new Set(numbers);
  let highest = 0;
  for (const number of there) highest = Math.max(highest, number);
  for (const { first, last } of wanted) {
    for (let number = first; number <= last; number++) {
      if (there.has(number)) continue;
      throw new SourceError(`${what} ${number} is not at ${base}, which has ${there.size}, up to ${highest}.`, {
        code: 'source.shard_missing',
        fix: `Ask for fewer with \`${option}:\`, or for \`all\`.`,
      });
    }
  }
}
