// The one way from a corpus' published base, or its mirror, to a transport.
import { resolve } from 'node:path';
import { z } from 'zod';
import type { Context, Transport } from '../../pipeline/define.ts';
import { type Access, openTransport } from '../fetch/index.ts';

export const mirror = z
  .string()
  .min(1)
  .optional()
  .describe(
    'Another base with the same paths below it: an http(s) URL, or a folder (relative to the pipeline file). The token, where the source has one, goes to it.',
  );

export function openPublished(
  published: string,
  options: { mirror?: string | undefined },
  { baseDir, env, signal, fetch }: Context,
  access?: Access,
): Transport {
  const base = options.mirror ?? published;
  return openTransport(/^https?:\/\//i.test(base) ? base : resolve(baseDir, base), {
    env,
    signal,
    access,
    ...fetch,
  });
}
