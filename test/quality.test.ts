// What users rely on of the removal filters together: on the labelled set they reach the floors recorded beside it.
import { describe, expect, it } from 'vitest';
import { align } from '../scripts/quality/align.ts';
import { printPages, readPages } from '../scripts/quality/labelled.ts';
import { failures, results } from '../scripts/quality/report.ts';
import { emptyScore, harm, judge, precision, type Rule, recall } from '../scripts/quality/score.ts';
import { freshPages, readFloors, storedPages } from '../scripts/quality/set.ts';

const stored = storedPages();

describe('the labelled set', () => {
  it('is large, of many styles, and half of it is held out of tuning', () => {
    const lines = stored.flatMap(({ lines }) => lines).filter(({ text }) => text.trim() !== '');
    expect(stored.length).toBeGreaterThanOrEqual(400);
    expect(lines.length).toBeGreaterThanOrEqual(3000);
    expect(new Set(stored.map(({ style }) => style)).size).toBeGreaterThanOrEqual(8);
    const held = stored.filter(({ half }) => half === 'held').length;
    expect(Math.abs(2 * held - stored.length)).toBeLessThan(20);
  });

  it('is varied: no two pages share most of their prose', () => {
    const seen = new Map<string, number>();
    const prose = stored.flatMap(({ lines }) => lines.filter(({ label }) => label === 'keep').map(({ text }) => text));
    for (const text of prose.filter((line) => line.length > 20)) seen.set(text, (seen.get(text) ?? 0) + 1);
    const repeated = [...seen.values()].filter((count) => count > 1).length;
    expect(repeated / seen.size).toBeLessThan(0.02);
  });

  it('reaches every floor, the hand-written pages, the held-out half and freshly composed pages each on their own', () => {
    const all = results([...stored, ...freshPages('test', 16)]);
    expect(failures(all, readFloors())).toEqual([]);
  });

  it('has floors no lower than what was promised', () => {
    const { harm: most, rules } = readFloors();
    expect(most).toBeLessThanOrEqual(0.005);
    for (const part of ['all', 'held'] as const) {
      expect(rules.breadcrumbs?.[part]).toMatchObject({ precision: 0.98, recall: 0.95 });
      expect(rules['strip-urls']?.[part]).toMatchObject({ precision: 0.999, recall: 0.99 });
      expect(rules.boilerplate?.[part]).toMatchObject({ precision: 0.97, recall: 0.9 });
    }
  });
});

describe('the judge', () => {
  const [page] = readPages(
    'test',
    '=== a\n@n ホーム > 鍋\n鍋は重い。\n@c ホーム | 鍋 | 釜 | 煮える。\n@> 煮える。\n鍋。',
  );
  const rule = (run: (text: string) => string): Rule => ({
    name: 'breadcrumbs',
    run,
    targets: ['navigation', 'cut'],
    free: [],
  });
  const scoreOf = (run: (text: string) => string) => {
    const score = emptyScore();
    if (page !== undefined) judge(rule(run), page, score);
    return score;
  };

  it('finds nothing wrong where every line is as it should be', () => {
    const score = scoreOf(() => '鍋は重い。\n煮える。\n鍋。');
    expect([precision(score), recall(score), harm(score)]).toEqual([1, 1, 0]);
  });

  it('counts what was left, what was cut wrongly and what was harmed', () => {
    const idle = scoreOf((text) => text);
    expect([precision(idle), recall(idle), idle.missed]).toEqual([1, 0, 2]);
    const greedy = scoreOf(() => '');
    expect(greedy).toMatchObject({ right: 1, harmed: 3, missed: 1, prose: 2, proseChanged: 2 });
    expect(greedy.mistakes.map(({ text }) => text)).toEqual(['鍋は重い。', 'ホーム | 鍋 | 釜 | 煮える。', '鍋。']);
    const clumsy = scoreOf((text) => text.replace('ホーム | 鍋 | 釜 | ', '釜 | ').replace('ホーム > 鍋\n', ''));
    expect(clumsy).toMatchObject({ right: 1, harmed: 1, missed: 1 });
  });

  it('tells for each line what became of it', () => {
    expect(align(['a', 'b', 'xyz', 'b'], ['b', 'xz', 'b'])).toEqual(['', 'b', 'xz', 'b']);
    expect(align(['a', 'a'], ['a'])).toHaveLength(2);
    expect(align([], [])).toEqual([]);
    expect(align(['a'], [])).toEqual(['']);
  });
});

describe('the format', () => {
  it('is read as it was printed', () => {
    const pages = stored.map(({ name, half, lines }) => ({ name, half, lines })).slice(0, 40);
    expect(readPages('test', printPages(pages))).toEqual(
      pages.map((page, at) => ({ ...page, half: at % 2 === 0 ? 'tune' : 'held' })),
    );
  });

  it.each([
    ['a line outside every page', '鍋\n'],
    ['an unknown label', '=== a\n@z 鍋'],
    ['nothing to answer for', '=== a\n@> 鍋'],
  ])('names the place of %s', (what, source) => {
    expect(() => readPages('test', source)).toThrow(what);
  });

  it('composes the same pages from the same seed, and others from another', () => {
    expect(freshPages('a', 2)).toEqual(freshPages('a', 2));
    expect(freshPages('a', 2)).not.toEqual(freshPages('b', 2));
  });
});
