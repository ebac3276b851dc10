// Which documents a trainer's checkpoint covers, for the engine: it imports nothing heavy and reads no weights.
import { join } from 'node:path';
import { systemCode } from '../errors.ts';
import { readMetadata } from './safetensors.ts';

/** One file in the trainer's folder: weights, moments and the whole state, replaced at once. */
export const CHECKPOINT_FILE = 'checkpoint.safetensors';
export const TOKENIZER_FILE = 'tokenizer.json';

/** Documents numbered below this are trained on in the checkpoint in `dir`; 0 when there is none. */
export async function checkpointDocuments(dir: string): Promise<number> {
  try {
    return Number((await readMetadata(join(dir, CHECKPOINT_FILE))).documents ?? 0);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return 0;
    throw error;
  }
}
