// What an evaluation tells the engine beyond perplexity: by source, and what is wrong with what the model writes.
import { z } from 'zod';

const measured = z.number().nullable();

export const diagnosticsEvent = z.object({
  event: z.literal('diagnostics'),
  step: z.number(),
  /** By source: held-out text and its perplexity; `bytes` are measured ones. */
  sources: z.record(
    z.string(),
    z.object({ documents: z.number(), tokens: z.number(), bytes: z.number(), perToken: measured, perByte: measured }),
  ),
  /** Of all sources together; null without held-out text. */
  perByte: measured,
  /** Absent when none were written. */
  samples: z
    .object({
      samples: z.number(),
      length: z.number(),
      repetition: z.array(z.number()),
      distinct: z.array(z.number()),
      looping: z.number(),
      boilerplate: z.number(),
      found: z.record(z.string(), z.number()),
    })
    .optional(),
  /** The first of the samples. */
  text: z.string().optional(),
});
export type DiagnosticsEvent = z.output<typeof diagnosticsEvent>;
