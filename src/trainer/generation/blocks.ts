// What a model computes around attention, for the pass with a cache: the weights and order of src/trainer/model.ts, no gradients.
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import type { Model } from '../model.ts';

/** queries (B, H, N, E), keys and values (B, G, N, E) → (B, H, N, E). */
export type Attend = (queries: tf.Tensor, keys: tf.Tensor, values: tf.Tensor) => tf.Tensor;

/** Options that only some architectures have, with what those mean that lack them. */
const variety = z.object({
  rotary: z.number().default(0),
  rotaryBase: z.number().default(10_000),
  activation: z.enum(['gelu-tanh', 'gelu', 'swiglu']).default('gelu-tanh'),
  residual: z.enum(['parallel', 'sequential']).default('parallel'),
});

const NORM_EPS = 1e-5;

/** B texts, N new tokens each, D wide, H heads of E numbers, G groups of heads that share a key and a value. */
export class Blocks {
  readonly #model: Model;
  readonly #variety: z.output<typeof variety>;
  /** Cosines and sines of rotary positions, (context, half) each. */
  readonly #turns: { readonly cos: tf.Tensor; readonly sin: tf.Tensor } | undefined;

  /** The output embedding (D, V), where the backend would transpose it for every token: WebAssembly's. */
  readonly #outputs: tf.Tensor | undefined;

  constructor(model: Model) {
    this.#model = model;
    this.#variety = variety.parse(model.options);
    this.#turns = this.#variety.rotary === 0 ? undefined : turnTables(model.options, this.#variety);
    const table = model.weights.get('embed_out.weight') ?? this.#weight('embed_in.weight');
    this.#outputs = tf.getBackend() === 'wasm' ? tf.tidy(() => tf.transpose(table)) : undefined;
  }

  /** ids and positions (B·N) → (B·N, D). */
  embed(ids: tf.Tensor1D, positions: tf.Tensor1D): tf.Tensor {
    const x = tf.gather(this.#weight('embed_in.weight'), ids);
    const learned = this.#model.weights.get('embed_positions.weight');
    return learned === undefined ? x : tf.add(x, tf.gather(learned, positions));
  }

  /** x (B·N, D) → same; `attend` is called once. */
  block(x: tf.Tensor, layer: number, positions: tf.Tensor1D, batch: number, attend: Attend): tf.Tensor {
    const at = `layers.${layer}`;
    const seen = this.#norm(x, `${at}.input_layernorm`);
    const { queries, keys, values } = this.#heads(this.#linear(seen, `${at}.attention.query_key_value`), batch);
    const turn = this.#turner(positions, batch);
    const mixed = this.#linear(byRow(attend(turn(queries), turn(keys), values)), `${at}.attention.dense`); // (B·N, D)
    const mlpNorm = `${at}.post_attention_layernorm`;
    if (!this.#model.weights.has(`${mlpNorm}.weight`)) return tf.addN([x, mixed, this.#mlp(seen, at)]);
    if (this.#variety.residual === 'parallel') return tf.addN([x, mixed, this.#mlp(this.#norm(x, mlpNorm), at)]);
    const between = tf.add(x, mixed);
    return tf.add(between, this.#mlp(this.#norm(between, mlpNorm), at));
  }

  /** What comes after the last block: (M, D) → logits (M, V). */
  logits(x: tf.Tensor): tf.Tensor {
    const hidden = this.#norm(x, 'final_layer_norm');
    return this.#outputs === undefined ? this.#model.logits(hidden) : tf.matMul(hidden, this.#outputs);
  }

  dispose(): void {
    this.#turns?.cos.dispose();
    this.#turns?.sin.dispose();
    this.#outputs?.dispose();
  }

  #weight(name: string): tf.Tensor {
    const weight = this.#model.weights.get(name);
    if (weight === undefined) throw new Error(`no weight ${name}`);
    return weight;
  }

  /** LayerNorm where there is a shift, else RMSNorm. */
  #norm(x: tf.Tensor, name: string): tf.Tensor {
    const shift = this.#model.weights.get(`${name}.bias`);
    const centred = shift === undefined ? x : tf.sub(x, tf.mean(x, -1, true));
    const normal = tf.mul(centred, tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), NORM_EPS)));
    const scaled = tf.mul(normal, this.#weight(`${name}.weight`));
    return shift === undefined ? scaled : tf.add(scaled, shift);
  }

  #linear(x: tf.Tensor, name: string): tf.Tensor {
    const value = tf.matMul(x, this.#weight(`${name}.weight`));
    const bias = this.#model.weights.get(`${name}.bias`);
    return bias === undefined ? value : tf.add(value, bias);
  }

