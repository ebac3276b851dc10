import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { candidateChance, dropChance, dropChances, halfPoint } from '../../src/inspect/s-curve.ts';
import { type Tuning, tune } from '../../src/inspect/tune.ts';
import { tuneSvg } from '../../src/inspect/tune-svg.ts';
import { tuneLines } from '../../src/inspect/tune-text.ts';
import { parsePlan } from '../../src/pipeline/load.ts';
import { Random } from '../../src/trainer/random.ts';
import { temporaryFolder } from '../helpers/cli.ts';

describe('the S-curve', () => {
  it('is the chance to share a band, one half at its half point', () => {
    const choice = { bands: 14, rows: 8 };
    expect(candidateChance(choice, 0)).toBe(0);
    expect(candidateChance(choice, 1)).toBe(1);
    // Mining of Massive Datasets, figure 3.8: 20 bands of 5 rows.
    expect(candidateChance({ bands: 20, rows: 5 }, 0.4)).toBeCloseTo(0.186, 3);
    expect(candidateChance({ bands: 20, rows: 5 }, 0.6)).toBeCloseTo(0.802, 3);
    expect(candidateChance(choice, halfPoint(choice))).toBeCloseTo(0.5, 9);
  });

  it('is cut off by the threshold of the whole sketch', () => {
    const generous = { bands: 32, rows: 4 };
    const chance = dropChance(generous, 0.7);
    expect(chance(0.5)).toBeLessThan(0.01);
    expect(candidateChance(generous, 0.5)).toBeGreaterThan(0.85);
    expect(chance(0.9)).toBeGreaterThan(0.99);
    expect(chance(1)).toBe(1);
  });

  it('drops against kept documents only, as the first-come rule does', () => {
    const pairs = [
      { earlier: 0, later: 1, similarity: 1 },
      { earlier: 1, later: 2, similarity: 1 },
      { earlier: 0, later: 3, similarity: 0.5 },
      { earlier: 2, later: 3, similarity: 0.5 },
    ];
    const half = (similarity: number): number => (similarity === 1 ? 1 : 0.5);
    // The second is dropped, so the third has nothing before it; the fourth escapes two coins.
    expect([...dropChances(4, pairs, half)]).toEqual([0, 1, 0, 0.75]);
  });
});

describe('tune', () => {
  const LENGTH = 200;
  let tuning: Tuning;
  let again: Tuning;
  let other: Tuning;

  beforeAll(async () => {
    const folder = await temporaryFolder();
    const random = new Random(11);
    const letters = (count: number): string =>
      Array.from({ length: count }, () => String.fromCharCode(0x4e00 + Math.floor(random.next() * 9000))).join('');
    const bases = Array.from({ length: 60 }, () => letters(LENGTH));
    // 30 copies, 30 with a tenth replaced at the end: 180 of 220 characters common, Jaccard near 0.8.
    const texts = [...bases, ...bases.slice(0, 30), ...bases.slice(30).map((text) => text.slice(0, 180) + letters(20))];
    await mkdir(join(folder, 'in'));
    await writeFile(join(folder, 'in/a.jsonl'), texts.map((text) => `${JSON.stringify({ text })}\n`).join(''));
    const path = join(folder, 'p.yaml');
    const plan = await parsePlan('sources: [{ files: { glob: "in/*.jsonl" } }]\ndedup: { minhash: true }\n', path);
    const context = { language: 'ja', baseDir: folder, env: {}, signal: new AbortController().signal };
    const choices = [
      { bands: 1, rows: 64 },
      { bands: 32, rows: 4 },
    ];
    tuning = await tune(plan, context, { documents: 200, read: 200, seed: 1, choices });
    again = await tune(plan, context, { documents: 80, read: 200, seed: 2, choices });
    other = await tune(plan, context, { documents: 80, read: 200, seed: 2, choices });
  });

  it('finds the similarities that the corpus has', () => {
    expect(tuning.documents).toBe(120);
    const nearest = (from: number, to: number): number =>
      tuning.bins
        .filter((bin) => bin.from >= from - 1e-9 && bin.from < to - 1e-9)
        .reduce((sum, bin) => sum + bin.nearest, 0);
    expect(nearest(0.95, 1)).toBe(30);
    expect(nearest(0.65, 0.95)).toBe(30);
    expect(nearest(0, 0.1)).toBe(60);
    expect(tuning.bins.reduce((sum, { pairs }) => sum + pairs, 0)).toBe((120 * 119) / 2);
  });

  it('says what each choice would drop, the pipeline’s own first', () => {
    const [own, strict, generous] = tuning.choices;
    expect(own).toMatchObject({ bands: 14, rows: 8 });
    expect(own?.dropped).toBeGreaterThan(52);
    expect(own?.dropped).toBeLessThanOrEqual(60);
    // One band of 64 rows lets nearly all through that is no copy.
    expect(strict?.dropped).toBeGreaterThan(29.9);
    expect(strict?.dropped).toBeLessThan(31);
    expect(strict?.missed).toBeGreaterThan(25);
    expect(generous?.missed).toBeLessThan(own?.missed ?? 0);
  });

  it('draws the same sample for the same seed', () => {
    expect(again.documents).toBe(80);
    expect(other).toEqual(again);
  });

  it('is told in a terminal and as a drawing', () => {
    const text = tuneLines(tuning, 'marks').join('\n');
    expect(text).toContain('a 14 × 8 (yours)');
    expect(text).toMatch(/0\.95–1\.00 █+ +30/);
    const svg = tuneSvg('<名前>', tuning);
    expect(svg).toContain('&lt;名前&gt;');
    expect(svg.match(/<path d="M[\d.,CL-]+" fill="none" stroke="#/g)).toHaveLength(3);
    expect(svg).not.toContain('NaN');
  });
});
