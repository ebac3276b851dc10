// A model's weights under the names and in the layouts of the Hugging Face classes that compute the same.
import { headSize, type ModelOptions } from '../model-options.ts';
import { columnsCut, columnsMoved, rowsMirrored, transposed } from './matrices.ts';

/** A weight as it will be stored; its numbers are made when they are written, one weight at a time. */
export interface StoredWeight {
  readonly name: string;
  readonly shape: readonly number[];
  values(): Float32Array;
}

/** Numbers of a weight of Seiryu's by name (`weightShapes`). */
export type WeightOf = (name: string) => Float32Array;

/**
 * Column of Seiryu's query_key_value (head by head: query, key, value) that is column `to` of GPT-2's c_attn (all queries,
 * all keys, all values).
 */
export function fromGpt2Column({ width, heads }: Pick<ModelOptions, 'width' | 'heads'>, to: number): number {
  const size = width / heads;
  const [part, head, at] = [Math.floor(to / width), Math.floor((to % width) / size), to % size];
  return (head * 3 + part) * size + at;
}

/** GPT2LMHeadModel: matrices (inputs, outputs), as here. */
function gpt2(options: ModelOptions, vocabulary: number, weight: WeightOf): StoredWeight[] {
  const { width: d, context, layers, tied } = options;
  const stored: StoredWeight[] = [];
  const add = (name: string, ours: string, shape: number[], arrange = (values: Float32Array) => values) =>
    stored.push({ name, shape, values: () => arrange(weight(ours)) });
  const both = (
    name: string,
    ours: string,
    inputs: number,
    outputs: number,
    arrange?: (v: Float32Array) => Float32Array,
  ) => {
    add(`${name}.weight`, `${ours}.weight`, inputs === 0 ? [outputs] : [inputs, outputs], arrange);
    add(`${name}.bias`, `${ours}.bias`, [outputs], arrange);
  };
  const byPart = (values: Float32Array) => columnsMoved(values, 3 * d, (to) => fromGpt2Column(options, to));
  add('transformer.wte.weight', 'embed_in.weight', [vocabulary, d]);
  add('transformer.wpe.weight', 'embed_positions.weight', [context, d]);
  for (let layer = 0; layer < layers; layer++) {
    const [at, ours] = [`transformer.h.${layer}`, `layers.${layer}`];
    both(`${at}.ln_1`, `${ours}.input_layernorm`, 0, d);
    both(`${at}.attn.c_attn`, `${ours}.attention.query_key_value`, d, 3 * d, byPart);
    both(`${at}.attn.c_proj`, `${ours}.attention.dense`, d, d);
    both(`${at}.ln_2`, `${ours}.post_attention_layernorm`, 0, d);
    both(`${at}.mlp.c_fc`, `${ours}.mlp.dense_h_to_4h`, d, 4 * d);
    both(`${at}.mlp.c_proj`, `${ours}.mlp.dense_4h_to_h`, 4 * d, d);
  }
  both('transformer.ln_f', 'final_layer_norm', 0, d);
  if (!tied) add('lm_head.weight', 'embed_out.weight', [vocabulary, d]);
  return stored;
}

/** GPTNeoXForCausalLM: Seiryu's own names; matrices (outputs, inputs). */
function gptNeox(options: ModelOptions, vocabulary: number, weight: WeightOf): StoredWeight[] {
  const { width: d, layers, tied } = options;
  const stored: StoredWeight[] = [];
  const vector = (name: string, size: number) =>
    stored.push({ name: `gpt_neox.${name}`, shape: [size], values: () => weight(name) });
  const norm = (name: string) => [vector(`${name}.weight`, d), vector(`${name}.bias`, d)];
  const matrix = (name: string, inputs: number, outputs: number) => {
    const values = () => transposed(weight(`${name}.weight`), inputs, outputs);
    stored.push({ name: `gpt_neox.${name}.weight`, shape: [outputs, inputs], values });
    vector(`${name}.bias`, outputs);
  };
  const embedding = (name: string, ours: string) =>
    stored.push({ name, shape: [vocabulary, d], values: () => weight(ours) });
  embedding('gpt_neox.embed_in.weight', 'embed_in.weight');
  for (let layer = 0; layer < layers; layer++) {
    const at = `layers.${layer}`;
    norm(`${at}.input_layernorm`);
    norm(`${at}.post_attention_layernorm`);
    matrix(`${at}.attention.query_key_value`, d, 3 * d);
    matrix(`${at}.attention.dense`, d, d);
    matrix(`${at}.mlp.dense_h_to_4h`, d, 4 * d);
    matrix(`${at}.mlp.dense_4h_to_h`, 4 * d, d);
  }
  norm('final_layer_norm');
  if (!tied) embedding('embed_out.weight', 'embed_out.weight');
  return stored;
}

