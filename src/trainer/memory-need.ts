// How much memory training a model needs, and what can hold it.
import type { ModelOptions } from './model-options.ts';
import { parameterCount } from './weights.ts';

export interface MemoryNeed {
  /** Weights, their gradients and AdamW's two moments: 4 bytes each. */
  readonly state: number;
  /** What the forward pass keeps for the backward pass, and the largest things beside it, for one part of a batch. */
  readonly activations: number;
  readonly total: number;
}

const FLOAT = 4;

/**
 * Bytes that training takes, with `sequences` computed at a time (batch / accumulate). The state is exact. Activations are
 * counted from what src/trainer/model.ts keeps: per token and layer about 22 widths (28 in palm, whose MLP has three
 * matrices) and, where attention is not a kernel of ours (`scores`), 3 rows of scores a head; per token 3 rows of logits.
 */
export function memoryNeed(
  options: ModelOptions,
  vocabulary: number,
  sequences: number,
  scores: 'kept' | 'never kept',
): MemoryNeed {
  const { architecture, layers, width, heads, context } = options;
  const state = 4 * FLOAT * parameterCount(options, vocabulary);
  const perLayer = (architecture === 'palm' ? 28 : 22) * width + (scores === 'kept' ? 3 * heads * context : 0);
  const activations = FLOAT * sequences * context * (layers * perLayer + 3 * vocabulary);
  return { state, activations, total: state + activations };
}

/** Memory of the devices that people have, smallest first; WebAssembly addresses 4 GB, of which TensorFlow.js gets 2. */
const DEVICES: readonly { readonly bytes: number; readonly name: string }[] = [
  { bytes: 2e9, name: 'WebAssembly, any machine' },
  { bytes: 24e9, name: 'one GPU of 24 GB' },
  { bytes: 80e9, name: 'one GPU of 80 GB' },
];

/** Where Seiryu can train what needs `bytes`; undefined beyond one device. */
export function smallestDevice(bytes: number): string | undefined {
  return DEVICES.find((device) => bytes <= 0.9 * device.bytes)?.name;
}

/** What to do about a model that no single device holds. */
export const BEYOND_ONE_DEVICE =
  'several GPUs: GPT-NeoX or DeepSpeed, from the text shards or tokens of a run, then back with `--from`';
