// GPT-2, GPT-NeoX and PaLM: one stack of blocks, read top to bottom; shapes at the end of the lines.
import * as tf from '@tensorflow/tfjs-core';
import { exactGelu, gelu, swiglu } from './activations.ts';
import { attention, documentStarts, type Rotary, rotary, shareKeys } from './attention.ts';
import { crossEntropy, lossParts } from './cross-entropy.ts';
import { type ModelOptions, turnedSize } from './model-options.ts';
import { embed, layerNorm, linear, rmsNorm, sum, unembed } from './ops.ts';
import { weightShapes } from './weights.ts';

export type { ModelOptions } from './model-options.ts';
export { initialWeights, parameterCount, weightShapes } from './weights.ts';

/** B sequences of T tokens one after another; where documents must not see each other, which document each token is of. */
export interface ModelInput {
  /** (B·T) */
  readonly ids: tf.Tensor1D;
  readonly batch: number;
  /** (B·T): changes from one document to the next; left out, tokens see all of their sequence that came before. */
  readonly segments?: Int32Array | undefined;
}

/**
 * B sequences, T tokens each, D wide, H heads of E numbers, F inside the MLP, V tokens in the vocabulary.
 * gpt2: Radford et al. 2019. gpt-neox: Black et al. 2022. palm: Chowdhery et al. 2022, with RMSNorm for its LayerNorm.
 */
export class Model {
  readonly options: ModelOptions;
  readonly vocabulary: number;
  /** By name, in the order of `weightShapes`. */
  readonly weights = new Map<string, tf.Variable>();
  readonly #rotary: Rotary | undefined;

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
    const turned = turnedSize(options);
    this.#rotary = turned === 0 ? undefined : rotary(options.context, turned, options.rotaryBase);
  }

  #weight(name: string): tf.Variable {
    const weight = this.weights.get(name);
    if (weight === undefined) throw new Error(`no weight ${name}`);
    return weight;
  }

  #norm(x: tf.Tensor, name: string): tf.Tensor {
    const bias = this.weights.get(`${name}.bias`);
    const scale = this.#weight(`${name}.weight`);
    return bias === undefined ? rmsNorm(x, scale) : layerNorm(x, scale, bias);
  }

  #linear(x: tf.Tensor, name: string): tf.Tensor {
    return linear(x, this.#weight(`${name}.weight`), this.weights.get(`${name}.bias`));
  }

  /** (B·T) → (B·T, D). gpt2 adds learned positions; they begin again with each document. */
  #embed(ids: tf.Tensor1D, length: number, starts: Int32Array | undefined): tf.Tensor {
    const x = embed(this.#weight('embed_in.weight'), ids); // (B·T, D)
    if (this.options.architecture !== 'gpt2') return x;
    const places = Int32Array.from({ length: ids.size }, (_, i) => (i % length) - (starts?.[i] ?? 0));
    return sum(x, embed(this.#weight('embed_positions.weight'), tf.tensor1d(places, 'int32'))); // (B·T, D)
  }

  /** What the tokens of one sequence, or of one document of it, say to each other: (B·T, D) → (B·T, D). */
  #attention(x: tf.Tensor, at: string, batch: number, starts: Int32Array | undefined): tf.Tensor {
    const { architecture, heads } = this.options;
    const mixed = this.#linear(x, `${at}.attention.query_key_value`); // (B·T, 3D); palm: (B·T, D + 2E)
    const qkv = architecture === 'palm' ? shareKeys(mixed, heads) : mixed; // (B·T, H·3E)
    return this.#linear(attention(qkv, batch, heads, this.#rotary, starts), `${at}.attention.dense`); // (B·T, D)
  }

  /** (B·T, D) → (B·T, D). */
  #mlp(x: tf.Tensor, at: string): tf.Tensor {
    if (this.options.activation === 'swiglu') {
      const gated = swiglu(this.#linear(x, `${at}.mlp.gate`), this.#linear(x, `${at}.mlp.up`)); // (B·T, F)
      return this.#linear(gated, `${at}.mlp.down`); // (B·T, D)
    }
    const activate = this.options.activation === 'gelu' ? exactGelu : gelu;
    const wide = activate(this.#linear(x, `${at}.mlp.dense_h_to_4h`)); // (B·T, F)
    return this.#linear(wide, `${at}.mlp.dense_4h_to_h`); // (B·T, D)
  }

  /** (B·T, D) → (B·T, D). */
  #block(x: tf.Tensor, at: string, batch: number, starts: Int32Array | undefined): tf.Tensor {
    const { architecture, residual } = this.options;
    const seen = this.#norm(x, `${at}.input_layernorm`); // (B·T, D)
    const mixed = this.#attention(seen, at, batch, starts); // (B·T, D)
    if (architecture === 'palm') return sum(x, mixed, this.#mlp(seen, at));
    const mlpNorm = `${at}.post_attention_layernorm`;
    if (residual === 'parallel') return sum(x, mixed, this.#mlp(this.#norm(x, mlpNorm), at));
    const between = sum(x, mixed); // (B·T, D)
    return sum(between, this.#mlp(this.#norm(between, mlpNorm), at));
  }

  /** Hidden vectors before the output embedding: (B·T) → (B·T, D). */
  hidden(ids: tf.Tensor1D, batch: number, segments?: Int32Array): tf.Tensor {
    const length = ids.size / batch;
    const starts = segments === undefined ? undefined : documentStarts(segments, length); // (B·T)
    let x = this.#embed(ids, length, starts); // (B·T, D)
    for (let layer = 0; layer < this.options.layers; layer++) x = this.#block(x, `layers.${layer}`, batch, starts);
    return this.#norm(x, 'final_layer_norm');
  }

  /** (M, D) → logits (M, V). */
  logits(hidden: tf.Tensor): tf.Tensor {
    return unembed(hidden, this.#weight(this.options.tied ? 'embed_in.weight' : 'embed_out.weight'));
  }

  /** Mean cross-entropy in nats of targets (B·T) after ids (B·T). */
  loss(ids: tf.Tensor1D, targets: tf.Tensor1D, batch: number, segments?: Int32Array): tf.Scalar {
    return crossEntropy(this.logits(this.hidden(ids, batch, segments)), targets);
  }

  /** What training minimises, in two parts (2): the loss, and the z-loss, which is 0 where the options do not ask for it. */
  lossParts({ ids, batch, segments }: ModelInput, targets: tf.Tensor1D): tf.Tensor1D {
    return lossParts(this.logits(this.hidden(ids, batch, segments)), targets, this.options.zLoss);
  }

  dispose(): void {
    for (const weight of this.weights.values()) weight.dispose();
    this.#rotary?.cos.dispose();
    this.#rotary?.sin.dispose();
  }
}
