// What every deduper keeps to.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeduperPlugin } from '../../src/pipeline/define.ts';
import { plugins } from '../../src/registry.gen.ts';

const dedupers = plugins.filter((plugin): plugin is DeduperPlugin => plugin.kind === 'deduper');
const anyText = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 })
  .map((units) => String.fromCharCode(...units));

describe.each(dedupers.map((plugin) => [plugin.name, plugin] as const))('the deduper %s', (_, plugin) => {
  const options = plugin.options.parse({});

  it('signs a text the same way in every worker, whatever it signed before', async () => {
    const [one, two] = [await plugin.createSigner(options), await plugin.createSigner(options)];
    expect(one.words).toBe(plugin.createIndex(options).words);
    fc.assert(
      fc.property(anyText, anyText, (before, text) => {
        const [a, b] = [new Uint32Array(one.words + 2), new Uint32Array(one.words + 2)];
        one.sign(before, a, 1);
        one.sign(text, a, 1);
        two.sign(text, b, 1);
        expect(a).toEqual(b);
        // Nothing is written outside its place.
        expect([a[0], a.at(-1)]).toEqual([0, 0]);
      }),
    );
  });

  it('signs odd texts: empty, NULs, halves of pairs, a megabyte of one character', async () => {
    const signer = await plugin.createSigner(options);
    const out = new Uint32Array(signer.words);
    for (const text of [
      '',
      '\0'.repeat(9),
      '\ud800'.repeat(99),
      ' '.repeat(1e6),
      'あ'.repeat(1e6),
      '\u{10ffff}'.repeat(1e5),
    ]) {
      expect(() => signer.sign(text, out, 0)).not.toThrow();
    }
  });

  it('finds a document once it is admitted, not before, and looking changes nothing', async () => {
    const signer = await plugin.createSigner(options);
    const index = plugin.createIndex(options);
    const row = new Uint32Array(signer.words);
    const texts = Array.from(
      { length: 300 },
      (_each, i) =>
        `${i}番目の文書は${'春夏秋冬'.repeat(1 + (i % 7))}${i * 7919}と${String.fromCharCode(0x4e00 + i * 13).repeat(30)}を書く。`,
    );
    for (const [number, text] of texts.entries()) {
      signer.sign(text, row, 0);
      expect(index.find(row, 0)).toBe(-1);
      expect(index.find(row, 0)).toBe(-1);
      index.admit(row, 0, number);
      expect(index.find(row, 0)).toBe(number);
    }
    expect(index.bytes).toBeGreaterThan(0);
  });

  it('decides the same after it was built again from the signatures it had admitted', async () => {
    const signer = await plugin.createSigner(options);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('あいうえおかき', 'かきくけこさし', 'abcdefg', '', 'あいうえおかく'), {
          maxLength: 30,
        }),
        fc.nat(30),
        async (texts, cut) => {
          const rows = texts.map((text) => {
            const row = new Uint32Array(signer.words);
            signer.sign(text, row, 0);
            return row;
          });
          const decide = (
            index: ReturnType<typeof plugin.createIndex>,
            some: readonly Uint32Array[],
            admitted: Uint32Array[],
          ): boolean[] =>
            some.map((row) => {
              if (index.find(row, 0) >= 0) return false;
              index.admit(row, 0, admitted.length);
              admitted.push(row);
              return true;
            });
          const whole = decide(plugin.createIndex(options), rows, []);
          const before: Uint32Array[] = [];
          const first = decide(plugin.createIndex(options), rows.slice(0, cut), before);
          const again = plugin.createIndex(options);
          for (const [number, row] of before.entries()) again.admit(row, 0, number);
          expect([...first, ...decide(again, rows.slice(cut), [...before])]).toEqual(whole);
        },
      ),
    );
  });
});
