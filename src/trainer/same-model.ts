// Whether a checkpoint belongs to the model and the tokenizer that a pipeline file asks for; says what differs when it does not.
import { PipelineError } from '../errors.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { ModelOptions } from './model.ts';

export interface Tokens {
  readonly vocabulary: number;
  /** SHA-256 of tokenizer.json, hexadecimal. */
  readonly sha256: string;
}

const FIX = 'Set it back to what the run began with, or start over with --fresh (or in another folder, with --out).';

/**
 * Refuses what training would silently spoil.
 * @throws PipelineError `checkpoint.architecture`, `checkpoint.model` (other sizes), `checkpoint.vocabulary` (other number of
 * tokens) or `checkpoint.tokenizer` (as many tokens, but others).
 */
export function checkSameModel(
  checkpoint: Pick<Checkpoint, 'model' | 'vocabulary' | 'tokenizer'>,
  wanted: ModelOptions,
  tokens: Tokens,
): void {
  const { model } = checkpoint;
  if (model.architecture !== wanted.architecture) {
    throw new PipelineError(
      `The checkpoint is of another architecture: it is ${model.architecture}, and trainer.model.architecture is ${wanted.architecture}.`,
      { code: 'checkpoint.architecture', fix: FIX },
    );
  }
  const before = new Map<string, unknown>(Object.entries(model));
  const differences = Object.entries(wanted)
    .filter(([key, value]) => before.has(key) && JSON.stringify(before.get(key)) !== JSON.stringify(value))
    .map(([key, value]) => `${key} is ${String(before.get(key))} in it and ${String(value)} in trainer.model`);
  if (differences.length > 0) {
    throw new PipelineError(`The checkpoint is of another model: ${differences.join('; ')}.`, {
      code: 'checkpoint.model',
      fix: FIX,
    });
  }
  if (checkpoint.vocabulary !== tokens.vocabulary) {
    throw new PipelineError(
      `The checkpoint has ${checkpoint.vocabulary} tokens in its vocabulary and the tokenizer ${tokens.vocabulary}: its embeddings are of other tokens.`,
      { code: 'checkpoint.vocabulary', fix: 'Put the tokenizer.json back that the checkpoint was trained with.' },
    );
  }
  if (checkpoint.tokenizer !== tokens.sha256) {
    throw new PipelineError(
      'The tokenizer.json is not the one that the checkpoint was trained with: it has as many tokens, but others (its SHA-256 differs).',
      { code: 'checkpoint.tokenizer', fix: 'Put the tokenizer.json back that the checkpoint was trained with.' },
    );
  }
}
