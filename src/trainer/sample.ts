// The text that a model writes when its training ends.
import { type GenerateOptions, generate, type Vocabulary } from './generation/generate.ts';
import type { Model } from './model.ts';
import type { Random } from './random.ts';

type Needed = Pick<GenerateOptions, 'tokens' | 'temperature' | 'topK'> & { readonly prompt: string };

/** Pieces of the text that follows the prompt, as they are written. What is left out of the options changes nothing. */
export async function* sample(
  model: Model,
  vocabulary: Vocabulary,
  options: Needed & Partial<GenerateOptions>,
  random: Random,
): AsyncGenerator<string> {
  const whole = { topP: 1, repetitionPenalty: 1, noRepeatNgram: 0, stop: [], ...options };
  yield* generate(model, vocabulary, options.prompt, whole, random);
}
