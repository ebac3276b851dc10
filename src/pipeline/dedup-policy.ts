// The keys of `dedup:` that are no deduper: what is compared with what, which of several copies survives, and what is kept to look at them later.
import { z } from 'zod';
import { byteSize } from './units.ts';

export const PREFERENCES = ['first', 'source'] as const;
export type Preference = (typeof PREFERENCES)[number];

export const dedupPolicy = z.strictObject({
  mode: z
    .enum(['stream', 'global'])
    .default('stream')
    .describe(
      '`stream`: one pass, each document is compared with those before it. `global`: two passes; similar documents form clusters over the whole corpus, and one of each stays.',
    ),
  memory: byteSize
    .default(2e9)
    .describe('Bytes of memory that clustering may take in the global mode; what does not fit goes through the disk.'),
  against: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'Earlier runs (their folders) and index files of `seiryu index`, relative to this file or to the current folder: documents that they hold are dropped as `<deduper>.earlier-run`.',
    ),
  prefer: z
    .enum(PREFERENCES)
    .default('first')
    .describe(
      'Which copy of a duplicate is kept. `first`: the one read first; where a source ends, the next one already begins. `source`: that of the source that stands first under `sources`; each is read to its end before the next begins.',
    ),
  matches: z
    .boolean()
    .default(true)
    .describe(
      'Writes down which document repeats which (state/matches.bin, about 1 byte for a kept document and 7 for a duplicate), for `seiryu clusters`.',
    ),
});
/** `against`: absolute paths by now. */
export type DedupPolicy = Readonly<z.output<typeof dedupPolicy>>;
