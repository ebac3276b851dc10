// Which documents were in the batches before a spike: from what an alarm left out, or from the history beside the checkpoints.
import { PipelineError } from '../../errors.ts';
import { type BatchFile, batchFile, batchFileNumbers, readBatchFile } from '../batch-files.ts';
import { checkpointNumbers } from '../checkpoint-cursor.ts';
import type { NumberedDocument } from '../documents.ts';
import type { StepBatch } from '../recent-batches.ts';
import type { RescueRecord } from '../rescue.ts';

export interface Suspects {
  /** The alarm of that step, when there was one. */
  readonly rescue: RescueRecord | undefined;
  /** Steps whose batches are looked into. */
  readonly from: number;
  readonly to: number;
  readonly documents: readonly NumberedDocument[];
  /** Other documents of that time, on whose batches training went well: a filter must spare them. */
  readonly witnesses: readonly NumberedDocument[];
  /** Tokens of the batches that come from each document's number. */
  readonly tokens: ReadonlyMap<number, number>;
  /** Documents of the batches whose text is no longer held. */
  readonly forgotten: number;
}

/** Batches looked into before a step that raised no alarm. */
const BEFORE = 8;
const WITNESSES = 200;

/**
 * The documents of the `before` batches up to `step`; by default those that the rescue of that step left out, or 8.
 * @throws PipelineError `blame.unknown_step` when the batch of that step is no longer held.
 */
export async function suspectsOf(dir: string, step: number, before: number | undefined): Promise<Suspects> {
  const incident = await incidentOf(dir, step);
  const { batches, documents, rescue } = incident ?? (await historyOf(dir));
  const count = before ?? (rescue?.skipped ? rescue.skipped.to - rescue.skipped.from + 1 : BEFORE);
  const looked = batches.filter((batch) => batch.step <= step && batch.step > step - count);
  if (looked.at(-1)?.step !== step) throw unknownStep(dir, step, batches);
  const tokens = tokensByDocument(looked);
  const found = documents.filter(({ number }) => tokens.has(number));
  return {
    rescue,
    from: looked[0]?.step ?? step,
    to: step,
    documents: found,
    witnesses: documents.filter(({ number }) => !tokens.has(number)).slice(-WITNESSES),
    tokens,
    forgotten: tokens.size - found.length,
  };
}

/** The file of the last alarm of that step; or of one that gave that step's batch up. */
async function incidentOf(dir: string, step: number): Promise<BatchFile | undefined> {
  let holding: BatchFile | undefined;
  for (const number of (await batchFileNumbers(dir, 'incident')).reverse()) {
    const file = await readBatchFile(batchFile(dir, 'incident', number));
    if (file.rescue?.step === step) return file;
    const { skipped } = file.rescue ?? {};
    if (skipped && skipped.from <= step && step <= skipped.to) holding ??= file;
  }
  return holding;
}

async function historyOf(dir: string): Promise<BatchFile> {
  // Files after the newest checkpoint are of a save that never came to its end.
  const newest = (await checkpointNumbers(dir)).at(-1) ?? 0;
  const documents = new Map<number, NumberedDocument>();
  let batches: StepBatch[] = [];
  for (const number of await batchFileNumbers(dir, 'batches')) {
    if (number > newest) break;
    const file = await readBatchFile(batchFile(dir, 'batches', number));
    if (file.begins === 'alone') batches = [];
    for (const document of file.documents) documents.set(document.number, document);
    batches.push(...file.batches);
  }
  return { begins: 'alone', documents: [...documents.values()], batches, waiting: [] };
}

function tokensByDocument(batches: readonly StepBatch[]): Map<number, number> {
  const tokens = new Map<number, number>();
  for (const { sequences } of batches) {
    for (const { number, start, end } of sequences.flatMap(({ documents }) => documents))
      tokens.set(number, (tokens.get(number) ?? 0) + end - start);
  }
  return tokens;
}

function unknownStep(dir: string, step: number, batches: readonly StepBatch[]): PipelineError {
  const [first, last] = [batches[0]?.step, batches.at(-1)?.step];
  const held = first === undefined ? 'no batches are' : `the batches of steps ${first} to ${last} are`;
  return new PipelineError(`The batch of step ${step} is no longer known in ${dir}: ${held} held.`, {
    code: 'blame.unknown_step',
    fix: 'Steps of alarms stand under trainer.rescues in run.json. To keep more, raise trainer.guard.history.',
  });
}
