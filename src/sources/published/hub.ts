// The Hugging Face hub: its base, its paths, its token.
import { z } from 'zod';
import type { Context, Transport } from '../../pipeline/define.ts';
import { openPublished } from './mirror.ts';

const HUB = 'https://huggingface.co/';

export const revision = z
  .string()
  .regex(/^(?:refs\/[A-Za-z0-9._-]+\/)?[A-Za-z0-9._-]+$/, 'a branch, a tag or a commit')
  .default('main')
  .describe('Branch, tag or commit of the dataset. A commit pins the bytes.');

/** A transport for one dataset; the token in HF_TOKEN goes with every request to its base. */
export function openHub(repository: string, options: { mirror?: string | undefined }, context: Context): Transport {
  const token = context.env.HF_TOKEN?.trim();
  return openPublished(HUB, options, context, {
    variable: 'HF_TOKEN',
    token: token === '' ? undefined : token,
    page: `${HUB}datasets/${repository}`,
  });
}

export const hubFolder = (repository: string, revision: string, folder: string): string =>
  `datasets/${repository}/resolve/${revision}${folder === '' ? '' : `/${folder}`}`;
