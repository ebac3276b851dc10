// `prefer:` in a pipeline file; what it does to the order of reading is tested with the stream.
import { describe, expect, it } from 'vitest';
import { parsePlan } from '../../src/pipeline/load.ts';

describe('prefer in a pipeline file', () => {
  const text = (prefer: string): string =>
    `sources: [{ files: { glob: "*.txt" } }]\ndedup:\n  exact: true\n  prefer: ${prefer}\n`;

  it.each(['first', 'source'])('takes %s, which one pass can honour', async (prefer) => {
    expect((await parsePlan(text(prefer), '/p.yaml')).dedup.prefer).toBe(prefer);
  });

  it('refuses anything else, with the line', async () => {
    await expect(parsePlan(text('longest'), '/p.yaml')).rejects.toMatchObject({
      problems: [{ line: 4, path: 'dedup.prefer' }],
    });
  });
});
