// The contract of every registered deduper: signing is a pure function of the text, and an index decides the same however it came to be.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeduperPlugin, DedupIndex, Plugin, Signer } from '../../src/pipeline/define.ts';
import { plugins } from '../../src/registry.gen.ts';
import { Random } from '../../src/trainer/random.ts';
import { documentText } from '../helpers/corpus.ts';

const isDeduper = (plugin: Plugin): plugin is DeduperPlugin => plugin.kind === 'deduper';
const dedupers = plugins.filter(isDeduper).map((plugin) => [plugin.name, plugin] as const);

/** Any UTF-16, halves of surrogate pairs and NULs included. */
const anyText = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 })
  .map((units) => String.fromCharCode(...units));
/** A text of different characters: of two of different lengths, the longer begins with the shorter. */
const sequence = (length: number): string =>
  Array.from({ length }, (_, place) => String.fromCharCode(0x4e00 + place * 7)).join('');
/** Few texts, so that duplicates are common: some alike, some so nearly alike that a deduper looks twice. */
const someText = fc.constantFrom(
  ...['', 'あ', 'あいうえおかきくけこ', 'あいうえおかきくけこさ', 'かきくけこさしすせそ', 'abcdefg', 'abc defg'],
  ...[60, 75, 85, 95, 105, 120, 135, 150].map(sequence),
);

const MEGABYTE = 1 << 20;
const odd: readonly (readonly [string, string])[] = [
  ['nothing', ''],
  ['one character', 'あ'],
  ['white space', ' \n\t\u3000'],
  ['NULs', '\0'.repeat(99)],
  ['first halves of surrogate pairs', '\ud83d'.repeat(99)],
  ['second halves of surrogate pairs', '\ude00'.repeat(99)],
  ['a half at either end', '\ude00日本語の文章\ud83d'],
  ['a megabyte of a', 'a'.repeat(MEGABYTE)],
  ['a megabyte of あ', 'あ'.repeat(MEGABYTE)],
  ['a megabyte of blanks', ' '.repeat(MEGABYTE)],
  ['a megabyte of U+10FFFF', '\u{10ffff}'.repeat(MEGABYTE / 2)],
];

/** Each text stands on a page of its own, so that dedupers by text and by URL are held to the same. */
const pageOf = (text: string): string =>
  `https://example.jp/${createHash('sha256').update(Buffer.from(text, 'utf16le')).digest('hex')}`;

const signature = (signer: Signer, text: string): Uint32Array => {
  const out = new Uint32Array(signer.words);
  signer.sign(text, out, 0, pageOf(text));
  return out;
};

/** What the gate does: -1 for kept, else the number of the earlier document; kept signatures are appended to `journal`. */
function decide(index: DedupIndex, signatures: readonly Uint32Array[], journal: Uint32Array[]): number[] {
  return signatures.map((each) => {
    const found = index.find(each, 0);
    if (found >= 0) return found;
    index.admit(each, 0, journal.length);
    journal.push(each);
    return -1;
  });
}

