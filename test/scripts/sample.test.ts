import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastGlob from 'fast-glob';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Built, buildSample } from '../../scripts/sample/build.ts';
import { SAMPLE } from '../helpers/cli.ts';

let built: Built;

beforeAll(async () => {
  built = await buildSample();
});

describe('npm run sample', () => {
  it('writes the bytes that are bundled', async () => {
    expect((await fastGlob('**', { cwd: SAMPLE })).sort()).toEqual([...built.files.keys()].sort());
    for (const [path, bytes] of built.files) {
      expect(Buffer.compare(await readFile(join(SAMPLE, path)), bytes), path).toBe(0);
    }
  });

  it('stays small, with enough documents of their own', () => {
    const size = [...built.files.values()].reduce((sum, { length }) => sum + length, 0);
    expect(size).toBeLessThan(3e6);
    expect(built.truth.filter(({ expect: wanted }) => wanted === 'keep').length).toBeGreaterThanOrEqual(3000);
  });

  it('says the same thing twice only where the truth says so', () => {
    const sentences = new Map<string, number>();
    for (const { expect: wanted, paragraphs, lookalike } of built.items) {
      if (wanted !== 'keep' || lookalike !== undefined) continue;
      for (const paragraph of new Set(paragraphs)) sentences.set(paragraph, (sentences.get(paragraph) ?? 0) + 1);
    }
    // Whole paragraphs of prose hardly ever recur between documents that are their own.
    const long = [...sentences].filter(([text]) => text.length > 80);
    const recurring = long.filter(([, times]) => times > 1);
    expect(recurring.length / long.length).toBeLessThan(0.02);
  });
});
