// Surveying a source: sizes from its list, then from the server, never more requests than allowed.
import { describe, expect, it } from 'vitest';
import type { Shard, Source } from '../../src/pipeline/define.ts';
import { surveyOf } from '../../src/sources/survey.ts';

function sourceOf(sizes: readonly (number | undefined)[], told: (path: string) => number | undefined) {
  const asked: string[] = [];
  let [open, most] = [0, 0];
  const source: Source = {
    transport: {
      base: 'memory',
      open: () => {
        throw new Error('a survey reads nothing');
      },
      list: async () => [],
      folders: async () => [],
      range: async () => {
        throw new Error('a survey reads nothing');
      },
      size: async (path) => {
        asked.push(path);
        most = Math.max(most, ++open);
        await Promise.resolve();
        open--;
        return told(path);
      },
    },
    async *shards() {
      for (const [index, size] of sizes.entries()) {
        const shard: Shard = { id: `s${index}`, path: `p${index}`, codec: 'none', format: 'jsonl' };
        yield size === undefined ? shard : { ...shard, size };
      }
    },
  };
  return { source, asked, most: () => most };
}

describe('a survey', () => {
  it('adds up what the list tells and what the server says of the others', async () => {
    const { source, asked } = sourceOf([10, undefined, 0, undefined], (path) => (path === 'p1' ? 5 : undefined));
    const survey = await surveyOf(source, { asked: 2 });
    expect(survey.shards.map(({ bytes }) => bytes)).toEqual([10, 5, 0, undefined]);
    expect(survey).toMatchObject({ bytes: 15, unknown: 1 });
    expect(asked).toEqual(['p1', 'p3']);
  });

  it('asks of none when there are more than may be asked', async () => {
    const { source, asked } = sourceOf([1, undefined, undefined], () => 9);
    expect(await surveyOf(source, { asked: 1 })).toMatchObject({ bytes: 1, unknown: 2 });
    expect(asked).toEqual([]);
  });

  it('asks of each once, a few at a time', async () => {
    const { source, asked, most } = sourceOf(
      Array.from({ length: 100 }, () => undefined),
      () => 1,
    );
    expect(await surveyOf(source, { asked: 100 })).toMatchObject({ bytes: 100, unknown: 0 });
    expect(new Set(asked).size).toBe(100);
    expect(most()).toBeLessThanOrEqual(8);
  });
});
