// Names, shapes and first values of a model's weights.
import { headSize, type ModelOptions } from './model-options.ts';
import type { Random } from './random.ts';

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/**
 * Names and shapes of all weights, the same names in every architecture. Matrices are (inputs, outputs), the transpose of
 * PyTorch's; embeddings are (vocabulary, width). The columns of `query_key_value` are, head by head, its query, key and
 * value; in palm the queries of all heads, then the one key and the one value.
 */
export function weightShapes(options: ModelOptions, vocabulary: number): Map<string, number[]> {
  const { architecture, layers, width: d, context, tied } = options;
  const size = headSize(options);
  const bare = architecture === 'palm';
  const shapes = new Map<string, number[]>([['embed_in.weight', [vocabulary, d]]]);
  if (architecture === 'gpt2') shapes.set('embed_positions.weight', [context, d]);
  const add = (name: string, shape: number[]) => {
    shapes.set(`${name}.weight`, shape);
    if (!bare) shapes.set(`${name}.bias`, shape.slice(-1));
  };
  for (let layer = 0; layer < layers; layer++) {
    const at = `layers.${layer}`;
    add(`${at}.input_layernorm`, [d]);
    if (!bare) add(`${at}.post_attention_layernorm`, [d]);
    add(`${at}.attention.query_key_value`, [d, bare ? d + 2 * size : 3 * d]);
    add(`${at}.attention.dense`, [d, d]);
    if (bare) {
      add(`${at}.mlp.gate`, [d, 4 * d]);
      add(`${at}.mlp.up`, [d, 4 * d]);
      add(`${at}.mlp.down`, [4 * d, d]);
    } else {
      add(`${at}.mlp.dense_h_to_4h`, [d, 4 * d]);
      add(`${at}.mlp.dense_4h_to_h`, [4 * d, d]);
    }
  }
  add('final_layer_norm', [d]);
  if (!tied) shapes.set('embed_out.weight', [vocabulary, d]);
  return shapes;
}

export function parameterCount(options: ModelOptions, vocabulary: number): number {
  return [...weightShapes(options, vocabulary).values()].reduce((sum, shape) => sum + sizeOf(shape), 0);
}

const INTO_RESIDUAL = /\.(?:attention\.dense|mlp\.dense_4h_to_h|mlp\.down)\.weight$/;

/** Normal with deviation 0.02; projections into the residual stream smaller by its depth (Radford et al. 2019). */
export function initialWeights(options: ModelOptions, vocabulary: number, random: Random): Map<string, Float32Array> {
  const weights = new Map<string, Float32Array>();
  for (const [name, shape] of weightShapes(options, vocabulary)) {
    const values = new Float32Array(sizeOf(shape));
    if (shape.length === 2) {
      const deviation = INTO_RESIDUAL.test(name) ? 0.02 / Math.sqrt(2 * options.layers) : 0.02;
      for (let i = 0; i < values.length; i++) values[i] = random.normal() * deviation;
    } else if (name.endsWith('norm.weight')) values.fill(1);
    weights.set(name, values);
  }
  return weights;
}
