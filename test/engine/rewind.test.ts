// Going back in the journal behind a block that was wrong.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Checkpoint, Journal, readJournal } from '../../src/engine/journal.ts';
import { RewindError, Rewinds } from '../../src/engine/rewind.ts';
import type { ListedShard, ShardCursor } from '../../src/engine/stream.ts';
import { emptyTally } from '../../src/engine/tally.ts';
import { folderOf } from '../helpers/transports.ts';

const disk = { reserve: async () => undefined, release: () => undefined };
const shards: ListedShard[] = ['a', 'b', 'c'].map((id) => ({
  source: 's',
  shard: { id, path: id, codec: 'none', format: 'jsonl' },
}));
const at = (shard: number, offset: number, ended: 'open' | 'ended' = 'open'): ShardCursor => ({
  shard,
  offset,
  ordinal: 0,
  fetched: 0,
  ended: ended === 'ended',
});

function checkpoint(seq: number, next: number, slots: (ShardCursor | null)[]): Checkpoint {
  const tally = emptyTally();
  tally.documents.kept = seq;
  return { cursor: { seq, turn: 0, next, slots }, tally, sinks: [], quarantine: 0 };
}

/** Two shards open; after five blocks a has ended and c was opened. */
async function journal(): Promise<string> {
  const path = join(await folderOf({}), 'journal.bin');
  const written = await Journal.create(path, { version: 2, identity: 'x', words: 0, shards }, disk);
  const steps: [number, (ShardCursor | null)[]][] = [
    [2, [at(0, 100), at(1, 0)]],
    [2, [at(0, 100), at(1, 100)]],
    [2, [at(0, 200), at(1, 100)]],
    [2, [at(0, 200), at(1, 200)]],
    [2, [at(0, 250, 'ended'), at(1, 200)]],
    [3, [at(2, 100), at(1, 300)]],
  ];
  for (const [index, [next, slots]] of steps.entries())
    await written.append(checkpoint(index + 1, next, slots), new Uint32Array(0));
  await written.close();
  return path;
}

async function lastSeq(path: string): Promise<number | undefined> {
  const reader = await readJournal(path);
  let seq: number | undefined;
  if (reader === undefined) return undefined;
  for await (const { checkpoint } of reader.entries()) seq = checkpoint.cursor.seq;
  await reader.close();
  return seq;
}

const wrong = (shard: number, offset: number): RewindError => {
  const listed = shards[shard];
  if (listed === undefined) throw new Error('no such shard');
  return new RewindError(listed, offset);
};

describe('going back', () => {
  it.each([
    // [shard, wrong from this byte on, blocks that are left]
    [0, 0, undefined],
    [0, 100, 2],
    [0, 150, 2],
    [0, 200, 4],
    [1, 0, 1],
    [1, 100, 3],
    [1, 200, 5],
    [1, 300, 6],
    [2, 0, 5],
    [2, 50, 5],
  ])('behind shard %i from byte %i on leaves the blocks that hold nothing of it', async (shard, offset, left) => {
    const path = await journal();
    const error = wrong(shard, offset);
    expect(await new Rewinds().to(path, error, 0)).toBe(error);
    expect(await lastSeq(path)).toBe(left);
  });

  it('behind what a model has learned for good is refused, and changes nothing', async () => {
    const path = await journal();
    expect(await new Rewinds().to(path, wrong(1, 100), 5)).toMatchObject({ code: 'source.damaged', exitCode: 3 });
    expect(await lastSeq(path)).toBe(6);
    const error = wrong(1, 200);
    expect(await new Rewinds().to(path, error, 5)).toBe(error);
  });

  it('again and again behind the same shard ends the run', async () => {
    const path = await journal();
    const rewinds = new Rewinds();
    for (let time = 0; time < 3; time++) expect(await rewinds.to(path, wrong(2, 0), 0)).toBeInstanceOf(RewindError);
    expect(await rewinds.to(path, wrong(2, 0), 0)).toMatchObject({ code: 'source.unsteady', exitCode: 3 });
  });
});
