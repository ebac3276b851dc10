// The text that a model writes when its training ends.
import { type GenerateOptions, generate, type Vocabulary } from './generation/generate.ts';
import type { Model } from './model.ts';
import type { Random } from './random.ts';

/** Pieces of the text that follows the prompt, as they are written. */
export async function* sample(
  model: Model,
  vocabulary: Vocabulary,
  options: GenerateOptions & { readonly prompt: string },
  random: Random,
): AsyncGenerator<string> {
  yield* generate(model, vocabulary, options.prompt, options, random);
}
