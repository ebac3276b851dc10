// GPT-NeoX (Black et al. 2022): rotary positions, attention and MLP side by side; weights under Hugging Face's names.
import * as tf from '@tensorflow/tfjs-core';
import { attention, crossEntropy, embed, gelu, layerNorm, linear, type Rotary, rotary, sum, unembed } from './ops.ts';
import type { TrainerOptions } from './options.ts';
import type { Random } from './random.ts';

export type ModelOptions = TrainerOptions['model'];

/** Names and shapes of all weights; matrices are (inputs, outputs), the transpose of PyTorch's; embeddings are (vocabulary, width). */
export function weightShapes(options: ModelOptions, vocabulary: number): Map<string, number[]> {
  const { layers, width: d, tied } = options;
  const shapes = new Map<string, number[]>([['embed_in.weight', [vocabulary, d]]]);
  const norm = (name: string) => shapes.set(`${name}.weight`, [d]).set(`${name}.bias`, [d]);
  const matrix = (name: string, inputs: number, outputs: number) =>
    shapes.set(`${name}.weight`, [inputs, outputs]).set(`${name}.bias`, [outputs]);
  for (let layer = 0; layer < layers; layer++) {
    norm(`layers.${layer}.input_layernorm`);
    norm(`layers.${layer}.post_attention_layernorm`);
    matrix(`layers.${layer}.attention.query_key_value`, d, 3 * d);
    matrix(`layers.${layer}.attention.dense`, d, d);
    matrix(`layers.${layer}.mlp.dense_h_to_4h`, d, 4 * d);
    matrix(`layers.${layer}.mlp.dense_4h_to_h`, 4 * d, d);
  }
  norm('final_layer_norm');
  if (!tied) shapes.set('embed_out.weight', [vocabulary, d]);
  return shapes;
}

export function parameterCount(options: ModelOptions, vocabulary: number): number {
  return [...weightShapes(options, vocabulary).values()].reduce(
    (sum, shape) => sum + shape.reduce((a, b) => a * b, 1),
    0,
  );
}

/** Normal with deviation 0.02; projections into the residual stream smaller by its depth (Radford et al. 2019). */
export function initialWeights(options: ModelOptions, vocabulary: number, random: Random): Map<string, Float32Array> {
  const weights = new Map<string, Float32Array>();
  for (const [name, shape] of weightShapes(options, vocabulary)) {
    const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
    if (shape.length === 2) {
      const intoResidual = name.endsWith('attention.dense.weight') || name.endsWith('dense_4h_to_h.weight');
      const deviation = intoResidual ? 0.02 / Math.sqrt(2 * options.layers) : 0.02;
      for (let i = 0; i < values.length; i++) values[i] = random.normal() * deviation;
    } else if (name.endsWith('norm.weight')) values.fill(1);
    weights.set(name, values);
  }
  return weights;
}

export class Model {
  readonly options: ModelOptions;
  readonly vocabulary: number;
  /** By name, in the order of `weightShapes`. */
  readonly weights = new Map<string, tf.Variable>();
  readonly #positions: Rotary;

  constructor(options: ModelOptions, vocabulary: number, values: ReadonlyMap<string, Float32Array>) {
    this.options = options;
    this.vocabulary = vocabulary;
    for (const [name, shape] of weightShapes(options, vocabulary)) {
      const initial = values.get(name);
      if (initial === undefined) throw new Error(`no values for weight ${name}`);
      this.weights.set(
        name,
        tf.tidy(() => tf.variable(tf.tensor(initial, shape), true)),
      );
    }
    const turned = Math.max(2, 2 * Math.floor((options.rotary * options.width) / options.heads / 2));
    this.#positions = rotary(options.context, turned);
  }

  #weight(name: string): tf.Variable {
    const weight = this.weights.get(name);
    if (weight === undefined) throw new Error(`no weight ${name}`);
    return weight;
  }

  #norm(x: tf.Tensor, name: string): tf.Tensor {
    return layerNorm(x, this.#weight(`${name}.weight`), this.#weight(`${name}.bias`));
  }

  #linear(x: tf.Tensor, name: string): tf.Tensor {
    return linear(x, this.#weight(`${name}.weight`), this.#weight(`${name}.bias`));
  }

  /** Hidden vectors before the output embedding: ids (B·T), B sequences one after another → (B·T, D). */
  hidden(ids: tf.Tensor1D, batch: number): tf.Tensor {
    let x = embed(this.#weight('embed_in.weight'), ids); // (B·T, D)
    for (let layer = 0; layer < this.options.layers; layer++) {
      const at = `layers.${layer}`;
      const qkv = this.#linear(this.#norm(x, `${at}.input_layernorm`), `${at}.attention.query_key_value`); // (B·T, 3D)
      const mixed = this.#linear(attention(qkv, batch, this.options.heads, this.#positions), `${at}.attention.dense`); // (B·T, D)
      const wide = gelu(this.#linear(this.#norm(x, `${at}.post_attention_layernorm`), `${at}.mlp.dense_h_to_4h`)); // (B·T, 4D)
      x = sum(x, mixed, this.#linear(wide, `${at}.mlp.dense_4h_to_h`)); // (B·T, D)
    }
    return this.#norm(x, 'final_layer_norm');
  }

  /** (M, D) → logits (M, V). */
  logits(hidden: tf.Tensor): tf.Tensor {
    return unembed(hidden, this.#weight(this.options.tied ? 'embed_in.weight' : 'embed_out.weight'));
  }

  /** Mean cross-entropy in nats of targets (B·T) after ids (B·T). */
  loss(ids: tf.Tensor1D, targets: tf.Tensor1D, batch: number): tf.Scalar {
    return crossEntropy(this.logits(this.hidden(ids, batch)), targets);
  }

  dispose(): void {
    for (const weight of this.weights.values()) weight.dispose();
    this.#positions.cos.dispose();
    this.#positions.sin.dispose();
  }
}
