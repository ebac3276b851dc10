// The runs before this one that `dedup.against` names: index files, and folders of runs whose index is derived here.
import { createHash } from 'node:crypto';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { IndexBuilder } from '../dedup/against/build-index.ts';
import type { EarlierDocument, EarlierLookup } from '../dedup/against/earlier.ts';
import { IndexFile, type OpenSection } from '../dedup/against/index-file.ts';
import type { IndexFooter } from '../dedup/against/index-footer.ts';
import { PageCache } from '../dedup/against/pages.ts';
import { fileSize } from '../durable-files.ts';
import type { Disk } from '../pipeline/define.ts';
import type { Plan } from '../pipeline/plan.ts';
import type { Registry } from '../pipeline/plugins.ts';
import { type KeptSignatures, keptSignatures } from './kept-signatures.ts';
import { openMatchings } from './open-plugins.ts';

/** Pages of all index files that stay in memory. */
const CACHE_BYTES = 64 * 2 ** 20;

export interface Earlier {
  /** One for each deduper of the plan; none where there are no earlier runs. */
  readonly lookups: readonly EarlierLookup[];
  /** They change when what an earlier run holds does: a run goes on against the same only. */
  readonly fingerprints: readonly string[];
  /** Bytes of memory beside the cache. */
  readonly bytes: number;
  /** Which document it is: the index's input, the number in it, and the id where the index knows it. */
  nameOf(document: EarlierDocument): EarlierName;
  close(): void;
}

export interface EarlierName {
  /** As `dedup.against` names it, absolute. */
  readonly path: string;
  /** Folder or name of the corpus. */
  readonly input: string;
  readonly number: number;
  readonly id: string | undefined;
}

/** Opens all of them read-only. Indexes of run folders are written to `dir`. Throws PipelineError for parameters that differ. */
export async function openEarlier(
  { dedup, dedupers }: Pick<Plan, 'dedup' | 'dedupers'>,
  registry: Registry,
  dir: string,
  disk: Disk,
): Promise<Earlier> {
  const cache = new PageCache(CACHE_BYTES);
  const files: IndexFile[] = [];
  const close = (): void => {
    for (const file of files) file.close();
  };
  try {
    const fingerprints: string[] = [];
    for (const path of dedup.against) {
      const { file, fingerprint } = await openOne(path, registry, dir, disk, cache);
      files.push(file);
      fingerprints.push(fingerprint);
    }
    const matchings = files.length === 0 ? [] : openMatchings(dedupers, registry);
    const sections = matchings.map((matching, index) => {
      const name = dedupers[index]?.name ?? '';
      return files.map((file) => file.section(name, matching));
    });
    return {
      lookups: sections.map(lookupOf),
      fingerprints,
      bytes: sections.flat().reduce((sum, { bytes }) => sum + bytes, 0),
      nameOf({ earlier, row }) {
        const file = files[earlier];
        if (file === undefined) throw new RangeError(`no earlier run ${earlier}`);
        return { path: dedup.against[earlier] ?? file.path, ...file.nameOf(row) };
      },
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

function lookupOf(sections: readonly OpenSection[]): EarlierLookup {
  return {
    find(signatures, at) {
      for (const [earlier, section] of sections.entries()) {
        const row = section.find(signatures, at);
        if (row >= 0) return { earlier, row };
      }
      return undefined;
    },
  };
}

async function openOne(
  path: string,
  registry: Registry,
  dir: string,
  disk: Disk,
  cache: PageCache,
): Promise<{ file: IndexFile; fingerprint: string }> {
  if (!(await stat(path)).isDirectory()) {
    const file = await IndexFile.open(path, cache);
    return { file, fingerprint: file.fingerprint };
  }
  const kept = await keptSignatures(path);
  const fingerprint = fingerprintOf(kept);
  const derived = join(dir, `${fingerprint.slice(0, 16)}.index`);
  // The file appears whole or not at all.
  if ((await fileSize(derived)) === undefined) {
    await mkdir(dir, { recursive: true });
    await indexRun(kept, path, derived, registry, disk);
  }
  return { file: await IndexFile.open(derived, cache), fingerprint };
}

const fingerprintOf = ({ record, words }: KeptSignatures): string =>
  createHash('sha256').update(`${record.pipeline.identity} ${record.documents.kept} ${words}`).digest('hex');

/** Writes the index of what a run kept. Dedupers that compare within one pass only are left out. */
export async function indexRun(
  kept: KeptSignatures,
  name: string,
  path: string,
  registry: Registry,
  disk: Disk,
): Promise<IndexFooter> {
  const matchings = openMatchings(kept.dedupers, registry);
  const dedupers = matchings.map((matching, index) => ({ deduper: kept.dedupers[index]?.name ?? '', matching }));
  const builder = new IndexBuilder({ path, dedupers, disk });
  builder.begin(name);
  try {
    for await (const piece of kept.pieces())
      for (let at = 0; at < piece.length; at += kept.words) await builder.add(piece, at);
    return await builder.finish();
  } finally {
    await builder.abandon();
  }
}
