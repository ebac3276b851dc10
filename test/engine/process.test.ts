import { describe, expect, it } from 'vitest';
import { createProcessor } from '../../src/engine/process.ts';

const TEXT = '清流が静かに流れる川のほとりで本を読む。';

function blockOf(texts: readonly string[]) {
  const bytes = new TextEncoder().encode(texts.map((text) => `${JSON.stringify({ text })}\n`).join(''));
  const at = { source: 's', shard: 'x.jsonl', format: 'jsonl', fields: undefined } as const;
  return { ...at, bytes, offset: 0, firstOrdinal: 0, records: texts.length };
}

const planOf = (work: number) => ({
  language: 'ja',
  baseDir: '.',
  plugins: [],
  filters: ['normalize', 'length', 'length'].map((name, use) => ({ name, label: `${name}-${use}`, options: {} })),
  dedupers: [],
  views: ['text'] as const,
  work,
});

describe('a block’s work', () => {
  it('quarantines a document whose filters would be given more than the budget, and goes on with the next', async () => {
    const short = TEXT.repeat(4);
    const long = TEXT.repeat(40);
    const process = await createProcessor(planOf(2.5 * long.length));
    const { read, count, rejects, dropped } = process(blockOf([short, long, short]));
    expect({ read, count, dropped }).toEqual({ read: 3, count: 2, dropped: {} });
    expect(rejects).toMatchObject([{ ordinal: 1, reason: 'filter.budget' }]);
    // Two filters were given the text, the third would have been.
    expect(rejects[0]?.detail).toContain(`length-2 were given ${2 * long.length} characters`);
  });

  it('keeps every document within the budget', async () => {
    const process = await createProcessor(planOf(3 * 40 * TEXT.length));
    expect(process(blockOf([TEXT.repeat(40)])).count).toBe(1);
  });
});
