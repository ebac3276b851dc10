import { appendFile, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMatches, encodeMatches, type Fate, type MatchBlock } from '../../src/engine/match-blocks.ts';
import { Matches, readMatches } from '../../src/engine/matches.ts';
import { temporaryFolder } from '../helpers/cli.ts';

const disk = { reserve: async () => undefined, release: () => undefined };

/** A block as a gate makes it: ordinals grow, kept numbers count on, duplicates point back. */
const block: fc.Arbitrary<MatchBlock> = fc
  .record({
    shard: fc.nat(1e6),
    number: fc.nat(2 ** 40),
    documents: fc.array(
      fc.record({
        step: fc.integer({ min: 1, max: 1000 }),
        back: fc.option(fc.nat(2 ** 33), { nil: undefined }),
        deduper: fc.nat(3),
        band: fc.option(fc.nat(300), { nil: undefined }),
        similarity: fc.option(
          fc.nat(254).map((steps) => steps / 254),
          { nil: undefined },
        ),
      }),
      { maxLength: 30 },
    ),
  })
  .map(({ shard, number, documents }) => {
    let ordinal = 0;
    let next = number;
    const fates = documents.map(({ step, back, deduper, band, similarity }): Fate => {
      ordinal += step;
      if (back === undefined || next === 0) return { ordinal, kept: next++ };
      return { ordinal, earlier: Math.max(0, next - 1 - back), deduper, band, similarity };
    });
    return { shard, number, fates };
  });

async function all(path: string): Promise<MatchBlock[]> {
  const blocks: MatchBlock[] = [];
  for await (const each of readMatches(path)) blocks.push(each);
  return blocks;
}

describe('what became of a block', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(block, (written) => {
        expect(decodeMatches(encodeMatches(written))).toEqual(written);
      }),
    );
  });

  it('takes about a byte for a kept document and seven for a duplicate', () => {
    const kept = Array.from({ length: 1000 }, (_, at): Fate => ({ ordinal: at + 5000, kept: 1e8 + at }));
    expect(encodeMatches({ shard: 900, number: 1e8, fates: kept }).length / 1000).toBeLessThan(1.1);
    const repeated = kept.map(
      ({ ordinal }): Fate => ({ ordinal, earlier: ordinal * 9000, deduper: 1, band: 13, similarity: 0.8 }),
    );
    expect(encodeMatches({ shard: 900, number: 1e8, fates: repeated }).length / 1000).toBeLessThan(8.1);
  });
});

describe('the file of matches', () => {
  it('goes on after what was committed, whatever a crash left behind it', async () => {
    const path = join(await temporaryFolder(), 'matches.bin');
    const [first, second] = [fc.sample(block, { numRuns: 20, seed: 1 }), fc.sample(block, { numRuns: 20, seed: 2 })];
    const before = new Matches(path, disk);
    await before.restore(0);
    for (const each of first) await before.add(each);
    const committed = await before.commit();
    await before.close();
    await appendFile(path, Buffer.alloc(99, 7));
    const after = new Matches(path, disk);
    await after.restore(committed);
    for (const each of second) await after.add(each);
    await after.commit();
    await after.close();
    expect(await all(path)).toEqual([...first, ...second].filter(({ fates }) => fates.length > 0));
  });

  it('reserves what it writes, and only that', async () => {
    const path = join(await temporaryFolder(), 'matches.bin');
    let reserved = 0;
    const reserve = async (bytes: number): Promise<void> => {
      reserved += bytes;
    };
    const matches = new Matches(path, { ...disk, reserve });
    for (const each of fc.sample(block, { numRuns: 50, seed: 3 })) await matches.add(each);
    expect(await matches.commit()).toBe(reserved);
    expect((await readFile(path)).length).toBe(reserved);
    await matches.close();
  });

  it('ends where it is cut off, and refuses a byte that changed', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'matches.bin');
    const blocks = fc.sample(block, { numRuns: 10, seed: 4 }).filter(({ fates }) => fates.length > 0);
    const matches = new Matches(path, disk);
    for (const each of blocks) await matches.add(each);
    await matches.commit();
    await matches.close();
    const bytes = await readFile(path);
    for (let cut = 0; cut < bytes.length; cut += 97) {
      const part = join(folder, 'cut.bin');
      await writeFile(part, bytes);
      await truncate(part, cut);
      const read = await all(part);
      expect(read).toEqual(blocks.slice(0, read.length));
      const changed = Buffer.from(bytes);
      changed[cut] = (changed[cut] ?? 0) ^ 0x40;
      await writeFile(part, changed);
      const outcome = await all(part).catch((error: unknown) => error);
      if (Array.isArray(outcome)) expect(outcome.length).toBeLessThan(blocks.length);
      else expect(outcome).toMatchObject({ code: 'matches.damaged' });
    }
  });

  it('is no file where the run keeps none', async () => {
    expect(await all(join(await temporaryFolder(), 'none.bin'))).toEqual([]);
  });
});
