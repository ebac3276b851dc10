// Batches and their documents on disk, as JSON lines: the history beside the checkpoints, and what an alarm left out.
import { createReadStream } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { writeAll } from '../durable-files.ts';
import { errorMessage, systemCode, TrainerError } from '../errors.ts';
import { type TrainerDisk, writeReserved } from './checkpoint.ts';
import type { NumberedDocument } from './documents.ts';
import { type Sequence, sequenceOf } from './packing.ts';
import { feedDocument } from './protocol.ts';
import type { StepBatch } from './recent-batches.ts';
import { type RescueRecord, rescueRecord } from './rescue.ts';

export interface BatchFile {
  /** `alone`: files before it no longer count. `after`: it goes on where the file before it ended. */
  readonly begins: 'alone' | 'after';
  readonly documents: readonly NumberedDocument[];
  readonly batches: readonly StepBatch[];
  /** Batches to train again after those, in order; `step` is that of the training that was given up. */
  readonly waiting: readonly StepBatch[];
  /** Of an alarm's file: what was done. */
  readonly rescue?: RescueRecord;
}

const FORMAT = 'seiryu-batches-2';
const KINDS = ['batches', 'incident'] as const;
type Kind = (typeof KINDS)[number];
const NAME = /^(batches|incident)-(\d{8})\.jsonl$/;

const sequence = z.strictObject({
  tokens: z.base64(),
  documents: z.array(
    z.strictObject({
      number: z.int().nonnegative(),
      id: z.string(),
      source: z.string(),
      url: z.string().exactOptional(),
      start: z.int().nonnegative(),
      end: z.int().nonnegative(),
    }),
  ),
});
const batch = z.strictObject({ step: z.int(), sequences: z.array(sequence) });
const line = z.union([
  z.strictObject({
    format: z.literal(FORMAT),
    begins: z.enum(['alone', 'after']),
    rescue: rescueRecord.exactOptional(),
  }),
  z.strictObject({ document: feedDocument.extend({ number: z.int().nonnegative() }) }),
  z.strictObject({ batch }),
  z.strictObject({ waiting: batch }),
]);

export const batchFile = (dir: string, kind: Kind, number: number): string =>
  join(dir, `${kind}-${String(number).padStart(8, '0')}.jsonl`);

/** Numbers of the files of a kind in `dir`, ascending. */
export async function batchFileNumbers(dir: string, kind: Kind): Promise<number[]> {
  const names = await readdir(dir).catch((error: unknown): string[] => {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return [];
    throw error;
  });
  const numbers = names.flatMap((name) => {
    const match = NAME.exec(name);
    return match?.[1] === kind ? [Number(match[2])] : [];
  });
  return numbers.sort((a, b) => a - b);
}

/** `inputs` and the last target: every token once, little-endian. */
function encodeSequence({ inputs, targets, documents }: Sequence): z.input<typeof sequence> {
  const tokens = new Int32Array(inputs.length + 1);
  tokens.set(inputs);
  tokens.set(targets.subarray(-1), inputs.length);
  // Only what is to be read again, a URL only where there is one.
  const named = documents.map(({ url, ...rest }) => (url === undefined ? rest : { ...rest, url }));
  return { tokens: Buffer.from(tokens.buffer).toString('base64'), documents: named };
}

function decodeSequence({ tokens, documents }: z.output<typeof sequence>): Sequence {
  const bytes = Uint8Array.from(Buffer.from(tokens, 'base64'));
  return sequenceOf(new Int32Array(bytes.buffer, 0, bytes.length >> 2), documents);
}

const encodeBatch = ({ step, sequences }: StepBatch) => ({ step, sequences: sequences.map(encodeSequence) });
const decodeBatch = ({ step, sequences }: z.output<typeof batch>): StepBatch => ({
  step,
  sequences: sequences.map(decodeSequence),
});

/** Writes a file at once, reserved as part of the checkpoints. Linear; holds it in memory, which `guard.history` bounds. */
export async function writeBatchFile(path: string, file: BatchFile, disk: TrainerDisk): Promise<number> {
  const { begins, documents, batches, waiting, rescue } = file;
  const lines = [
    { format: FORMAT, begins, ...(rescue === undefined ? {} : { rescue }) },
    ...documents.map((document) => ({ document })),
    ...batches.map((each) => ({ batch: encodeBatch(each) })),
    ...waiting.map((each) => ({ waiting: encodeBatch(each) })),
  ].map((each) => Buffer.from(`${JSON.stringify(each)}\n`, 'utf8'));
  const bytes = lines.reduce((sum, { length }) => sum + length, 0);
  await writeReserved(path, bytes, disk, async (part) => {
    const handle = await open(part, 'w');
    try {
      for (const each of lines) await writeAll(handle, each);
      await handle.sync();
    } finally {
      await handle.close();
    }
  });
  return bytes;
}

/** @throws TrainerError `history.invalid` for a damaged file. */
export async function readBatchFile(path: string): Promise<BatchFile> {
  let head: Pick<BatchFile, 'begins' | 'rescue'> | undefined;
  const documents: NumberedDocument[] = [];
  const batches: StepBatch[] = [];
  const waiting: StepBatch[] = [];
  try {
    for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
      const parsed = line.parse(JSON.parse(text));
      if ('format' in parsed) head = parsed;
      else if ('document' in parsed) documents.push(parsed.document);
      else if ('batch' in parsed) batches.push(decodeBatch(parsed.batch));
      else waiting.push(decodeBatch(parsed.waiting));
    }
    if (head === undefined) throw new Error('it has no first line');
  } catch (cause) {
    throw new TrainerError(`${path} is damaged: ${errorMessage(cause)}`, {
      code: 'history.invalid',
      fix: 'Delete the trainer’s batches-*.jsonl files: what they hold can then no longer be trained again after a rescue, nor be blamed.',
      cause,
    });
  }
  return {
    begins: head.begins,
    documents,
    batches,
    waiting,
    ...(head.rescue === undefined ? {} : { rescue: head.rescue }),
  };
}
