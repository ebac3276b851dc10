import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minhash } from '../../src/dedup/minhash.ts';

/** For each text the number of the earlier kept one that it duplicates, or -1. */
async function decide(texts: readonly string[], given: object): Promise<number[]> {
  const options = minhash.options.parse(given);
  const signer = await minhash.createSigner(options);
  const index = minhash.createIndex(options);
  const row = new Uint32Array(signer.words);
  let kept = 0;
  return texts.map((text) => {
    signer.sign(text, row, 0);
    const found = index.find(row, 0);
    if (found < 0) index.admit(row, 0, kept++);
    return found;
  });
}

/** What `decide` must say when texts are duplicates exactly when `keyOf` them is equal. */
function expected(texts: readonly string[], keyOf: (text: string) => string): number[] {
  const first = new Map<string, number>();
  return texts.map((text) => {
    const key = keyOf(text);
    const number = first.get(key);
    if (number === undefined) first.set(key, first.size);
    return number ?? -1;
  });
}

const algorithms = ['one-permutation', 'permutations'] as const;

describe.each(algorithms)('a text shorter than a shingle (%s)', (algorithm) => {
  it('is a duplicate of an equal one, but for white space, and of no other', async () => {
    const texts = ['清流', '清流', '清 流', '流清', '', '', '　\n', 'あ', '清流清流', '\0清流', '清\0流', '清流\0'];
    expect(await decide(texts, { algorithm })).toEqual([-1, 0, 0, -1, -1, 2, 2, -1, -1, -1, -1, -1]);
  });

  it('is told from every other of any four units', async () => {
    const unit = fc.constantFrom('\0', 'a', 'あ', '清', '\ud83d', '\uffff');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(unit, { maxLength: 4 }), { maxLength: 60 }), async (all) => {
        const texts = all.map((units) => units.join(''));
        expect(await decide(texts, { algorithm })).toEqual(expected(texts, (text) => text));
      }),
      { numRuns: 30 },
    );
  });

  it('is told from one whose shingle hash is the same', async () => {
    // 50,549 · B is -11,547 mod 2^32, so that a·B + b of both is equal.
    const step = Math.imul(50_549, 0x9e3779b1);
    const texts = [String.fromCharCode(0x1000 + 50_549, 0x5000), String.fromCharCode(0x1000, 0x5000 + step)];
    const hashes = texts.map((text) => (Math.imul(text.charCodeAt(0), 0x9e3779b1) + text.charCodeAt(1)) | 0);
    expect(new Set(hashes).size).toBe(1);
    expect(await decide(texts, { algorithm })).toEqual([-1, -1]);
  });

  it('of words is told by its words, however long they are', async () => {
    const long = 'あ'.repeat(40_000);
    const texts = ['a b', ' a\n b ', 'ab', 'b a', long, `${long}あ`, `${long} `, 'a', ''];
    expect(await decide(texts, { algorithm, unit: 'word', shingle: 3 })).toEqual([-1, 0, -1, -1, -1, -1, 3, -1, -1]);
  });

  it('is compared after what does not count has gone', async () => {
    const texts = ['第9話', '第１０話。', '第話', 'ＡＢ', 'ab!', 'ｶﾞ', 'ガ', 'カ'];
    const ignore = ['space', 'width', 'case', 'digits', 'punctuation'];
    expect(await decide(texts, { algorithm, ignore })).toEqual([-1, 0, 0, -1, 1, -1, 2, -1]);
  });
});
