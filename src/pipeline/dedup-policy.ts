// The keys of `dedup:` that are no deduper: which of several copies survives, and what is kept to look at them later.
import { z } from 'zod';

export const PREFERENCES = ['first', 'source', 'longest', 'newest', 'oldest'] as const;
export type Preference = (typeof PREFERENCES)[number];

export const dedupPolicy = z.strictObject({
  prefer: z
    .enum(PREFERENCES)
    .default('first')
    .describe(
      'Which copy of a duplicate is kept. `first`: the one read first; where a source ends, the next one already begins. `source`: that of the source that stands first under `sources`; each is read to its end before the next begins. `longest`, `newest` and `oldest` need to see all copies before one is written: `mode: global`.',
    ),
  matches: z
    .boolean()
    .default(true)
    .describe(
      'Writes down which document repeats which (state/matches.bin, about 1 byte for a kept document and 7 for a duplicate), for `seiryu clusters`.',
    ),
});
export type DedupPolicy = z.output<typeof dedupPolicy>;
