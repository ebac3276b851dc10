// What users rely on of the `repetition` filter: text that goes round in circles goes, prose with refrains stays.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { repeatedLines, repeatedParagraphs } from '../../src/filters/lib/repeated-lines.ts';
import { NgramRepetition } from '../../src/filters/lib/repeated-ngrams.ts';
import { TopNgram } from '../../src/filters/lib/top-ngram.ts';
import { repetition } from '../../src/filters/repetition.ts';
import { decide } from './run-filter.ts';

const prose =
  '春が来たので、朝から家族みんなで裏の山へ出かけた。山菜はまだ少なかったが、ふきのとうを籠に半分ほど採った。昼は川のそばで握り飯を食べ、午後は沢を少し上って、古い水車の小屋を見てきた。帰りにはもう日が傾いていた。';

/** The n-grams of a sequence, counted the slow and plain way. */
function counted(units: readonly number[], n: number) {
  const times = new Map<string, number>();
  const grams: string[] = [];
  for (let at = 0; at + n <= units.length; at++) grams.push(units.slice(at, at + n).join());
  for (const gram of grams) times.set(gram, (times.get(gram) ?? 0) + 1);
  const isCovered = units.map(() => 0);
  for (const [at, gram] of grams.entries())
    if ((times.get(gram) ?? 0) > 1) for (let i = at; i < at + n; i++) isCovered[i] = 1;
  return {
    total: grams.length,
    kinds: times.size,
    repeatedKinds: [...times.values()].filter((count) => count > 1).length,
    repeated: grams.filter((gram) => (times.get(gram) ?? 0) > 1).length,
    top: Math.max(0, ...times.values()),
    covered: isCovered.reduce((sum, one) => sum + one, 0),
    isCovered,
  };
}

describe('repetition', () => {
  it.each([
    ['お前の顔を見て、'.repeat(40), 'top-ngram'],
    [`${prose}${'今すぐお申し込みください。'.repeat(12)}`, 'top-ngram'],
    ['送料無料\n'.repeat(5), 'lines'],
    [`${prose}\n花\n鳥\n${prose}`, 'line-characters'],
    [['a', 'b', 'c', 'd'].map((letter) => `${letter}\n\n${prose}`).join('\n\n'), 'lines'],
    [`${prose.slice(0, 60)}。${prose}`, 'duplicate-ngrams'],
    [`${'the same few words again and '.repeat(20)}`, 'top-ngram'],
    ['ｗ'.repeat(200), 'top-ngram'],
  ])('drops %s', (text, reason) => {
    expect(decide(repetition, text)).toEqual({ drop: reason });
  });

  it.each([
    prose,
    '春の海ひねもすのたりのたりかな',
    'いろはにほへとちりぬるを',
    'ああ、そうか。ああ、そうだったのか。',
    'The river runs past the mill to the sea, and in winter the fields on its banks are under water for weeks.',
    '第1条 目的\n第2条 定義\n第3条 責務\n第4条 罰則',
    '',
  ])('keeps %s', (text) => {
    expect(decide(repetition, text)).toEqual({ keep: text });
  });

  it('takes words where words are written apart, and characters where they are not', () => {
    const text = 'ab cd '.repeat(30);
    expect(decide(repetition, text, { unit: 'word' })).toEqual({ drop: 'top-ngram' });
    expect(decide(repetition, text)).toEqual({ drop: 'top-ngram' });
    const chinese = '春眠不觉晓处处闻啼鸟夜来风雨声花落知多少';
    expect(decide(repetition, chinese)).toEqual({ keep: chinese });
  });

  it('repeats a refrain as often as its options allow', () => {
    const song = `${prose}\n春よ来い\n${[...prose].reverse().join('')}\n春よ来い`;
    expect(decide(repetition, song)).toEqual({ keep: song });
    expect(decide(repetition, song, { maxLines: 0.2 })).toEqual({ drop: 'lines' });
  });

  it('counts n-grams as plain counting does, whatever the text', () => {
    const repeats = new TopNgram();
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 80 }),
        fc.integer({ min: 1, max: 7 }),
        (units, n) => {
          const sequence = Uint16Array.from(units);
          const { topAt, ...found } = repeats.count(sequence, units.length, n);
          expect(counted(units, n)).toMatchObject(found);
          if (n > 3) expect(repeats.mostFrequentOfFourBound(sequence, units.length)).toBeGreaterThanOrEqual(found.top);
          expect(repeats.mostFrequentBound(sequence, units.length, n)).toBeGreaterThanOrEqual(found.top);
          if (found.top > 0) {
            const top = units.slice(topAt, topAt + n).join();
            let times = 0;
            for (let at = 0; at + n <= units.length; at++) if (units.slice(at, at + n).join() === top) times++;
            expect(times).toBe(found.top);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('finds repeated n-grams as plain counting does, longer ones from shorter ones', () => {
    const repetitions = new NgramRepetition();
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 120 }),
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 3 }),
        (units, n, more) => {
          const sequence = Uint16Array.from(units);
          const weights = Uint32Array.from(units, (unit) => unit + 1);
          const same = (size: number, found: { repeated: number; kinds: number }): void => {
            const plain = counted(units, size);
            expect(found).toEqual({ repeated: plain.repeated, kinds: plain.repeatedKinds });
            expect(repetitions.covered()).toBe(plain.covered);
            expect(repetitions.covered(weights)).toBe(
              units.reduce((sum, unit, at) => sum + (plain.isCovered[at] === 1 ? unit + 1 : 0), 0),
            );
          };
          expect(repetitions.bound(sequence, units.length, n)).toBeGreaterThanOrEqual(counted(units, n).covered);
          same(n, repetitions.find(sequence, units.length, n));
          for (const size of more.map((extra) => n + Math.min(n, extra)).sort((a, b) => a - b))
            same(size, repetitions.narrow(size));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('counts repeated lines and paragraphs by their text, the white space around it left out', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'ab', ' ', '\n', '\n\n', '\u3000', '\ufeff', '\u0085', '花')),
        (pieces) => {
          const text = pieces.join('');
          for (const [found, separator] of [
            [repeatedLines(text), '\n'],
            [repeatedParagraphs(text), '\n\n'],
          ] as const) {
            const all = text
              .split(separator)
              .map((piece) => piece.trim())
              .filter((piece) => piece !== '');
            const again = all.filter((piece, at) => all.indexOf(piece) < at);
            const length = (some: readonly string[]): number => some.join('').length;
            expect(found.share).toBe(all.length === 0 ? 0 : again.length / all.length);
            expect(found.unitShare).toBe(all.length === 0 ? 0 : length(again) / length(all));
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('leaves nothing of a long document behind for a short one after it', () => {
    const repetitions = new NgramRepetition();
    expect(repetitions.find(new Uint16Array(1_200_000), 1_200_000, 10).kinds).toBe(1);
    expect(repetitions.covered()).toBe(1_200_000);
    const units = Uint16Array.from({ length: 60 }, (_, at) => at);
    expect(repetitions.find(units, 60, 10).repeated).toBe(0);
    expect(repetitions.covered()).toBe(0);
  });
});
