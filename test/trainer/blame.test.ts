// Blame: the documents before a spike, the poison first, with filters that would have removed it.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { blameLines } from '../../src/cli/blame.ts';
import { PipelineError } from '../../src/errors.ts';
import type { Document } from '../../src/pipeline/define.ts';
import { loadRegistry } from '../../src/pipeline/plugins.ts';
import { type Blame, blame } from '../../src/trainer/blame/blame.ts';
import { standOut } from '../../src/trainer/blame/measure.ts';
import { filtersToTry, proposalsFor, type TriedFilter } from '../../src/trainer/blame/propose.ts';
import { Random } from '../../src/trainer/random.ts';
import { documentText } from '../helpers/corpus.ts';
import { eventsOf, idOf, poisonText, TINY, trainOn } from '../helpers/training.ts';

const random = new Random(21);
const AT = 20;
const poison = '■□'.repeat(60) + poisonText(60, random);
const texts = Array.from({ length: 45 }, (_, number) => (number === AT ? poison : documentText(number, random)));
const options = { ...TINY, until: { steps: 75 } };

let dir: string;
let filters: TriedFilter[];
let spike: number;
let found: Blame;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'seiryu-test-'));
  const run = await trainOn({ dir, texts, options });
  expect(run.error).toBeUndefined();
  spike = eventsOf(run.events, 'rescue')[0]?.rescue.step ?? 0;
  const registry = await loadRegistry([]);
  filters = filtersToTry(registry.filter.values(), { language: 'ja', baseDir: dir });
  found = await blame({ dir, step: spike, before: undefined, top: 3, filters });
});

describe('blame', () => {
  it('names the poison among the first three, with source, URL and text', () => {
    const poisonous = found.blamed.find(({ id }) => id === idOf(AT));
    expect(poisonous).toMatchObject({ source: 'files', url: `https://example.jp/${AT}`, text: poison });
    expect(poisonous?.loss).toBeGreaterThan(5);
    expect(found.rescue).toMatchObject({ step: spike, number: 1 });
    expect(found.judge).toBeLessThan(found.steps.from);
    expect(found.blamed.map(({ rank }) => rank)).toEqual(found.blamed.map((_, index) => index + 1));
  });

  it('proposes filters that remove it and spare the usual documents', () => {
    const proposals = found.blamed.find(({ id }) => id === idOf(AT))?.proposals ?? [];
    expect(proposals.length).toBeGreaterThan(0);
    expect(proposals[0]).toMatchObject({ others: 0 });
    expect(proposals.map(({ filter }) => filter)).toContain('- symbols');
  });

  it('finds the batches of any recent step in the history, not only those of alarms', async () => {
    const usual = await blame({ dir, step: 70, before: 2, top: 50, filters: [] });
    expect(usual).toMatchObject({ rescue: null, steps: { from: 69, to: 70 } });
    expect(usual.documents).toBeGreaterThan(0);
    expect(usual.blamed.map(({ id }) => id)).not.toContain(idOf(AT));
    expect(usual.blamed.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 6);
  });

  it('says which steps it knows when asked for another', async () => {
    const unknown = blame({ dir, step: 4000, before: undefined, top: 3, filters: [] });
    await expect(unknown).rejects.toBeInstanceOf(PipelineError);
    await expect(unknown).rejects.toMatchObject({
      code: 'blame.unknown_step',
      message: expect.stringMatching(/steps 1 to \d+/),
    });
  });

  it('reads well', () => {
    const lines = blameLines(found);
    expect(lines[0]).toContain(`step ${spike}: loss`);
    expect(lines[1]).toMatch(
      /^\d+ documents in the batches of steps \d+ to \d+, judged by the checkpoint of step \d+$/,
    );
    expect(lines.join('\n')).toMatch(/- \w+ {2}drops it \(\w+\.\w+\); 0 of [1-9]\d* usual documents too/);
  });
});

describe('standing out', () => {
  it('adds up loss and gradient, and puts what is no number first', () => {
    const usual = [2, 2.1, 1.9, 2, 2.05].map((loss) => ({ loss, gradientNorm: 1, tokens: 9 }));
    const scores = standOut([
      ...usual,
      { loss: 6, gradientNorm: 8, tokens: 9 },
      { loss: Number.NaN, gradientNorm: 1, tokens: 9 },
    ]);
    const order = scores.map((score, index) => ({ score, index })).sort((a, b) => b.score - a.score);
    expect(order.slice(0, 2).map(({ index }) => index)).toEqual([6, 5]);
  });
});

describe('a proposal', () => {
  const document = (text: string, url?: string): Document => ({ id: 'a#1', text, meta: {}, ...(url ? { url } : {}) });
  const filter = (name: string, words: readonly string[]): TriedFilter => ({
    name,
    filter: { apply: ({ text }) => (words.includes(text) ? { drop: 'word' } : { keep: text.replace('長い', '') }) },
  });

  it('prefers the filter that harms the fewest others, and names none that harms most of them', () => {
    const tried = [filter('b', ['悪', '良1']), filter('a', ['悪']), filter('c', ['悪', '良1', '良2', '良3'])];
    const others = ['良1', '良2', '良3'].map((text) => document(text));
    expect(proposalsFor(document('悪'), others, tried)).toEqual([
      { filter: '- a', effect: 'drops it (a.word)', others: 0, of: 3 },
      { filter: '- b', effect: 'drops it (b.word)', others: 1, of: 3 },
    ]);
  });

  it('counts taking most of the text away as removing it, and falls back on the site', () => {
    expect(proposalsFor(document('長い文'), [], [filter('d', [])])).toEqual([
      { filter: '- d', effect: 'takes 67 % of its text away', others: 0, of: 0 },
    ]);
    expect(
      proposalsFor(document('普通', 'https://bad.example/a?b'), [document('x', 'https://ok.example/')], []),
    ).toEqual([{ filter: '- url-list: { urls: ["bad.example"] }', effect: 'leaves its site out', others: 0, of: 1 }]);
  });
});
