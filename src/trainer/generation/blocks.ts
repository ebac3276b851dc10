// What each architecture computes around attention, for the cached pass: the same weights and order of operations as src/trainer/model.ts.
import * as tf from '@tensorflow/tfjs-core';
import type { Model } from '../model.ts';
import { embed, gelu, layerNorm, linear, type Rotary, rotary, sum } from '../ops.ts';

/** queries (B, H, N, E), keys and values (B, G, N, E) → (B, H, N, E). */
export type Attend = (queries: tf.Tensor, keys: tf.Tensor, values: tf.Tensor) => tf.Tensor;

export interface Blocks {
  /** ids and positions (B·N) → (B·N, D). */
  embed(ids: tf.Tensor1D, positions: tf.Tensor1D): tf.Tensor;
  /** x (B·N, D) → same; `attend` is called once. */
  block(x: tf.Tensor, layer: number, positions: tf.Tensor1D, batch: number, attend: Attend): tf.Tensor;
  /** The last norm: (M, D) → same. */
  finish(x: tf.Tensor): tf.Tensor;
  dispose(): void;
}

export function blocksOf(model: Model): Blocks {
  return new NeoxBlocks(model);
}

/** Weights of a model by name. */
class Weights {
  readonly #model: Model;

  constructor(model: Model) {
    this.#model = model;
  }

  get(name: string): tf.Variable {
    const weight = this.#model.weights.get(name);
    if (weight === undefined) throw new Error(`no weight ${name}`);
    return weight;
  }

  norm(x: tf.Tensor, name: string): tf.Tensor {
    return layerNorm(x, this.get(`${name}.weight`), this.get(`${name}.bias`));
  }

  linear(x: tf.Tensor, name: string): tf.Tensor {
    return linear(x, this.get(`${name}.weight`), this.get(`${name}.bias`));
  }
}

/** (B·N, H·W) → (B, H, N, W). */
function byHead(x: tf.Tensor, batch: number, heads: number): tf.Tensor {
  const [rows = 0, columns = 0] = x.shape;
  return tf.transpose(tf.reshape(x, [batch, rows / batch, heads, columns / heads]), [0, 2, 1, 3]);
}

/** (B, H, N, W) → (B·N, H·W). */
function byRow(x: tf.Tensor): tf.Tensor {
  const [batch = 0, , length = 0] = x.shape;
  return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [batch * length, -1]);
}

/** Turns the first numbers of each head vector by its own position: x (B, H, N, E), cosines and sines (B, 1, N, half). */
function turn(x: tf.Tensor, cos: tf.Tensor, sin: tf.Tensor): tf.Tensor {
  const size = x.shape[3] ?? 0;
  const half = cos.shape[3] ?? 0;
  const [first, second, rest] = tf.split(x, [half, half, size - 2 * half], 3);
  if (first === undefined || second === undefined || rest === undefined) throw new Error('a split lost a part');
  const turned = [tf.sub(tf.mul(first, cos), tf.mul(second, sin)), tf.add(tf.mul(second, cos), tf.mul(first, sin))];
  return tf.concat(size > 2 * half ? [...turned, rest] : turned, 3);
}

/** Cosines and sines of rotary positions by position. */
class Turning {
  readonly #tables: Rotary;

  constructor(context: number, turned: number) {
    this.#tables = rotary(context, turned);
  }

  /** A function that turns x (B, H, N, E) at positions (B·N). */
  at(positions: tf.Tensor1D, batch: number): (x: tf.Tensor) => tf.Tensor {
    const { cos, sin } = this.#tables;
    const rows = (table: tf.Tensor2D) => tf.reshape(tf.gather(table, positions), [batch, 1, -1, table.shape[1]]); // (B, 1, N, half)
    const [c, s] = [rows(cos), rows(sin)];
    return (x) => turn(x, c, s);
  }

  dispose(): void {
    this.#tables.cos.dispose();
    this.#tables.sin.dispose();
  }
}

class NeoxBlocks implements Blocks {
  readonly #weights: Weights;
  readonly #heads: number;
  readonly #turning: Turning;

  constructor(model: Model) {
    const { context, rotary: share, width, heads } = model.options;
    this.#weights = new Weights(model);
    this.#heads = heads;
    this.#turning = new Turning(context, Math.max(2, 2 * Math.floor((share * width) / heads / 2)));
  }

  embed(ids: tf.Tensor1D): tf.Tensor {
    return embed(this.#weights.get('embed_in.weight'), ids);
  }

  block(x: tf.Tensor, layer: number, positions: tf.Tensor1D, batch: number, attend: Attend): tf.Tensor {
    const w = this.#weights;
    const at = `layers.${layer}`;
    const qkv = w.linear(w.norm(x, `${at}.input_layernorm`), `${at}.attention.query_key_value`); // (B·N, 3D)
    const [q, k, v] = tf.split(byHead(qkv, batch, this.#heads), 3, 3); // (B, H, N, E) each
    if (q === undefined || k === undefined || v === undefined) throw new Error('a split lost a part');
    const turned = this.#turning.at(positions, batch);
    const mixed = w.linear(byRow(attend(turned(q), turned(k), v)), `${at}.attention.dense`); // (B·N, D)
    const wide = gelu(w.linear(w.norm(x, `${at}.post_attention_layernorm`), `${at}.mlp.dense_h_to_4h`)); // (B·N, 4D)
    return sum(x, mixed, w.linear(wide, `${at}.mlp.dense_4h_to_h`));
  }

  finish(x: tf.Tensor): tf.Tensor {
    return this.#weights.norm(x, 'final_layer_norm');
  }

  dispose(): void {
    this.#turning.dispose();
  }
}
