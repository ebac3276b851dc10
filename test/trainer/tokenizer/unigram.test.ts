// What users of the learned Unigram rely on: the official library agrees, every text comes back, and training does what it says.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parityTexts } from '../../../scripts/tokenizer-parity/texts.ts';
import { Random } from '../../../src/trainer/random.ts';
import { parseTokenizer } from '../../../src/trainer/tokenizer/file.ts';
import { learnTokenizer, unigramJson } from '../../../src/trainer/tokenizer/learn.ts';
import { seedPieces } from '../../../src/trainer/tokenizer/seed-pieces.ts';
import { trainUnigram } from '../../../src/trainer/tokenizer/train-unigram.ts';
import { byteToken, UnigramModel } from '../../../src/trainer/tokenizer/unigram.ts';
import { CORPUS, ODD, official } from './official.ts';

const learned = trainUnigram(CORPUS, { vocabulary: 380 });
const tokenizer = parseTokenizer(unigramJson(learned), 'tokenizer.json');

/** Every substring of 2 to 16 characters with its count, in the words that -1 separates. */
function allSubstrings(characters: readonly number[], repeats: readonly number[]): Map<string, number> {
  const counts = new Map<string, number>();
  characters.forEach((_, at) => {
    for (let length = 2; length <= 16; length++) {
      const gram = characters.slice(at, at + length);
      if (gram.length < length || gram.includes(-1)) break;
      counts.set(gram.join(), (counts.get(gram.join()) ?? 0) + (repeats[at] ?? 0));
    }
  });
  return counts;
}

describe('the Unigram tokenizer that Seiryu learns', () => {
  it('encodes every text as the official library does from the same file', async () => {
    const encode = await official(unigramJson(learned));
    const texts = [...CORPUS, ...ODD].filter((text) => !/<unk>/.test(text));
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.constantFrom(...texts),
          fc.string({ unit: 'binary', maxLength: 60 }),
          fc.array(fc.constantFrom(...texts.join('')), { maxLength: 80 }).map((parts) => parts.join('')),
        ),
        async (text) => {
          expect(tokenizer.encode(text)).toEqual(await encode(text));
        },
      ),
      { numRuns: 150, seed: 1, examples: texts.map((text): [string] => [text]) },
    );
  });

  it('encodes ten thousand texts as the official library does: emoji, rare kanji, lone bytes, all of Unicode', async () => {
    const encode = await official(unigramJson(learned));
    for (const text of parityTexts(CORPUS, 10_000)) {
      if (tokenizer.encode(text).join() !== (await encode(text)).join()) expect.unreachable(JSON.stringify(text));
    }
  });

  it('gives back every text byte for byte, spelt byte tokens and special tokens included', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.constantFrom(...ODD, '<|endoftext|><unk><0x41>'), fc.string({ unit: 'binary' })),
        (text) => {
          const tokens = tokenizer.encode(text);
          expect(tokenizer.decode(tokens)).toBe(Buffer.from(text).toString());
          expect(tokens).not.toContain(tokenizer.endOfDocument);
        },
      ),
      { seed: 2 },
    );
  });

  it('has the wanted size, a token for every frequent character, and probabilities that sum to 1', () => {
    expect(learned.pieces).toHaveLength(380);
    const pieces = learned.pieces.slice(258);
    expect(pieces.map(([token]) => token)).toEqual(expect.arrayContaining(['の', '。', 'e', '京']));
    expect(pieces.reduce((sum, [, score]) => sum + Math.exp(score), 0)).toBeCloseTo(1, 9);
    expect(learned.pieces.slice(2, 4).map(([token]) => token)).toEqual(['<0x00>', '<0x01>']);
  });

  it('finds the words of a language that repeats them, across scripts, and leaves what never stands alone', () => {
    const words = ['食べる', '飲み物', 'データ', '東京都', '走った', 'すばらしい'];
    const random = new Random(7);
    const draw = () => words[Math.floor(random.next() * words.length)] ?? '';
    const texts = Array.from({ length: 200 }, () => Array.from({ length: 12 }, draw).join(''));
    const json = learnTokenizer(texts, { model: 'unigram', vocab: 258 + 19 + 24 + words.length });
    const fresh = parseTokenizer(json, 'x');
    expect(fresh.encode('東京都食べる走ったすばらしい').map((token) => fresh.tokens[token])).toEqual([
      '東京都',
      '食べる',
      '走った',
      'すばらしい',
    ]);
  });

  it('learns the same file again from the same texts', () => {
    expect(unigramJson(trainUnigram(CORPUS, { vocabulary: 380 }))).toBe(unigramJson(learned));
  });
});

