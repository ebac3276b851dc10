// Which checkpoints a trainer's folder holds and which documents the newest covers, for the engine: imports nothing heavy, reads no weights.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../errors.ts';
import { readMetadata } from './safetensors.ts';

export const TOKENIZER_FILE = 'tokenizer.json';

/** One file a checkpoint: weights, moments and the whole state. They are numbered as they are saved; the newest counts. */
const CHECKPOINT = /^checkpoint-(\d{8})\.safetensors$/;

export const checkpointFile = (number: number): string => `checkpoint-${String(number).padStart(8, '0')}.safetensors`;

/** Numbers of the checkpoints in `dir`, ascending; none when there is no such folder. */
export async function checkpointNumbers(dir: string): Promise<number[]> {
  const names = await readdir(dir).catch((error: unknown): string[] => {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return [];
    throw error;
  });
  return names.flatMap((name) => CHECKPOINT.exec(name)?.slice(1).map(Number) ?? []).sort((a, b) => a - b);
}

/** Path of the newest checkpoint in `dir`; undefined when there is none. */
export async function newestCheckpoint(dir: string): Promise<string | undefined> {
  const number = (await checkpointNumbers(dir)).at(-1);
  return number === undefined ? undefined : join(dir, checkpointFile(number));
}

/** Documents numbered below this are trained on in the newest checkpoint in `dir`; 0 when there is none. */
export async function checkpointDocuments(dir: string): Promise<number> {
  const path = await newestCheckpoint(dir);
  return path === undefined ? 0 : Number((await readMetadata(path)).documents ?? 0);
}
