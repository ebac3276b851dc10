import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cut } from '../../src/engine/blocks.ts';
import { mapOrdered } from '../../src/engine/map-ordered.ts';
import { type Block, type ListedShard, type ShardOpener, startCursor, streamBlocks } from '../../src/engine/stream.ts';

const listOf = (sizes: readonly number[]): ListedShard[] =>
  sizes.map((_, index) => ({
    source: 's',
    shard: { id: `${index}`, path: `${index}`, codec: 'none', format: 'jsonl' },
  }));

/** A shard of n blocks, one byte and one record each; `jitter` microtasks pass before each. */
function opener(sizes: readonly number[], jitter: (shard: number) => number): ShardOpener {
  return ({ shard }, from) => {
    const index = Number(shard.id);
    const size = sizes[index] ?? 0;
    let read = from.offset;
    async function* cuts(): AsyncGenerator<Cut> {
      for (let at = from.offset; ; at++) {
        for (let wait = jitter(index); wait > 0; wait--) await Promise.resolve();
        read = Math.min(at + 1, size);
        const last = at >= size - 1;
        const empty = size === 0;
        yield {
          bytes: new Uint8Array(empty ? 0 : 1),
          offset: at,
          end: empty ? at : at + 1,
          firstOrdinal: at,
          records: empty ? 0 : 1,
          last,
        };
        if (last) return;
      }
    }
    return { cuts: cuts(), fetched: () => read };
  };
}

const brief = ({ seq, shard, cut }: Block) => `${seq}:${shard.id}@${cut.offset}`;

async function all(blocks: AsyncIterable<Block>): Promise<Block[]> {
  const found: Block[] = [];
  for await (const block of blocks) found.push(block);
  return found;
}

const sizes = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 12 });

describe('the block stream', () => {
  it('has an order that depends on the inputs and K alone, not on timing', async () => {
    await fc.assert(
      fc.asyncProperty(
        sizes,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 0, max: 9 }),
        async (blocks, open, seed) => {
          const steady = await all(
            streamBlocks(
              listOf(blocks),
              startCursor(open),
              opener(blocks, () => 0),
            ),
          );
          const uneven = await all(
            streamBlocks(
              listOf(blocks),
              startCursor(open),
              opener(blocks, (shard) => ((shard + 1) * seed) % 7),
            ),
          );
          expect(uneven.map(brief)).toEqual(steady.map(brief));
          expect(steady.filter(({ cut }) => cut.records > 0)).toHaveLength(blocks.reduce((a, b) => a + b, 0));
        },
      ),
    );
  });

  it('reads each source to its end before the next when they are kept apart, from any cursor on', async () => {
    const shards = fc.array(
      fc.record({ blocks: fc.integer({ min: 0, max: 5 }), source: fc.integer({ min: 0, max: 3 }) }),
      {
        minLength: 1,
        maxLength: 12,
      },
    );
    await fc.assert(
      fc.asyncProperty(shards, fc.integer({ min: 1, max: 4 }), async (given, open) => {
        const sorted = given.toSorted((a, b) => a.source - b.source);
        const blocks = sorted.map((shard) => shard.blocks);
        const list = listOf(blocks).map((listed, index) => ({ ...listed, source: `${sorted[index]?.source}` }));
        const opened = opener(blocks, (shard) => shard % 3);
        const whole = await all(streamBlocks(list, startCursor(open), opened, 'apart'));
        expect(whole.map(({ source }) => source)).toEqual(whole.map(({ source }) => source).sort());
        expect(whole.filter(({ cut }) => cut.records > 0)).toHaveLength(blocks.reduce((a, b) => a + b, 0));
        for (const [index, block] of whole.entries()) {
          const rest = await all(streamBlocks(list, block.after, opened, 'apart'));
          expect(rest.map(brief)).toEqual(whole.slice(index + 1).map(brief));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('goes on from the cursor of any block as if it had never stopped', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 4 }), async (blocks, open) => {
        const whole = await all(
          streamBlocks(
            listOf(blocks),
            startCursor(open),
            opener(blocks, () => 1),
          ),
        );
        for (const [index, block] of whole.entries()) {
          const rest = await all(
            streamBlocks(
              listOf(blocks),
              block.after,
              opener(blocks, () => 2),
            ),
          );
          expect(rest.map(brief)).toEqual(whole.slice(index + 1).map(brief));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('counts each compressed byte once', async () => {
    const blocks = [3, 0, 5, 2];
    const whole = await all(
      streamBlocks(
        listOf(blocks),
        startCursor(2),
        opener(blocks, () => 0),
      ),
    );
    expect(whole.reduce((sum, { fetched }) => sum + fetched, 0)).toBe(10);
  });

  it('passes a shard’s failure on when its turn comes', async () => {
    const broken: ShardOpener = (listed, from) => {
      if (listed.shard.id !== '1') return opener([2, 2], () => 0)(listed, from);
      return { cuts: { next: () => Promise.reject(new Error('gone')) }, fetched: () => 0 };
    };
    const seen: string[] = [];
    const reading = (async () => {
      for await (const block of streamBlocks(listOf([2, 2]), startCursor(2), broken)) seen.push(brief(block));
    })();
    await expect(reading).rejects.toThrow('gone');
    expect(seen).toEqual(['0:0@0']);
  });
});

describe('mapping in order', () => {
  async function* numbers(count: number, pulled: number[]): AsyncGenerator<number> {
    for (let each = 0; each < count; each++) {
      pulled.push(each);
      yield each;
    }
  }

  it('gives results in the order of the items, whatever finishes first', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 40 }), async (delays) => {
        const results: number[] = [];
        const work = async (item: number) => {
          for (let wait = delays[item] ?? 0; wait > 0; wait--) await Promise.resolve();
          return item;
        };
        for await (const result of mapOrdered(numbers(delays.length, []), work, { bytes: 5, size: () => 1 }))
          results.push(result);
        expect(results).toEqual(delays.map((_, index) => index));
      }),
    );
  });

  it('pulls no more than its bytes while the consumer is busy', async () => {
    const pulled: number[] = [];
    const mapped = mapOrdered(numbers(100, pulled), async (item) => item, { bytes: 4, size: () => 2 });
    await mapped.next();
    for (let turn = 0; turn < 100; turn++) await Promise.resolve();
    expect(pulled.length).toBeLessThanOrEqual(4);
    await mapped.return(undefined);
  });

  it('throws the first failure in order, after the results before it', async () => {
    const seen: number[] = [];
    const work = async (item: number) => {
      if (item === 3) throw new Error('third');
      return item;
    };
    const reading = (async () => {
      for await (const result of mapOrdered(numbers(9, []), work, { bytes: 9, size: () => 1 })) seen.push(result);
    })();
    await expect(reading).rejects.toThrow('third');
    expect(seen).toEqual([0, 1, 2]);
  });
});
