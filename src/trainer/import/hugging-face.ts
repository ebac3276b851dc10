// A GPT-2 or GPT-NeoX model of the Hugging Face hub as one of Seiryu's: options from config.json, weights rearranged.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { errorMessage, PipelineError } from '../../errors.ts';
import { columnsMoved, transposed } from '../export/matrices.ts';
import { headSize, type ModelOptions, modelOptions, turnedSize } from '../model-options.ts';
import { NORM_EPS } from '../ops.ts';
import { weightShapes } from '../weights.ts';
import type { StoredTensors } from './tensors.ts';

const positive = z.int().positive();
const ACTIVATIONS: Readonly<Record<string, ModelOptions['activation']>> = {
  gelu: 'gelu',
  gelu_new: 'gelu-tanh',
  gelu_fast: 'gelu-tanh',
  gelu_pytorch_tanh: 'gelu-tanh',
};
const activation = z.string().transform((name, context): ModelOptions['activation'] => {
  const known = ACTIVATIONS[name];
  if (known !== undefined) return known;
  context.issues.push({ code: 'custom', message: `one of ${Object.keys(ACTIVATIONS).join(', ')}`, input: name });
  return z.NEVER;
});

const gpt2Config = z
  .object({
    model_type: z.literal('gpt2'),
    vocab_size: positive,
    n_layer: positive,
    n_embd: positive,
    n_head: positive,
    n_positions: positive,
    n_inner: positive.nullish(),
    activation_function: activation.default('gelu-tanh'),
    layer_norm_epsilon: z.literal(NORM_EPS, `${NORM_EPS}`).default(NORM_EPS),
    scale_attn_weights: z.literal(true, 'true').default(true),
    scale_attn_by_inverse_layer_idx: z.literal(false, 'false').default(false),
    tie_word_embeddings: z.boolean().default(true),
  })
  .refine(({ n_inner: inner, n_embd: width }) => inner == null || inner === 4 * width, {
    path: ['n_inner'],
    error: 'four times n_embd',
  })
  .transform((config) => ({
    vocabulary: config.vocab_size,
    model: {
      architecture: 'gpt2',
      layers: config.n_layer,
      width: config.n_embd,
      heads: config.n_head,
      context: config.n_positions,
      activation: config.activation_function,
      tied: config.tie_word_embeddings,
    },
  }));

const rope = z.object({
  rope_theta: z.number().positive().optional(),
  partial_rotary_factor: z.number().positive().max(1).optional(),
  rope_type: z.literal('default', 'default').default('default'),
});
const neoxConfig = z
  .object({
    model_type: z.literal('gpt_neox'),
    vocab_size: positive,
    num_hidden_layers: positive,
    hidden_size: positive,
    num_attention_heads: positive,
    intermediate_size: positive,
    max_position_embeddings: positive,
    hidden_act: activation.default('gelu'),
    layer_norm_eps: z.literal(NORM_EPS, `${NORM_EPS}`).default(NORM_EPS),
    rotary_pct: z.number().positive().max(1).default(0.25),
    rotary_emb_base: z.number().positive().default(10_000),
    rope_scaling: z.null('none: scaled rotary positions are not read').optional(),
    // Since transformers 5.
    rope_parameters: rope.nullish(),
    attention_bias: z.literal(true, 'true').default(true),
    use_parallel_residual: z.boolean().default(true),
    tie_word_embeddings: z.boolean().default(false),
  })
  .refine(({ intermediate_size: inner, hidden_size: width }) => inner === 4 * width, {
    path: ['intermediate_size'],
    error: 'four times hidden_size',
  })
  .transform((config) => ({
    vocabulary: config.vocab_size,
    model: {
      architecture: 'gpt-neox',
      layers: config.num_hidden_layers,
      width: config.hidden_size,
      heads: config.num_attention_heads,
      context: config.max_position_embeddings,
      rotary: config.rope_parameters?.partial_rotary_factor ?? config.rotary_pct,
      rotaryBase: config.rope_parameters?.rope_theta ?? config.rotary_emb_base,
      activation: config.hidden_act,
      residual: config.use_parallel_residual ? 'parallel' : 'sequential',
      tied: config.tie_word_embeddings,
    },
  }));

const config = z.discriminatedUnion('model_type', [
  z.looseObject({ model_type: z.literal('gpt2') }),
  z.looseObject({ model_type: z.literal('gpt_neox') }),
]);

export interface ImportedConfig {
  readonly options: ModelOptions;
  /** Rows of the stored embedding: some models have more than their tokenizer has tokens. */
  readonly vocabulary: number;
}

/**
 * What config.json in `dir` describes.
 * @throws PipelineError `import.config` when it is none, or of a model that Seiryu would not compute exactly.
 */
