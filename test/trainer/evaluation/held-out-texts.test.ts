import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HELD_OUT_FILE, HeldOutTexts, readHeldOut } from '../../../src/trainer/evaluation/held-out-texts.ts';
import { CountingDisk } from './counting-disk.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'seiryu-held-out-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const document = (number: number, source: string, text: string) => ({
  number,
  id: `${source}/a#${number}`,
  source,
  text,
});

describe('held-out texts', () => {
  it('are the first of each source, the last cut between characters', () => {
    const texts = new HeldOutTexts(100);
    texts.offer(document(0, 'a', '春'.repeat(12)));
    texts.offer(document(1, 'b', 'x'.repeat(500)));
    texts.offer(document(2, 'a', `${'夏'.repeat(40)}`));
    texts.offer(document(3, 'a', '秋'));
    texts.offer(document(4, 'b', '冬'));
    expect(texts.texts.map(({ number, text }) => [number, text])).toEqual([
      [0, '春'.repeat(12)],
      [1, 'x'.repeat(100)],
      [2, '夏'.repeat(21)],
    ]);
  });

  it('come back from disk up to the documents of a checkpoint, and the others are taken again when they are offered again', async () => {
    const disk = new CountingDisk();
    const texts = new HeldOutTexts(1000);
    const documents = [0, 5, 9].map((number) => document(number, 'a', `text ${number}`));
    for (const one of documents) texts.offer(one);
    await texts.save(dir, disk);
    texts.offer(document(12, 'a', 'text 12'));
    await texts.save(dir, disk);
    expect(disk.bytes).toBe((await readFile(join(dir, HELD_OUT_FILE))).length);
    const again = new HeldOutTexts(1000, await readHeldOut(dir, 9));
    expect(again.texts.map(({ number }) => number)).toEqual([0, 5]);
    for (const one of [...documents, document(12, 'a', 'text 12')]) again.offer(one);
    expect(again.texts).toEqual(texts.texts);
  });

  it('are none without a file, and a damaged file is named', async () => {
    expect(await readHeldOut(dir)).toEqual([]);
    await writeFile(join(dir, HELD_OUT_FILE), '{"number":1}\n');
    await expect(readHeldOut(dir)).rejects.toMatchObject({ code: 'held_out.invalid' });
  });
});
