// The Hugging Face hub: its base, its paths, its token.
import { z } from 'zod';
import { PipelineError } from '../../errors.ts';
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
  if (token !== undefined && !/^[\x21-\x7e]*$/.test(token)) {
    throw new PipelineError('The environment variable HF_TOKEN holds characters that no token has.', {
      code: 'arguments.token',
      fix: 'Set it to the token as the hub shows it, hf_ and letters and digits, without quotes or line breaks.',
    });
  }
  return openPublished(HUB, options, context, {
    variable: 'HF_TOKEN',
    token: token === '' ? undefined : token,
    page: `${HUB}datasets/${repository}`,
  });
}

export const hubFolder = (repository: string, revision: string, folder: string): string =>
  `datasets/${repository}/resolve/${revision}${folder === '' ? '' : `/${folder}`}`;
