// Writes weights as safetensors: one file, or shards and an index when they are larger than one should be.
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile, writeAll } from '../../durable-files.ts';
import { bytesOfShape, headerOf } from '../safetensors.ts';
import type { StoredWeight } from './layouts.ts';

/** Bytes of a shard at most, as `transformers` has it; a single weight that is larger gets a file of its own. */
export const SHARD_BYTES = 5e9;

/** Bytes written at a time: the system takes no 2 GiB at once. */
const PIECE = 2 ** 28;

/** Weights in order, cut where the next would make a shard larger than `limit` bytes. */
export function shardsOf(weights: readonly StoredWeight[], limit: number): StoredWeight[][] {
  const shards: StoredWeight[][] = [];
  let left = 0;
  for (const weight of weights) {
    const bytes = bytesOfShape(weight.shape);
    const shard = shards.at(-1);
    if (shard === undefined || bytes > left) {
      shards.push([weight]);
      left = limit - bytes;
    } else {
      shard.push(weight);
      left -= bytes;
    }
  }
  return shards;
}

const five = (number: number): string => String(number).padStart(5, '0');

/** Writes `weights` into the folder `dir`; returns the names of the files. Holds one weight in memory at a time. */
export async function writeWeights(dir: string, weights: readonly StoredWeight[], limit: number): Promise<string[]> {
  const shards = shardsOf(weights, limit);
  const nameOf = (index: number) =>
    shards.length === 1 ? 'model.safetensors' : `model-${five(index + 1)}-of-${five(shards.length)}.safetensors`;
  const places: Record<string, string> = {};
  let total = 0;
  for (const [index, shard] of shards.entries()) {
    const file = await open(join(dir, nameOf(index)), 'w');
    try {
      const shapes = shard.map(({ name, shape }) => ({ name, shape, dtype: 'F32' as const }));
      await writeAll(file, headerOf(shapes, { format: 'pt' }));
      for (const { name, shape, values } of shard) {
        const numbers = values();
        const bytes = bytesOfShape(shape);
        if (numbers.byteLength !== bytes) throw new Error(`${name} has ${numbers.byteLength} bytes, not ${bytes}`);
        for (let at = 0; at < bytes; at += PIECE)
          await writeAll(file, new Uint8Array(numbers.buffer, numbers.byteOffset + at, Math.min(PIECE, bytes - at)));
        places[name] = nameOf(index);
        total += bytes;
      }
      await file.sync();
    } finally {
      await file.close();
    }
  }
  const files = shards.map((_, index) => nameOf(index));
  if (shards.length === 1) return files;
  const index = JSON.stringify({ metadata: { total_size: total }, weight_map: places }, null, 2);
  await replaceFile(join(dir, 'model.safetensors.index.json'), Buffer.from(`${index}\n`, 'utf8'));
  return [...files, 'model.safetensors.index.json'];
}
