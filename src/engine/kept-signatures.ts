// The signatures of the documents that a finished or stopped run kept, read from its journal.
import { DecisionFiles, decisionsHead } from '../dedup/global/decisions.ts';
import { PipelineError } from '../errors.ts';
import { loadPlan } from '../pipeline/load.ts';
import type { PlannedPlugin } from '../pipeline/plan.ts';
import { passFolder, passJournal } from './first-pass-paths.ts';
import { readJournal } from './journal.ts';
import { JournalRows } from './journal-rows.ts';
import { type RunRecord, readRecord } from './record.ts';
import { runPaths } from './run-folder.ts';

export interface KeptSignatures {
  readonly record: RunRecord;
  /** The dedupers whose signatures these are, side by side. */
  readonly dedupers: readonly PlannedPlugin[];
  /** u32 words of a document. */
  readonly words: number;
  /** Rows of signatures, in the order of the documents; each piece is valid until the next. */
  pieces(): AsyncGenerator<Uint32Array>;
}

/** Opens a run's folder for reading; nothing in it is changed. Throws PipelineError for what is no run. */
export async function keptSignatures(dir: string): Promise<KeptSignatures> {
  const record = await readRecord(dir);
  if (record === undefined) {
    throw new PipelineError(`${dir} holds no run.json that can be read.`, {
      code: 'run.none',
      fix: 'Give the folder of a run, e.g. runs/sample, or an index file.',
    });
  }
  const paths = runPaths(dir);
  const decided = await decisionsHead(passFolder(paths));
  const path = decided === undefined ? paths.journal : passJournal(paths);
  const reader = await readJournal(path);
  if (reader === undefined) {
    throw new PipelineError(`${dir} holds no journal: the signatures of its documents are gone.`, {
      code: 'run.no_journal',
      fix: 'Build an index of its output instead: `seiryu index build "runs/NAME/shards/*.jsonl.zst" --pipeline FILE --out FILE`.',
    });
  }
  await reader.close();
  const { words } = reader.head;
  const dedupers = reader.head.dedupers ?? (await plannedDedupers(dir, record));
  const most = record.documents.kept;
  const pieces =
    decided === undefined ? streamPieces(path, words, most) : globalPieces(path, passFolder(paths), words, most);
  return { record, dedupers, words, pieces: () => pieces };
}

/** Runs of before journals named their dedupers: the pipeline file says, if it is still the same. */
async function plannedDedupers(dir: string, { pipeline }: RunRecord): Promise<readonly PlannedPlugin[]> {
  const plan = await loadPlan(pipeline.file, pipeline.set).catch(() => undefined);
  if (plan?.identity === pipeline.identity) return plan.dedupers;
  throw new PipelineError(`${dir} does not say how its signatures were made, and ${pipeline.file} has changed since.`, {
    code: 'run.other_pipeline',
    fix: 'Bring back the pipeline file as it was.',
  });
}

/** `most`: documents that the record counts; a run that is still going has more in its journal. */
async function* streamPieces(path: string, words: number, most: number): AsyncGenerator<Uint32Array> {
  const reader = await readJournal(path);
  if (reader === undefined) return;
  let left = most * words;
  try {
    for await (const { signatures } of reader.entries()) {
      if (left <= 0) return;
      yield signatures.length <= left ? signatures : signatures.subarray(0, left);
      left -= signatures.length;
    }
  } finally {
    await reader.close();
  }
}

/** The first pass signed all documents; those without a reason to go were kept. */
async function* globalPieces(path: string, dir: string, words: number, most: number): AsyncGenerator<Uint32Array> {
  const rows = await JournalRows.open(path, words);
  const decisions = new DecisionFiles(dir);
  let left = most;
  try {
    for await (const { first, count, words: all } of rows.scan()) {
      const reasons = decisions.reasons(first, count);
      const kept = new Uint32Array(count * words);
      const stride = all.length / Math.max(1, count);
      let at = 0;
      for (let row = 0; row < count && left > 0; row++) {
        if (reasons[row] !== 0) continue;
        kept.set(all.subarray(row * stride, row * stride + words), at);
        at += words;
        left--;
      }
      yield kept.subarray(0, at);
    }
  } finally {
    decisions.close();
    rows.close();
  }
}
