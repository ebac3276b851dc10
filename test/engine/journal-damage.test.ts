// Damage to a run's journal is noticed wherever it is, and what stands before it is all that is believed.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Checkpoint, Journal, readJournal } from '../../src/engine/journal.ts';
import { startCursor } from '../../src/engine/stream.ts';
import { emptyTally } from '../../src/engine/tally.ts';
import type { Disk } from '../../src/pipeline/define.ts';
import { Random } from '../../src/trainer/random.ts';

const disk: Disk = { reserve: async () => undefined, release: () => undefined };
const WORDS = 18;
const random = new Random(12);

function checkpoint(kept: number): Checkpoint {
  const tally = emptyTally();
  tally.documents.kept = kept;
  return { cursor: { ...startCursor(2), seq: kept }, tally, sinks: [], quarantine: 0 };
}

let path: string;
let whole: Buffer;
/** File offsets after the head and after each entry. */
let ends: number[];

beforeAll(async () => {
  path = join(mkdtempSync(join(tmpdir(), 'seiryu-damage-')), 'journal.bin');
  const shards = [{ source: 'mc4', shard: { id: 'x', path: 'x', codec: 'gzip', format: 'jsonl' } } as const];
  const journal = await Journal.create(path, { version: 2, identity: 'abc', words: WORDS, shards }, disk);
  ends = [journal.bytes];
  for (let entry = 1; entry <= 12; entry++) {
    const signatures = Uint32Array.from({ length: 5 * WORDS }, () => Math.floor(random.next() * 2 ** 32));
    await journal.append(checkpoint(entry * 5), signatures);
    ends.push(journal.bytes);
  }
  await journal.close();
  whole = readFileSync(path);
});

/** How many entries the journal gives, -1 without a head; and whether it told of a loss. */
async function readBack(bytes: Buffer): Promise<{ entries: number; lost: boolean }> {
  writeFileSync(path, bytes);
  const reader = await readJournal(path);
  if (reader === undefined) return { entries: -1, lost: true };
  let entries = 0;
  try {
    for await (const entry of reader.entries()) {
      entries++;
      const from = (ends[entries] ?? 0) - entry.signatures.byteLength;
      expect(Buffer.compare(Buffer.from(entry.signatures.buffer), whole.subarray(from, ends[entries]))).toBe(0);
      expect(entry.checkpoint).toEqual(checkpoint(entries * 5));
    }
    return { entries, lost: reader.lost !== undefined };
  } finally {
    await reader.close();
  }
}

const wholeBefore = (at: number): number => ends.filter((end) => end <= at).length - 1;

describe('a damaged journal', () => {
  it('gives what stands before the damage, for each of 1,000 flipped bytes', async () => {
    for (let flip = 0; flip < 1000; flip++) {
      // Every byte of the head's and an entry's header and JSON, and then anywhere.
      const at = flip < 400 ? flip : Math.floor(random.next() * whole.length);
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ (1 + Math.floor(random.next() * 255));
      expect(await readBack(damaged), `byte ${at}`).toEqual({ entries: wholeBefore(at), lost: true });
    }
  });

  it('gives what is whole, wherever it is cut', async () => {
    for (let length = 1; length < whole.length; length += 13) {
      const entries = wholeBefore(length);
      const lost = entries < 0 || length > (ends[entries] ?? 0);
      expect(await readBack(whole.subarray(0, length)), `${length} bytes`).toEqual({ entries, lost });
    }
  });

  it('is not mistaken for one of an earlier version, nor the other way round', async () => {
    const earlier = Buffer.from(whole.subarray(0, ends[0]));
    const { crc32 } = await import('node:zlib');
    earlier.writeUInt32LE(crc32(earlier.subarray(12)), 4);
    writeFileSync(path, earlier);
    await expect(readJournal(path)).rejects.toMatchObject({ code: 'journal.version' });
  });

  it('says whether its end is missing or wrong', async () => {
    const last = ends.at(-2) ?? 0;
    const why = async (bytes: Buffer): Promise<unknown> => {
      writeFileSync(path, bytes);
      const reader = await readJournal(path);
      for await (const _ of reader?.entries() ?? []);
      await reader?.close();
      return reader?.lost;
    };
    expect(await why(whole.subarray(0, whole.length - 1))).toEqual({
      at: last,
      bytes: whole.length - 1 - last,
      why: 'cut',
    });
    const wrong = Buffer.from(whole);
    wrong[wrong.length - 1] = (wrong.at(-1) ?? 0) ^ 1;
    expect(await why(wrong)).toEqual({ at: last, bytes: whole.length - last, why: 'damaged' });
    expect(await why(whole)).toBeUndefined();
  });
});
