// What a training goes on from (`from:`): a run of Seiryu's, or a model of the Hugging Face hub.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PipelineError } from '../../errors.ts';
import { loadCheckpoint } from '../checkpoint.ts';
import { newestCheckpoint, TOKENIZER_FILE } from '../checkpoint-cursor.ts';
import type { ModelOptions } from '../model-options.ts';
import type { TrainerOptions } from '../options.ts';
import { readConfig, readWeights } from './hugging-face.ts';
import { StoredTensors } from './tensors.ts';

type From = NonNullable<TrainerOptions['from']>;

/** The folder with the checkpoint: given itself, or the run that it is in. */
async function checkpointFolder(path: string): Promise<string | undefined> {
  for (const dir of [path, join(path, 'trainer')]) if ((await newestCheckpoint(dir)) !== undefined) return dir;
  return undefined;
}

async function ownCheckpoint(dir: string) {
  const checkpoint = await loadCheckpoint(dir);
  if (checkpoint !== undefined) return checkpoint;
  throw new PipelineError(`${dir} holds no checkpoint.`, {
    code: 'import.not_found',
    fix: 'Give the folder of a run that has trained, or one in the layout of the Hugging Face hub.',
  });
}

/** A model of another context than it was stored with: learned positions can be cut, not made up. */
function withContext(stored: ModelOptions, context: number | undefined): ModelOptions {
  if (context === undefined || context === stored.context) return stored;
  if (stored.architecture === 'gpt2' && context > stored.context) {
    throw new PipelineError(`The model has learned ${stored.context} positions, and ${context} are wanted.`, {
      code: 'import.context',
      fix: `Set trainer.from.context to ${stored.context} or less, or leave it out.`,
    });
  }
  return { ...stored, context };
}

/**
 * The trainer's options with model and tokenizer those of `from`; as they are when there is none. `from.path` is a full
 * path by now. Reads no weights.
 * @throws PipelineError `import.not_found`, `import.config`, `import.context`.
 */
export async function withOrigin(options: TrainerOptions): Promise<TrainerOptions> {
  const { from } = options;
  if (from === undefined) return options;
  const path = resolve(from.path);
  const own = await checkpointFolder(path);
  if (own === undefined && !existsSync(join(path, 'config.json'))) {
    throw new PipelineError(`${path} holds neither a checkpoint nor a config.json.`, {
      code: 'import.not_found',
      fix: 'trainer.from takes the folder of a run that has trained, or one in the layout of the Hugging Face hub; a relative path starts at the pipeline file.',
    });
  }
  const tokenizer = join(own ?? path, TOKENIZER_FILE);
  if (!existsSync(tokenizer)) {
    throw new PipelineError(`${tokenizer} is not there.`, {
      code: 'import.tokenizer',
      fix: 'A model is of no use without its tokenizer. In Python, `AutoTokenizer.from_pretrained(DIR).save_pretrained(DIR)` writes tokenizer.json.',
    });
  }
  const stored = own === undefined ? (await readConfig(path)).options : (await ownCheckpoint(own)).model;
  return { ...options, model: withContext(stored, from.context), tokenizer: { file: tokenizer } };
}

/**
 * First weights of a training that goes on from `from`, for options that `withOrigin` gave.
 * @throws PipelineError `import.vocabulary` when the tokenizer has tokens that the model has no embedding of; `import.weights`.
 */
export async function weightsFrom(
  from: From,
  options: ModelOptions,
  vocabulary: number,
): Promise<ReadonlyMap<string, Float32Array>> {
  const path = resolve(from.path);
  const own = await checkpointFolder(path);
  const checkpoint = own === undefined ? undefined : await ownCheckpoint(own);
  const rows = checkpoint?.vocabulary ?? (await readConfig(path)).vocabulary;
  if (rows < vocabulary) {
    throw new PipelineError(`The tokenizer of ${path} has ${vocabulary} tokens, its model knows ${rows}.`, {
      code: 'import.vocabulary',
      fix: 'tokenizer.json is of another model, or tokens were added without resizing the embedding: give the right one.',
    });
  }
  if (checkpoint === undefined) return readWeights(path, await StoredTensors.open(path), options, vocabulary);
  const weights = new Map(checkpoint.weights);
  const positions = weights.get('embed_positions.weight');
  if (positions !== undefined)
    weights.set('embed_positions.weight', positions.slice(0, options.context * options.width));
  return weights;
}