describe.each(dedupers)('the deduper %s', async (_, plugin) => {
  const options = plugin.options.parse({});
  const newIndex = (): DedupIndex => plugin.createIndex(options);
  const signer = await plugin.createSigner(options);
  const other = await plugin.createSigner(options);

  it('says what it does, and refuses options that it does not know', () => {
    expect(plugin.summary).toMatch(/\.$/);
    expect(plugin.options.safeParse({ noSuchOption: 1 }).error?.issues).toMatchObject([
      { code: 'unrecognized_keys', keys: ['noSuchOption'] },
    ]);
  });

  it('takes the same words for every document, in the workers and in the gate', () => {
    const { words } = signer;
    expect(words).toBeGreaterThan(0);
    for (const [, text] of odd) signature(signer, text);
    expect([signer.words, other.words, newIndex().words]).toEqual([words, words, words]);
  });

  it('signs a text the same in every worker, whatever was signed before it', () => {
    fc.assert(
      fc.property(anyText, anyText, (before, text) => {
        signature(signer, before);
        expect(signature(signer, text)).toEqual(signature(other, text));
        expect(signature(signer, text)).toEqual(signature(signer, text));
      }),
    );
  });

  it('writes a signature into its place, all of it and nothing else', () => {
    fc.assert(
      fc.property(anyText, fc.nat(9), (text, at) => {
        const out = new Uint32Array(signer.words + 10).fill(0xdead_beef);
        signer.sign(text, out, at, pageOf(text));
        expect(out.subarray(at, at + signer.words)).toEqual(signature(signer, text));
        out.fill(0xdead_beef, at, at + signer.words);
        expect(out.every((word) => word === 0xdead_beef)).toBe(true);
      }),
    );
  });

  it.each(odd)('signs %s, the same each time, and knows it again', (_name, text) => {
    const signed = signature(signer, text);
    expect(signature(other, text)).toEqual(signed);
    expect(decide(newIndex(), [signed, signed], [])).toEqual([-1, 0]);
  });

  it('does not know a document before it is admitted, and knows its number from then on', () => {
    const random = new Random(3);
    const index = newIndex();
    const { words } = signer;
    const block = new Uint32Array(300 * words);
    for (let number = 0; number < 300; number++) {
      const text = documentText(number, random);
      signer.sign(text, block, number * words, pageOf(text));
    }
    for (let number = 0; number < 300; number++) {
      expect(index.find(block, number * words)).toBe(-1);
      index.admit(block, number * words, number);
      expect(index.find(block, number * words)).toBe(number);
    }
    for (let number = 0; number < 300; number++) expect(index.find(block, number * words)).toBe(number);
  });

  it('knows any document again at once, unless it took it for a duplicate', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(anyText, someText), { minLength: 1, maxLength: 20 }), (texts) => {
        const index = newIndex();
        const journal: Uint32Array[] = [];
        for (const text of texts) {
          const [decision = -1] = decide(index, [signature(signer, text)], journal);
          const number = decision === -1 ? journal.length - 1 : decision;
          expect(decide(index, [signature(signer, text)], journal)).toEqual([number]);
        }
      }),
    );
  });

  it('changes nothing by looking', () => {
    fc.assert(
      fc.property(fc.array(someText, { maxLength: 30 }), fc.array(anyText, { maxLength: 5 }), (texts, looked) => {
        const signatures = texts.map((text) => signature(signer, text));
        const curious = newIndex();
        const journal: Uint32Array[] = [];
        const decisions = signatures.flatMap((each) => {
          const { bytes } = curious;
          const copy = each.slice();
          for (const text of looked) curious.find(signature(signer, text), 0);
          for (const again of signatures) curious.find(again, 0);
          expect(curious.bytes).toBe(bytes);
          expect(each).toEqual(copy);
          return decide(curious, [each], journal);
        });
        expect(decisions).toEqual(decide(newIndex(), signatures, []));
      }),
    );
  });

  it('keeps nothing of the buffer that a signature came in', () => {
    const index = newIndex();
    const buffer = signature(signer, '川は海へ流れる。');
    index.admit(buffer, 0, 0);
    buffer.fill(0);
    expect(index.find(signature(signer, '川は海へ流れる。'), 0)).toBe(0);
  });

  it('decides the same after its index was built again from the journalled signatures', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(someText, anyText), { maxLength: 40 }), fc.nat(40), (texts, cut) => {
        const signatures = texts.map((text) => signature(signer, text));
        const undisturbed: Uint32Array[] = [];
        const whole = decide(newIndex(), signatures, undisturbed);
        const journal: Uint32Array[] = [];
        const before = decide(newIndex(), signatures.slice(0, cut), journal);
        const again = newIndex();
        for (const [number, each] of journal.entries()) again.admit(each, 0, number);
        expect([...before, ...decide(again, signatures.slice(cut), journal)]).toEqual(whole);
        expect(journal).toEqual(undisturbed);
      }),
    );
  });

  it.runIf(plugin.matching !== undefined)('finds what its matching calls a duplicate, and nothing else', () => {
    const matching = plugin.matching?.(options);
    if (matching === undefined) throw new Error('it has one');
    expect(matching.words).toBe(signer.words);
    const keysOf = (each: Uint32Array): Uint32Array => {
      const keys = new Uint32Array(matching.bands);
      matching.keys(each, 0, keys);
      return keys;
    };
    fc.assert(
      fc.property(fc.oneof(someText, anyText), fc.oneof(someText, anyText), (first, second) => {
        const [a, b] = [signature(signer, first), signature(signer, second)];
        const keys = keysOf(a);
        const isDuplicate = keysOf(b).some((key, band) => key === keys[band]) && matching.agrees(a, 0, b, 0);
        expect(matching.agrees(b, 0, a, 0)).toBe(matching.agrees(a, 0, b, 0));
        const index = newIndex();
        index.admit(a, 0, 0);
        expect(index.find(b, 0)).toBe(isDuplicate ? 0 : -1);
      }),
    );
  });

  it('takes memory that grows no more than linearly with the documents', () => {
    const index = newIndex();
    const random = new Random(4);
    const row = new Uint32Array(signer.words);
    let documents = 0;
    /** The most bytes a document until there are `count` documents, looked at in 64 places. */
    const costUpTo = (count: number): number => {
      const step = (count - documents) / 64;
      let most = 0;
      for (let added = 1; documents < count; added++) {
        for (let word = 0; word < row.length; word++) row[word] = Math.floor(random.next() * 2 ** 32);
        index.admit(row, 0, documents++);
        if (added % step === 0) most = Math.max(most, index.bytes / documents);
      }
      return most;
    };
    costUpTo(4096);
    const costs = [8192, 16_384, 32_768].map(costUpTo);
    const [first = 0, , third = 0] = costs;
    // It counts at least what it must keep; the margin is for tables that grow by steps, a quadratic index has 4 times.
    expect(Math.min(...costs)).toBeGreaterThanOrEqual(signer.words * 4);
    expect(third).toBeLessThanOrEqual(1.5 * first);
  });
});
