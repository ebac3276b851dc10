import { appendFileSync, mkdtempSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Checkpoint, Journal, type JournalHead, readJournal } from '../../src/engine/journal.ts';
import { startCursor } from '../../src/engine/stream.ts';
import { emptyTally } from '../../src/engine/tally.ts';
import type { Disk } from '../../src/pipeline/define.ts';

const disk: Disk = { reserve: async () => undefined, release: () => undefined };
const head: JournalHead = {
  version: 2,
  identity: 'abc',
  words: 2,
  shards: [{ source: 's', shard: { id: 'x', path: 'x', codec: 'gzip', format: 'jsonl' } }],
};

function checkpoint(seq: number): Checkpoint {
  const tally = emptyTally();
  tally.documents.kept = seq;
  return {
    cursor: { ...startCursor(2), seq },
    tally,
    sinks: [{ state: { shard: 0, documents: seq, bytes: seq * 10 }, finished: [] }],
    quarantine: 0,
  };
}

async function readAll(path: string): Promise<{ seqs: number[]; words: number[]; ends: number[] }> {
  const reader = await readJournal(path);
  const seqs: number[] = [];
  const words: number[] = [];
  const ends: number[] = [];
  if (reader === undefined) return { seqs, words, ends };
  for await (const entry of reader.entries()) {
    seqs.push(entry.checkpoint.cursor.seq);
    words.push(...entry.signatures);
    ends.push(entry.end);
  }
  await reader.close();
  return { seqs, words, ends };
}

let path: string;
beforeEach(async () => {
  path = join(mkdtempSync(join(tmpdir(), 'seiryu-journal-')), 'journal.bin');
  const journal = await Journal.create(path, head, disk);
  for (let seq = 1; seq <= 5; seq++) await journal.append(checkpoint(seq), Uint32Array.of(seq, 2 ** 32 - seq));
  await journal.close();
});

describe('the journal', () => {
  it('gives back its head and every entry with its signatures', async () => {
    const reader = await readJournal(path);
    expect(reader?.head).toEqual(head);
    await reader?.close();
    expect(await readAll(path)).toMatchObject({
      seqs: [1, 2, 3, 4, 5],
      words: [1, 2, 3, 4, 5].flatMap((seq) => [seq, 2 ** 32 - seq]),
    });
  });

  it('ends at the last whole entry wherever a crash cut the file', async () => {
    const whole = readFileSync(path);
    const { ends } = await readAll(path);
    for (let length = 0; length <= whole.length; length += 7) {
      writeFileSync(path, whole.subarray(0, length));
      const expected = ends.filter((end) => end <= length).length;
      expect((await readAll(path)).seqs).toHaveLength(expected);
    }
  });

  it('does not believe an entry with a flipped bit, nor what follows it', async () => {
    const whole = readFileSync(path);
    const { ends } = await readAll(path);
    const third = ends[1] ?? 0;
    for (let at = third; at < (ends[2] ?? 0); at += 11) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ 0x10;
      writeFileSync(path, damaged);
      expect((await readAll(path)).seqs).toEqual([1, 2]);
    }
  });

  it('goes on after the entries that a resumed run keeps', async () => {
    const { ends } = await readAll(path);
    appendFileSync(path, 'half an entry');
    const journal = await Journal.reopen(path, ends[2] ?? 0, disk);
    await journal.append(checkpoint(9), new Uint32Array(0));
    await journal.close();
    expect((await readAll(path)).seqs).toEqual([1, 2, 3, 9]);
  });

  it('is no journal when not even its head was written', async () => {
    truncateSync(path, 5);
    expect(await readJournal(path)).toBeUndefined();
    expect(await readJournal(`${path}.none`)).toBeUndefined();
  });
});