export async function readConfig(dir: string): Promise<ImportedConfig> {
  const path = join(dir, 'config.json');
  const refused = (why: string, cause?: unknown) =>
    new PipelineError(`${path} describes no model that Seiryu can go on from: ${why}`, {
      code: 'import.config',
      fix: 'Seiryu reads GPT-2 and GPT-NeoX models (Pythia, rinna/japanese-gpt-neox, …), in the layout of the Hugging Face hub, and its own runs.',
      cause,
    });
  let data: unknown;
  try {
    data = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw refused(errorMessage(error), error);
  }
  const kind = config.safeParse(data);
  if (!kind.success) throw refused('its model_type is not gpt2 or gpt_neox', kind.error);
  const parsed = (kind.data.model_type === 'gpt2' ? gpt2Config : neoxConfig).safeParse(data);
  if (!parsed.success) throw refused(z.prettifyError(parsed.error), parsed.error);
  const options = modelOptions.safeParse(parsed.data.model);
  if (!options.success) throw refused(z.prettifyError(options.error), options.error);
  const turned = Math.trunc(options.data.rotary * headSize(options.data));
  if (turned !== turnedSize(options.data))
    throw refused(`its rotary positions turn ${turned} numbers of a head, which is no number of pairs`);
  return { options: options.data, vocabulary: parsed.data.vocabulary };
}

/** Names under which the hub's files hold a weight of Seiryu's: with and without the prefix of the class. */
function storedNames({ architecture }: ModelOptions, ours: string): string[] {
  if (architecture === 'gpt-neox')
    return ours === 'embed_out.weight' ? [ours, 'lm_head.weight'] : [`gpt_neox.${ours}`, ours];
  const theirs = GPT2_NAMES.reduce((name, [from, to]) => name.replace(from, to), ours);
  return [`transformer.${theirs}`, theirs];
}

const GPT2_NAMES: readonly (readonly [string, string])[] = [
  ['embed_in', 'wte'],
  ['embed_positions', 'wpe'],
  ['embed_out', 'lm_head'],
  ['layers.', 'h.'],
  ['input_layernorm', 'ln_1'],
  ['post_attention_layernorm', 'ln_2'],
  ['attention.query_key_value', 'attn.c_attn'],
  ['attention.dense', 'attn.c_proj'],
  ['mlp.dense_h_to_4h', 'mlp.c_fc'],
  ['mlp.dense_4h_to_h', 'mlp.c_proj'],
  ['final_layer_norm', 'ln_f'],
];

/**
 * All weights by Seiryu's names, for a model of `options` with `vocabulary` tokens: embeddings of more tokens, or of more
 * positions, are cut to those. Linear in the parameters; one stored weight more than the model in memory.
 * @throws PipelineError `import.weights` when one is missing or of another shape.
 */
export async function readWeights(
  dir: string,
  tensors: StoredTensors,
  options: ModelOptions,
  vocabulary: number,
): Promise<Map<string, Float32Array>> {
  const weights = new Map<string, Float32Array>();
  for (const [ours, shape] of weightShapes(options, vocabulary)) {
    const names = storedNames(options, ours);
    const name = tensors.find(names);
    const wrong = (why: string) =>
      new PipelineError(`${dir}: ${names[0]} ${why}.`, {
        code: 'import.weights',
        fix: 'config.json and the weights are of different models, or a file is incomplete: fetch the folder again.',
      });
    if (name === undefined) throw wrong('is not among its weights');
    const stored = tensors.shape(name) ?? [];
    // PyTorch's linear layers are (outputs, inputs); GPT-2's are not linear layers but Conv1D.
    const turned = options.architecture === 'gpt-neox' && shape.length === 2 && !ours.startsWith('embed_');
    const wanted = turned ? shape.toReversed() : shape;
    const cut = ours.startsWith('embed_') && (stored[0] ?? 0) >= (shape[0] ?? 0) && stored[1] === shape[1];
    if (stored.join() !== wanted.join() && !cut)
      throw wrong(`has the shape ${stored.join(' × ')}, not ${wanted.join(' × ')}`);
    const values = await tensors.read(name);
    weights.set(ours, arranged(options, ours, shape, values, turned ? 'turned' : 'as it is'));
  }
  return weights;
}

function arranged(
  options: ModelOptions,
  name: string,
  shape: readonly number[],
  values: Float32Array,
  matrix: 'turned' | 'as it is',
): Float32Array {
  const [rows = 1, columns = 1] = shape;
  if (matrix === 'turned') return transposed(values, columns, rows);
  if (name.startsWith('embed_')) return values.slice(0, rows * columns);
  if (options.architecture !== 'gpt2' || !name.includes('query_key_value')) return values;
  return columnsMoved(values, 3 * options.width, (to) => toGpt2Column(options, to));
}

/** GPT-2’s column (all queries, all keys, all values) of a column here (head by head): the other way than `fromGpt2Column`. */
function toGpt2Column(options: ModelOptions, to: number): number {
  const size = headSize(options);
  const [head, part, at] = [Math.floor(to / (3 * size)), Math.floor((to % (3 * size)) / size), to % size];
  return part * options.width + head * size + at;
}