/**
 * CohereForCausalLM, the stock class with a parallel block, SwiGLU, no biases and shared keys. Its norm is a LayerNorm
 * without shift, which subtracts the mean; a hidden vector x is therefore stored twice, as (x, −x), whose mean is 0 and
 * whose variance is the mean square of x: LayerNorm is then RMSNorm, exactly. What reads hidden vectors takes half from each
 * copy, what writes them writes both, and logits, which see both, are halved (`logit_scale`). All of it is linear and
 * keeps its symmetry under gradients, so that a fine-tuned export is still this model.
 * Its rotary positions turn neighbours (2i, 2i + 1) where Seiryu turns (i, i + E/2): queries and keys change places alike.
 */
function palm(options: ModelOptions, vocabulary: number, weight: WeightOf): StoredWeight[] {
  const { width: d, layers, tied } = options;
  const size = headSize(options);
  const stored: StoredWeight[] = [];
  const norm = (name: string, ours: string) =>
    stored.push({ name, shape: [2 * d], values: () => rowsMirrored(weight(ours), d, 1) });
  const embedding = (name: string, ours: string) =>
    stored.push({ name, shape: [vocabulary, 2 * d], values: () => rowsMirrored(weight(ours), d, -1) });
  /** (D, outputs) → (outputs, 2D) */
  const reads = (name: string, outputs: number, values: () => Float32Array) =>
    stored.push({
      name: `${name}.weight`,
      shape: [outputs, 2 * d],
      values: () => rowsMirrored(transposed(values(), d, outputs), d, -1, 0.5),
    });
  /** (inputs, D) → (2D, inputs) */
  const writes = (name: string, ours: string, inputs: number) =>
    stored.push({
      name: `${name}.weight`,
      shape: [2 * d, inputs],
      values: () => transposed(rowsMirrored(weight(`${ours}.weight`), d, -1), inputs, 2 * d),
    });
  const neighbours = (values: Float32Array, columns: number) =>
    columnsMoved(values, columns, (to) => {
      const at = to % size;
      return to - at + Math.floor(at / 2) + (at % 2) * (size / 2);
    });
  embedding('model.embed_tokens.weight', 'embed_in.weight');
  for (let layer = 0; layer < layers; layer++) {
    const [at, ours] = [`model.layers.${layer}`, `layers.${layer}`];
    const part = (begin: number, end: number) =>
      columnsCut(weight(`${ours}.attention.query_key_value.weight`), d + 2 * size, begin, end);
    norm(`${at}.input_layernorm.weight`, `${ours}.input_layernorm.weight`);
    reads(`${at}.self_attn.q_proj`, d, () => neighbours(part(0, d), d));
    reads(`${at}.self_attn.k_proj`, size, () => neighbours(part(d, d + size), size));
    reads(`${at}.self_attn.v_proj`, size, () => part(d + size, d + 2 * size));
    writes(`${at}.self_attn.o_proj`, `${ours}.attention.dense`, d);
    reads(`${at}.mlp.gate_proj`, 4 * d, () => weight(`${ours}.mlp.gate.weight`));
    reads(`${at}.mlp.up_proj`, 4 * d, () => weight(`${ours}.mlp.up.weight`));
    writes(`${at}.mlp.down_proj`, `${ours}.mlp.down`, 4 * d);
  }
  norm('model.norm.weight', 'final_layer_norm.weight');
  if (!tied) embedding('lm_head.weight', 'embed_out.weight');
  return stored;
}

const LAYOUTS = { gpt2, 'gpt-neox': gptNeox, palm } as const;

/** All weights of a model, in the order in which they are stored. */
export const storedWeights = (options: ModelOptions, vocabulary: number, weight: WeightOf): StoredWeight[] =>
  LAYOUTS[options.architecture](options, vocabulary, weight);
