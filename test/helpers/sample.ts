// The bundled sample and its truth file.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { SAMPLE } from './cli.ts';

const truthLine = z.object({
  id: z.string(),
  genre: z.string(),
  expect: z.enum(['keep', 'short', 'duplicate', 'reject', 'redirect', 'namespace']),
  reason: z.string().optional(),
  cluster: z.number().optional(),
  of: z.string().optional(),
  jaccard: z.number().optional(),
  lookalike: z.string().optional(),
  noise: z.array(z.string()),
  /** First 16 hex digits of the SHA-256 of the clean text under NFKC without white space. */
  sha: z.string().optional(),
  /** Lines that must survive. */
  clean: z.array(z.string()).optional(),
  /** Strings that must not be left. */
  gone: z.array(z.string()).optional(),
});
export type Truth = z.output<typeof truthLine>;

/** One line for each record of each shard, the validation shard included. */
export async function truthOfSample(): Promise<Truth[]> {
  const text = gunzipSync(await readFile(join(SAMPLE, 'truth.jsonl.gz'))).toString('utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => truthLine.parse(JSON.parse(line)));
}

/** The sample's four sources over `mirror` (a folder or a URL), as a line of a pipeline file. */
export const sampleSources = (mirror: string): string => {
  const at = JSON.stringify(mirror);
  return `[wikipedia: { date: "20250601", mirror: ${at} }, cc100: { mirror: ${at} }, oscar: { mirror: ${at} }, mc4: { mirror: ${at} }]`;
};