  /**
   * (B·N, 3D), head by head its query, key and value, or (B·N, D + 2E), all queries and then the one key and value (multi-query
   * attention, Shazeer 2019).
   */
  #heads(qkv: tf.Tensor, batch: number): { queries: tf.Tensor; keys: tf.Tensor; values: tf.Tensor } {
    const { heads, width } = this.#model.options;
    const size = width / heads;
    if (qkv.shape[1] === 3 * width) {
      const [queries, keys, values] = threeParts(byHead(qkv, batch, heads), [size, size, size], 3); // (B, H, N, E)
      return { queries, keys, values };
    }
    const [queries, keys, values] = threeParts(qkv, [width, size, size], 1);
    return {
      queries: byHead(queries, batch, heads), // (B, H, N, E)
      keys: byHead(keys, batch, 1), // (B, 1, N, E)
      values: byHead(values, batch, 1),
    };
  }

  /** (B·N, D) → same. */
  #mlp(x: tf.Tensor, at: string): tf.Tensor {
    if (this.#variety.activation === 'swiglu') {
      const gate = this.#linear(x, `${at}.mlp.gate`);
      const open = tf.mul(tf.mul(gate, tf.sigmoid(gate)), this.#linear(x, `${at}.mlp.up`));
      return this.#linear(open, `${at}.mlp.down`);
    }
    const wide = this.#linear(x, `${at}.mlp.dense_h_to_4h`);
    const active = this.#variety.activation === 'gelu' ? gelu(wide) : tanhGelu(wide);
    return this.#linear(active, `${at}.mlp.dense_4h_to_h`);
  }

  /** A function that turns the first numbers of each head vector by its own position: x (B, H, N, E), positions (B·N). */
  #turner(positions: tf.Tensor1D, batch: number): (x: tf.Tensor) => tf.Tensor {
    if (this.#turns === undefined) return (x) => x;
    const rows = (table: tf.Tensor) =>
      tf.reshape(tf.gather(table, positions), [batch, 1, positions.size / batch, table.shape[1] ?? 0]); // (B, 1, N, half)
    const [cos, sin] = [rows(this.#turns.cos), rows(this.#turns.sin)];
    const half = cos.shape[3] ?? 0;
    return (x) => {
      const size = x.shape[3] ?? 0;
      const [first, second, rest] = threeParts(x, [half, half, size - 2 * half], 3);
      const turned = [tf.sub(tf.mul(first, cos), tf.mul(second, sin)), tf.add(tf.mul(second, cos), tf.mul(first, sin))];
      return tf.concat(size > 2 * half ? [...turned, rest] : turned, 3);
    };
  }
}

function turnTables({ context, width, heads }: Model['options'], { rotary, rotaryBase }: z.output<typeof variety>) {
  const half = Math.max(1, Math.floor((rotary * width) / heads / 2));
  const angle = (i: number) => Math.floor(i / half) * rotaryBase ** (-(i % half) / half);
  const table = (f: (x: number) => number) =>
    tf.tensor2d(
      Float32Array.from({ length: context * half }, (_, i) => f(angle(i))),
      [context, half],
    );
  return { cos: table(Math.cos), sin: table(Math.sin) };
}

function threeParts(x: tf.Tensor, sizes: [number, number, number], axis: number): [tf.Tensor, tf.Tensor, tf.Tensor] {
  const [first, second, third] = tf.split(x, sizes, axis);
  if (first === undefined || second === undefined || third === undefined) throw new Error('a split lost a part');
  return [first, second, third];
}

/** (B·N, H·W) → (B, H, N, W). */
function byHead(x: tf.Tensor, batch: number, heads: number): tf.Tensor {
  const [rows = 0, columns = 0] = x.shape;
  return tf.transpose(tf.reshape(x, [batch, rows / batch, heads, columns / heads]), [0, 2, 1, 3]);
}

/** (B, H, N, W) → (B·N, H·W). */
function byRow(x: tf.Tensor): tf.Tensor {
  const [batch = 0, heads = 0, length = 0, width = 0] = x.shape;
  return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [batch * length, heads * width]);
}

/** x · σ(√(8/π) (x + 0.044715 x³)), which is GELU's tanh form (Hendrycks and Gimpel 2016). */
function tanhGelu(x: tf.Tensor): tf.Tensor {
  const linear = 2 * Math.sqrt(2 / Math.PI);
  const slope = tf.add(tf.mul(tf.square(x), linear * 0.044715), linear);
  return tf.mul(x, tf.sigmoid(tf.mul(x, slope)));
}

/** x · Φ(x). */
function gelu(x: tf.Tensor): tf.Tensor {
  return tf.mul(x, tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5));
}
