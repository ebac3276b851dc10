// The models that the parity check compares: every architecture, and the variants that real checkpoints have.
import { type ModelOptions, modelOptions } from '../../src/trainer/model-options.ts';
import { Random } from '../../src/trainer/random.ts';
import { initialWeights } from '../../src/trainer/weights.ts';

const sizes = { layers: 3, width: 48, heads: 4, context: 32 };

export const MODELS: Readonly<Record<string, ModelOptions>> = {
  gpt2: modelOptions.parse({ architecture: 'gpt2', ...sizes }),
  'gpt-neox': modelOptions.parse({ architecture: 'gpt-neox', ...sizes }),
  // As rinna's Japanese GPT-NeoX models and Pythia have it.
  'gpt-neox-variant': modelOptions.parse({
    architecture: 'gpt-neox',
    ...sizes,
    residual: 'sequential',
    activation: 'gelu',
    rotary: 1,
    rotaryBase: 5000,
    tied: true,
    zLoss: 1e-3,
  }),
  palm: modelOptions.parse({ architecture: 'palm', ...sizes, zLoss: 1e-3 }),
  'palm-two-embeddings': modelOptions.parse({ architecture: 'palm', ...sizes, tied: false, heads: 6 }),
};

/** First weights with noise on all of them, biases and norms too: no part of the model may go unseen. */
export function roughWeights(options: ModelOptions, vocabulary: number): Map<string, Float32Array> {
  const random = new Random(11);
  const weights = initialWeights(options, vocabulary, random);
  for (const values of weights.values())
    for (let i = 0; i < values.length; i++) values[i] = (values[i] ?? 0) + random.normal() * 0.12;
  return weights;
}
