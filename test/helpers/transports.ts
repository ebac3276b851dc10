// For tests of sources: folders of files, transports that never wait, and bytes in one piece.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { SeiryuError } from '../../src/errors.ts';
import type { Context, Shard, Source } from '../../src/pipeline/define.ts';
import type { Effects } from '../../src/sources/fetch/index.ts';

const folders: string[] = [];
// Each test file has this module to itself, and what is registered first runs last: after the file's servers are closed.
afterAll(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
});

/** A temporary folder that is removed after the test file. */
export async function folderOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'seiryu-sources-'));
  folders.push(folder);
  for (const [path, contents] of Object.entries(files)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, contents);
  }
  return folder;
}

/** Effects that note how long they were asked to wait, and do not. */
export function noWaiting(): { effects: Effects; waits: number[] } {
  const waits: number[] = [];
  return {
    waits,
    effects: {
      sleep: async (milliseconds) => {
        waits.push(milliseconds);
      },
      random: () => 0,
      now: () => Date.UTC(2025, 5, 1),
    },
  };
}

/**
 * The chunks as a decoder may give them at worst: in memory that is overwritten as soon as the next is asked for.
 */
export async function* overwritten(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    const lent = Buffer.from(chunk);
    yield lent;
    lent.fill(0xff);
  }
}

/** Copies each chunk at once, as who keeps what a decoder gave must. */
export async function joined(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(Buffer.from(chunk));
  return Buffer.concat(parts);
}

/** What came before the error, and the error. */
export async function untilError(chunks: AsyncIterable<Uint8Array>): Promise<{ bytes: Buffer; error: unknown }> {
  const parts: Uint8Array[] = [];
  try {
    for await (const chunk of chunks) parts.push(Buffer.from(chunk));
  } catch (error) {
    return { bytes: Buffer.concat(parts), error };
  }
  return { bytes: Buffer.concat(parts), error: undefined };
}

/** The error that work ends with; fails when there is none, or one that Seiryu did not raise. */
export async function failureOf(work: Promise<unknown>): Promise<SeiryuError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof SeiryuError) return error;
  throw new Error(`expected a SeiryuError, got ${String(error)}`);
}

export async function shardsOf(source: Source): Promise<Shard[]> {
  const shards: Shard[] = [];
  for await (const shard of source.shards()) shards.push(shard);
  return shards;
}

export const contextOf = (given: Partial<Context> = {}): Context => ({
  language: 'ja',
  baseDir: tmpdir(),
  env: {},
  signal: new AbortController().signal,
  ...given,
});

/** Bytes that repeat nothing, the same for the same seed. */
export function noise(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}
