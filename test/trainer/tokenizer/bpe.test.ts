// What users of the tokenizer rely on: the official library reads our file and agrees with us on every text.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parityTexts } from '../../../scripts/tokenizer-parity/texts.ts';
import { parseTokenizer } from '../../../src/trainer/tokenizer/file.ts';
import { bpeJson } from '../../../src/trainer/tokenizer/learn.ts';
import { PATTERN } from '../../../src/trainer/tokenizer/pre-tokens.ts';
import { trainBpe } from '../../../src/trainer/tokenizer/train-bpe.ts';
import { CORPUS, ODD, official } from './official.ts';

const learned = trainBpe(CORPUS, 600);
const tokenizer = parseTokenizer(bpeJson(learned), 'tokenizer.json');

/** BPE training as its definition says, slowly. */
function countedAnew(texts: string[], vocabulary: number): string[] {
  const tokens = trainBpe([], 257).tokens.slice();
  let words = texts.flatMap((text) =>
    Array.from(text.matchAll(PATTERN), ([piece]) => Array.from(Buffer.from(piece), (b) => b + 1)),
  );
  while (tokens.length < vocabulary) {
    const counts = new Map<number, number>();
    for (const word of words) {
      for (let i = 0; i + 1 < word.length; i++) {
        const pair = Number(word[i]) * 1e6 + Number(word[i + 1]);
        counts.set(pair, (counts.get(pair) ?? 0) + 1);
      }
    }
    const [best] = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    if (best === undefined || best[1] < 2) break;
    const [left, right] = [Math.floor(best[0] / 1e6), best[0] % 1e6];
    const token = `${tokens[left]}${tokens[right]}`;
    if (!tokens.includes(token)) tokens.push(token);
    words = words.map((word) => {
      const out: number[] = [];
      for (let i = 0; i < word.length; i++) {
        if (word[i] === left && word[i + 1] === right) {
          out.push(tokens.indexOf(token));
          i++;
        } else out.push(Number(word[i]));
      }
      return out;
    });
  }
  return tokens;
}

describe('the byte-level BPE that Seiryu learns', () => {
  it('encodes every text as the official library does from the same file', async () => {
    const encode = await official(bpeJson(learned));
    const texts = [...CORPUS, ...ODD];
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
      { numRuns: 200, seed: 1, examples: texts.map((text): [string] => [text]) },
    );
  });

  it('encodes ten thousand texts as the official library does: emoji, rare kanji, lone bytes, all of Unicode', async () => {
    const encode = await official(bpeJson(learned));
    for (const text of parityTexts(CORPUS, 10_000)) {
      if (tokenizer.encode(text).join() !== (await encode(text)).join()) expect.unreachable(JSON.stringify(text));
    }
  });

  it('gives back every text, byte for byte', () => {
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...ODD), fc.string({ unit: 'binary' })), (text) => {
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(Buffer.from(text).toString());
      }),
    );
  });

  it('learns the same tokens again from the same texts, and merges that shorten them', () => {
    expect(trainBpe(CORPUS, 600)).toEqual(learned);
    const text = CORPUS.join('');
    expect(tokenizer.encode(text).length).toBeLessThan(Buffer.byteLength(text) * 0.6);
    expect(tokenizer.tokens.slice(1, 257)).toHaveLength(256);
  });

  it('learns what counting every pair anew before each merge would learn', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('a', 'b', ' ', 'あ', 'い'), maxLength: 40 }), { maxLength: 5 }),
        (texts) => {
          expect(trainBpe(texts, 280).tokens).toEqual(countedAnew(texts, 280));
        },
      ),
      { seed: 1, examples: [[['aaaa aaaa aaaa aa', 'abab abab']]] },
    );
  });

  it('gives a document that spells the end of document its characters, not the token', () => {
    expect(tokenizer.encode('<|endoftext|>')).not.toContain(tokenizer.endOfDocument);
  });

  it('cuts a long run of one character into bounded pieces', () => {
    for (const character of ['a', 'あ', '漢', ' ', '!', '0', '\ud800']) {
      const text = character.repeat(2 ** 18);
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(Buffer.from(text).toString());
    }
    expect(Math.max(...Array.from('漢'.repeat(1000).matchAll(PATTERN), ([piece]) => piece.length))).toBe(16);
  });

  it('is read back from its own file', () => {
    const again = parseTokenizer(bpeJson(learned), 'tokenizer.json');
    for (const text of [...CORPUS, ...ODD]) expect(again.encode(text)).toEqual(tokenizer.encode(text));
    expect(again.endOfDocument).toBe(tokenizer.endOfDocument);
  });
});
