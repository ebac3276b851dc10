// Wikimedia's dump server: whether a dump is whole, and the parts of a dump of the search index.
import { z } from 'zod';
import { SourceError } from '../../errors.ts';
import type { Transport } from '../../pipeline/define.ts';
import { type Part, partsOf } from './parts.ts';
import { jsonOf, textOf } from './small-file.ts';

export const DUMPS = 'https://dumps.wikimedia.org/';

const dumpStatus = z.object({
  jobs: z.record(
    z.string(),
    z.object({ status: z.string(), files: z.record(z.string(), z.object({ size: z.int().optional() })).optional() }),
  ),
});
/** The job that writes the articles as independent bz2 streams. */
const JOB = 'articlesmultistreamdump';

/**
 * The published size of a file of a dump, from the `dumpstatus.json` beside it; undefined where there is none (mirrors
 * often leave it out). Throws when it says that the dump is not finished.
 */
export async function dumpedSize(transport: Transport, folder: string, name: string): Promise<number | undefined> {
  const text = await textOf(transport, `${folder}dumpstatus.json`);
  const parsed = dumpStatus.safeParse(text === undefined ? undefined : jsonOf(text));
  const job = parsed.success ? parsed.data.jobs[JOB] : undefined;
  if (job === undefined) return undefined;
  if (job.status !== 'done') {
    throw new SourceError(`The dump at ${transport.base}${folder} is not finished: the articles are "${job.status}".`, {
      code: 'source.unfinished',
      fix: 'Take the day before it, or wait: a dump of all articles takes some days.',
    });
  }
  return job.files?.[name]?.size;
}

/**
 * The parts of a dump of the search index as they are since 2025: a folder a wiki. Empty where there is no such folder;
 * then it may be an older dump, in one file. Throws when parts are there and not all of them.
 */
export async function searchIndexParts(transport: Transport, wiki: string, day: string): Promise<Part[]> {
  const folder = `other/cirrus_search_index/${day}/index_name=${wiki}_content`;
  const listed = await transport.list(folder).catch((error: unknown) => {
    if (error instanceof SourceError && error.code === 'fetch.not_found') return [];
    throw error;
  });
  const parts = partsOf(listed, new RegExp(`^${wiki}_content-${day}-(\\d{5})\\.json\\.bz2$`));
  if (parts.length === 0) return parts;
  const missing = parts.findIndex(({ number }, index) => number !== index);
  const finished = listed.some(({ path }) => path.endsWith('/_SUCCESS'));
  if (finished && missing < 0) return parts;
  throw new SourceError(
    missing < 0
      ? `The search index of ${wiki} at ${transport.base}${folder} is not finished: it has no _SUCCESS.`
      : `Part ${missing} of the search index of ${wiki} is not in ${transport.base}${folder}.`,
    {
      code: missing < 0 ? 'source.unfinished' : 'source.shard_missing',
      fix: 'Take another day; in a mirror complete the folder, with the file _SUCCESS that the server writes last.',
    },
  );
}
