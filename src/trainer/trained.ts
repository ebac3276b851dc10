// A trained model opened from its folder, for commands that use it: checkpoint, tokenizer and a backend that computes.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PipelineError } from '../errors.ts';
import { type BackendChoice, chooseBackend } from './backends.ts';
import { type Checkpoint, loadCheckpoint } from './checkpoint.ts';
import { TOKENIZER_FILE } from './checkpoint-cursor.ts';
import { Model } from './model.ts';
import type { BackendName } from './options.ts';
import { parseTokenizer } from './tokenizer/file.ts';

export interface Trained {
  readonly model: Model;
  readonly tokenizer: ReturnType<typeof parseTokenizer>;
  readonly state: Checkpoint['state'];
  readonly backend: BackendChoice;
}

/**
 * The model in `folder`. Dispose of `model` after use.
 * @throws PipelineError `checkpoint.none` when the folder holds none.
 */
export async function openTrained(folder: string, backend: BackendName | 'auto'): Promise<Trained> {
  const checkpoint = await loadCheckpoint(folder);
  if (checkpoint === undefined) {
    throw new PipelineError(`${folder} holds no checkpoint.`, {
      code: 'checkpoint.none',
      fix: 'Give the folder of a run that has trained, e.g. runs/sample after `npm start`.',
    });
  }
  const path = join(folder, TOKENIZER_FILE);
  const tokenizer = parseTokenizer(await readFile(path, 'utf8'), path);
  const chosen = await chooseBackend(backend);
  const { model, vocabulary, weights, state } = checkpoint;
  return { model: new Model(model, vocabulary, weights), tokenizer, state, backend: chosen };
}
