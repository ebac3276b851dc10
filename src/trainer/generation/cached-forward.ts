// The model's forward pass one token after another: keys and values of what came before are kept, not computed again.
import * as tf from '@tensorflow/tfjs-core';
import type { Model } from '../model.ts';
import { Blocks } from './blocks.ts';

/** Keys and values of P positions, shared by G groups of heads: (B, G, P, E) each. */
type LayerCache = { keys: tf.Tensor; values: tf.Tensor };

/**
 * A batch of texts, each a window of at most `context` tokens. Windows of different length are aligned at their ends: a
 * shorter one has padding before it, which nothing attends to and no position counts.
 * A step of B texts costs B · (parameters + P · width · layers), where a pass over the whole window costs P times that.
 */
export class CachedForward {
  readonly #model: Model;
  readonly #blocks: Blocks;
  #layers: readonly LayerCache[] = [];
  /** Padding before each text. */
  #padding: number[] = [];
  /** Positions in the cache, padding included. */
  #past = 0;

  constructor(model: Model) {
    this.#model = model;
    this.#blocks = new Blocks(model);
  }

  /** Positions that the longest text holds. */
  get length(): number {
    return this.#past;
  }

  /** Begins anew with these windows, none of them empty: the logits (V) after the last token of each. */
  begin(windows: readonly (readonly number[])[]): Promise<Float32Array[]> {
    this.#forget();
    const longest = Math.max(...windows.map(({ length }) => length));
    this.#padding = windows.map(({ length }) => longest - length);
    const ids = windows.flatMap((window, row) => [
      ...Array.from({ length: this.#padding[row] ?? 0 }, () => 0),
      ...window,
    ]);
    return this.#forward(ids, longest);
  }

  /** One more token for each text: the logits (V) after it. */
  step(tokens: readonly number[]): Promise<Float32Array[]> {
    return this.#forward(tokens, 1);
  }

  /** Goes on with the texts of these rows only. */
  keep(rows: readonly number[]): void {
    const before = this.#layers;
    this.#layers = before.map(({ keys, values }) =>
      tf.tidy(() => {
        const index = tf.tensor1d(Int32Array.from(rows), 'int32');
        return { keys: tf.gather(keys, index), values: tf.gather(values, index) };
      }),
    );
    disposeAll(before);
    this.#padding = rows.map((row) => this.#padding[row] ?? 0);
  }

  dispose(): void {
    this.#forget();
    this.#blocks.dispose();
  }

  #forget(): void {
    disposeAll(this.#layers);
    this.#layers = [];
    this.#past = 0;
  }

  /** ids (B·N) → B times (V). */
  async #forward(ids: readonly number[], length: number): Promise<Float32Array[]> {
    const batch = this.#padding.length;
    const before = this.#layers;
    const { layers, logits } = tf.tidy(() => this.#pass(ids, batch, length));
    this.#layers = layers;
    disposeAll(before);
    this.#past += length;
    const values = Float32Array.from(await logits.data());
    logits.dispose();
    const { vocabulary } = this.#model;
    return Array.from({ length: batch }, (_, row) => values.subarray(row * vocabulary, (row + 1) * vocabulary));
  }

  #pass(ids: readonly number[], batch: number, length: number): { layers: LayerCache[]; logits: tf.Tensor } {
    const positions = Int32Array.from(ids, (_, at) =>
      // Padding has no position; whatever it computes, nobody sees.
      Math.max(0, this.#past + (at % length) - (this.#padding[Math.floor(at / length)] ?? 0)),
    );
    const at = tf.tensor1d(positions, 'int32');
    const mask = this.#mask(batch, length);
    const layers: LayerCache[] = [];
    let x = this.#blocks.embed(tf.tensor1d(Int32Array.from(ids), 'int32'), at); // (B·N, D)
    for (let layer = 0; layer < this.#model.options.layers; layer++) {
      x = this.#blocks.block(x, layer, at, batch, (queries, keys, values) => {
        const past = this.#layers[layer];
        const cache = {
          keys: past === undefined ? keys : tf.concat([past.keys, keys], 2), // (B, G, P + N, E)
          values: past === undefined ? values : tf.concat([past.values, values], 2),
        };
        layers.push(cache);
        return attend(queries, cache, mask);
      });
    }
    const lasts = Int32Array.from({ length: batch }, (_, row) => row * length + length - 1);
    return { layers, logits: this.#blocks.logits(tf.gather(x, tf.tensor1d(lasts, 'int32'))) };
  }

  /** 0 where position i of the new ones may look at position j of all, −10⁹ where it may not: (B, 1, N, P + N). */
  #mask(batch: number, length: number): tf.Tensor {
    const whole = this.#past + length;
    const mask = new Float32Array(batch * length * whole);
    for (let row = 0; row < batch; row++) {
      for (let i = 0; i < length; i++) {
        const start = (row * length + i) * whole;
        mask.fill(-1e9, start, start + (this.#padding[row] ?? 0));
        mask.fill(-1e9, start + this.#past + i + 1, start + whole);
      }
    }
    return tf.tensor4d(mask, [batch, 1, length, whole]);
  }
}

/** queries (B, H, N, E) over the cache, H / G heads to a group → (B, H, N, E). */
function attend(queries: tf.Tensor, { keys, values }: LayerCache, mask: tf.Tensor): tf.Tensor {
  const [batch = 0, heads = 0, length = 0, size = 0] = queries.shape;
  const [, groups = 0, whole = 0] = keys.shape;
  const rows = (heads / groups) * length;
  const scores = tf.matMul(tf.reshape(queries, [batch, groups, rows, size]), keys, false, true); // (B, G, H/G·N, P + N)
  const scaled = tf.mul(tf.reshape(scores, [batch, heads, length, whole]), 1 / Math.sqrt(size));
  const shares = tf.softmax(tf.add(scaled, mask)); // (B, H, N, P + N)
  const mixed = tf.matMul(tf.reshape(shares, [batch, groups, rows, whole]), values); // (B, G, H/G·N, E)
  return tf.reshape(mixed, [batch, heads, length, size]);
}

function disposeAll(layers: readonly LayerCache[]): void {
  for (const { keys, values } of layers) {
    keys.dispose();
    values.dispose();
  }
}
