// How much memory a training takes, told before anything is allocated: a machine that swaps or kills says nothing useful.
import { PipelineError } from '../errors.ts';
import { formatBytes } from '../pipeline/units.ts';
import { memoryNeed } from './memory-need.ts';
import type { TrainerOptions } from './options.ts';
import { parameterCount } from './weights.ts';

export type Sizes = Pick<TrainerOptions, 'model' | 'batch'>;

const FLOAT = 4;

/** Bytes of a training at its peak, by where they are: an upper estimate. */
interface PeakNeed {
  readonly parameters: number;
  /** Weights, gradients and both moments, and while a step is applied the new ones beside the old: what the backend holds. */
  readonly learned: number;
  /** What the backward pass needs of the forward pass; grows with the batch. */
  readonly activations: number;
  /** The weights and moments once more, in the process: while a checkpoint is loaded or saved. */
  readonly copies: number;
}

function peakOf({ model, batch }: Sizes, vocabulary: number): PeakNeed {
  const parameters = parameterCount(model, vocabulary);
  const { activations } = memoryNeed(model, vocabulary, batch, 'kept');
  return { parameters, learned: 7 * FLOAT * parameters, activations, copies: 3 * FLOAT * parameters };
}

export interface MemoryLimits {
  /** Bytes that this process can still take. */
  readonly available: number;
  /** Bytes that the backend can address at all; undefined where the machine's memory is the only limit. */
  readonly backend: number | undefined;
  /** Whether what the backend holds lies in the process's memory; on a GPU only the copies do. */
  readonly holds: 'process' | 'device';
}

/** WebAssembly addresses its memory with 32 bits. */
const WASM_BYTES = 2 ** 32 - 2 ** 16;

/** `backend`: TensorFlow.js' name of it. */
export function memoryLimits(backend: string): MemoryLimits {
  return {
    available: process.availableMemory(),
    backend: backend === 'wasm' ? WASM_BYTES : undefined,
    holds: backend === 'webgpu' || backend === 'webgl' ? 'device' : 'process',
  };
}

/** What of the limits is too little for `need`; undefined when it fits. */
function exceeded({ learned, activations, copies }: PeakNeed, limits: MemoryLimits): string | undefined {
  const held = learned + activations;
  if (limits.backend !== undefined && held > limits.backend)
    return `of which the backend would hold ${formatBytes(held)}, and it can address ${formatBytes(limits.backend)}`;
  const inProcess = copies + (limits.holds === 'process' ? held : 0);
  return inProcess > limits.available ? `and ${formatBytes(limits.available)} are available here` : undefined;
}

/**
 * The nearest sizes that fit: a smaller batch alone, or else fewer layers and less width, in steps of a tenth, with batch 1.
 * Undefined when not even the smallest do.
 */
export function whatFits(sizes: Sizes, vocabulary: number, limits: MemoryLimits): Sizes | undefined {
  const fits = (tried: Sizes): boolean => exceeded(peakOf(tried, vocabulary), limits) === undefined;
  for (let { batch } = sizes; batch >= 1; batch = Math.floor(batch / 2))
    if (fits({ ...sizes, batch })) return { ...sizes, batch };
  const { layers, width, heads } = sizes.model;
  // Heads stay: what a width must be a multiple of, and even in each head.
  const unit = 2 * heads;
  for (let share = 0.9; share > 1e-3; share *= 0.9) {
    const model = {
      ...sizes.model,
      layers: Math.max(1, Math.round(layers * share)),
      width: Math.max(unit, Math.floor((width * share) / unit) * unit),
    };
    if (fits({ model, batch: 1 })) return { model, batch: 1 };
  }
  return undefined;
}

/** @throws PipelineError `trainer.memory`, with the sizes that would fit. */
export function checkMemory(sizes: Sizes, vocabulary: number, limits: MemoryLimits): void {
  const need = peakOf(sizes, vocabulary);
  const why = exceeded(need, limits);
  if (why === undefined) return;
  const { parameters, learned, activations, copies } = need;
  const fitting = whatFits(sizes, vocabulary, limits);
  throw new PipelineError(
    `The model does not fit into memory: ${(parameters / 1e6).toFixed(1)} M parameters need ${formatBytes(learned + activations + copies)} (${formatBytes(learned)} for weights, gradients and moments, ${formatBytes(activations)} for a batch of ${sizes.batch}, ${formatBytes(copies)} for checkpoints), ${why}.`,
    { code: 'trainer.memory', fix: fixOf(sizes, fitting, vocabulary) },
  );
}

function fixOf({ model: before }: Sizes, fitting: Sizes | undefined, vocabulary: number): string {
  if (fitting === undefined)
    return 'Not even the smallest model with this vocabulary and context fits: use a smaller trainer.model.context or vocabulary, or a machine with more memory.';
  const { model } = fitting;
  const millions = (parameterCount(model, vocabulary) / 1e6).toFixed(1);
  return model === before
    ? `Set trainer.batch to ${fitting.batch}: that fits.`
    : `What fits: batch: ${fitting.batch}, model: { layers: ${model.layers}, width: ${model.width} } (${millions} M parameters); or a machine with more memory.`;
}