describe('the best cut', () => {
  it('has the highest sum of scores of all cuts', () => {
    const scored = fc.uniqueArray(
      fc.tuple(
        fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 4 }),
        fc.integer({ min: -400, max: -1 }),
      ),
      {
        selector: ([token]) => token,
        maxLength: 12,
      },
    );
    fc.assert(
      fc.property(scored, fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 10 }), (extra, text) => {
        const vocabulary = [...new Map([['a', -50], ['b', -60], ['c', -70], ...extra] as [string, number][])];
        const best: number[] = [0];
        for (let end = 1; end <= text.length; end++) {
          best[end] = Math.max(
            ...vocabulary
              .filter(([token]) => text.slice(0, end).endsWith(token))
              .map(([token, score]) => score + (best[end - token.length] ?? Number.NEGATIVE_INFINITY)),
          );
        }
        const out: number[] = [];
        const model = new UnigramModel({ vocabulary, unknown: undefined, fallback: 'none', unspellable: new Set() });
        if (text !== '') model.encode(text, out);
        expect(out.map((token) => vocabulary[token]?.[0]).join('')).toBe(text);
        expect(out.reduce((sum, token) => sum + (vocabulary[token]?.[1] ?? 0), 0)).toBe(best[text.length]);
      }),
    );
  });

  it('spells unknown characters in bytes, or as one unknown token', () => {
    const bytes = Array.from({ length: 256 }, (_, byte) => [byteToken(byte), -20] as const);
    const vocabulary = [['<unk>', 0] as const, ['a', -1] as const, ...bytes];
    const common = { vocabulary, unknown: 0, unspellable: new Set([0]) };
    const encode = (fallback: 'bytes' | 'none') => {
      const out: number[] = [];
      new UnigramModel({ ...common, fallback }).encode('aééa', out);
      return out;
    };
    expect(encode('bytes')).toEqual([1, 2 + 0xc3, 2 + 0xa9, 2 + 0xc3, 2 + 0xa9, 1]);
    expect(encode('none')).toEqual([1, 0, 1]);
  });
});

describe('seed pieces', () => {
  it('are the substrings that repeat and are not always followed by the same character, with their counts', () => {
    const word = fc.tuple(
      fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 3 }),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (words) => {
        const characters = words.flatMap(([text]) => [...text, -1]);
        const repeats = words.flatMap(([text, times]) => [...text.map(() => times), 0]);
        const counts = allSubstrings(characters, repeats);
        const wanted = [...counts].filter(
          ([gram, count]) => count >= 2 && ![0, 1, 2].some((next) => counts.get(`${gram},${next}`) === count),
        );
        const found = seedPieces({ characters: Int32Array.from(characters), repeats: Int32Array.from(repeats) }, 1000);
        const spelled = found.map(({ at, length, count }) => [characters.slice(at, at + length).join(), count]);
        expect(new Map(spelled as [string, number][])).toEqual(new Map(wanted));
        const few = seedPieces({ characters: Int32Array.from(characters), repeats: Int32Array.from(repeats) }, 3);
        expect(few).toEqual(found.slice(0, 3));
      }),
      { seed: 3 },
    );
  });
});
