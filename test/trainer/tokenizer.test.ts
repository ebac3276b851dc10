// What users of the tokenizer rely on: the official library reads our file and agrees with us on every text.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Tokenizer } from 'tokenizers';
import { describe, expect, it } from 'vitest';
import { parseTokenizer } from '../../src/trainer/tokenizer/file.ts';
import { bpeJson } from '../../src/trainer/tokenizer/learn.ts';
import { PATTERN } from '../../src/trainer/tokenizer/pre-tokens.ts';
import { trainBpe } from '../../src/trainer/tokenizer/train-bpe.ts';

const CORPUS = [
  '春の川は、さらさらと流れる。岸辺の桜が咲き、子どもたちが水辺で遊んでいる。',
  '東京駅から新幹線に乗ると、二時間半ほどで京都に着く。窓の外には田んぼと山なみが続く。',
  'データベースの索引は、検索を速くするための構造である。索引がなければ全件を読むことになる。',
  'The quick brown fox jumps over the lazy dog. The dog does not mind; the fox is quick.',
  '２０２５年６月１日、気温は２８．５度。No. 12345 の荷物が届いた。',
];
const learned = trainBpe(CORPUS, 600);
const tokenizer = parseTokenizer(bpeJson(learned), 'tokenizer.json');

async function official(json: string): Promise<(text: string) => Promise<number[]>> {
  const path = join(mkdtempSync(join(tmpdir(), 'seiryu-tokenizer-')), 'tokenizer.json');
  writeFileSync(path, json);
  const library = Tokenizer.fromFile(path);
  return async (text) => (await library.encode(text, null, { addSpecialTokens: false })).getIds();
}

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

const ODD = [
  '',
  ' ',
  '\n\n\t　 a',
  '👩‍👩‍👧‍👦🇯🇵🏳️‍🌈',
  '𠮷野家で𩸽を食べる。𪚥',
  'ｶﾞｷﾞｸﾞ ㌔ ㍿ ﷽ é é',
  'مرحبا بالعالم שלום Привет ไทย हिन्दी',
  '\u0000\u0001\u007f\u0085\ufeff\u200b\u2028',
  'あ'.repeat(1000),
  'ああああーーーー！！！！？？？？wwwwwwwww',
  'https://example.jp/a?b=c&d=%E3%81%82#x',
  "don't we'll I'm   three   spaces ",
];

describe('the tokenizer that Seiryu learns', () => {
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
      { numRuns: 600, seed: 1, examples: texts.map((text): [string] => [text]) },
    );
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

  it('cuts a megabyte of one character into bounded pieces', () => {
    for (const character of ['a', 'あ', '漢', ' ', '!', '0', '\ud800']) {
      const text = character.repeat(2 ** 20);
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

describe('a tokenizer file of someone else', () => {
  const gpt2 = () => {
    const json = JSON.parse(bpeJson(learned));
    json.pre_tokenizer = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
    return json;
  };

  it('encodes as the official library does when it cuts as GPT-2 did, unbounded pieces included', async () => {
    const json = JSON.stringify(gpt2());
    const ours = parseTokenizer(json, 'gpt2.json');
    const encode = await official(json);
    for (const text of [...CORPUS, ...ODD]) expect(ours.encode(text)).toEqual(await encode(text));
  });

  it.each([
    ['is not JSON', () => '{'],
    ['is a list of words', () => JSON.stringify({ ...gpt2(), model: { type: 'WordLevel', vocab: {} } })],
    ['rewrites texts in a way of its own', () => JSON.stringify({ ...gpt2(), normalizer: { type: 'Custom' } })],
    [
      'has no end of document',
      () => JSON.stringify({ ...gpt2(), added_tokens: [], model: { type: 'BPE', vocab: { a: 0 }, merges: [] } }),
    ],
  ])('is refused with what to do when it %s', (_, json) => {
    expect(() => parseTokenizer(json(), 'x.json')).toThrow(
      expect.objectContaining({ code: 'tokenizer.invalid', exitCode: 2 }),
    );
  });
});
