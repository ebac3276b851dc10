// The piscina worker: blocks and bz2 streams in, results out, buffers moved and never copied.
import { move, transferableSymbol, valueSymbol, workerData } from 'piscina';
import { decodeBz2Stream } from '../sources/decode/bz2-stream.ts';
import { createObserving } from './observe.ts';
import { type BlockResult, type BlockTask, createProcessor, type ProcessorPlan } from './process.ts';

export type WorkerTask =
  | ({ readonly kind: 'block' } & BlockTask)
  | { readonly kind: 'bz2'; readonly bytes: Uint8Array };

const plan: ProcessorPlan = workerData;
const { observing } = plan;
const processor = observing === undefined ? createProcessor(plan) : createObserving(plan, observing);

export default async function work(task: WorkerTask): Promise<unknown> {
  if (task.kind === 'bz2') {
    const slices = decodeBz2Stream(task.bytes);
    return moved(
      slices,
      slices.map(({ buffer }) => buffer),
    );
  }
  const process = await processor;
  const result = process(task);
  if ('words' in result)
    return moved(
      result,
      result.words.map(({ buffer }) => buffer),
    );
  return movable(result);
}

/** Marks a result's buffers for transfer. */
function movable(result: BlockResult): unknown {
  const buffers = [result.textBytes.buffer, result.ordinals.buffer, result.signatures.buffer];
  for (const view of Object.values(result.views)) buffers.push(view.bytes.buffer, view.offsets.buffer);
  return moved(result, buffers);
}

function moved(value: object, buffers: readonly ArrayBufferLike[]): unknown {
  return move({
    get [transferableSymbol]() {
      return buffers;
    },
    get [valueSymbol]() {
      return value;
    },
  });
}
