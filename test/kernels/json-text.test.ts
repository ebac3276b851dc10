// Escaping UTF-8 for JSON: the kernel, its twin, and JSON.stringify agree on every byte.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapePlain, JsonTextKernel, LONGEST_TEXT } from '../../src/kernels/json-text.ts';
import { instantiateKernel, type KernelVariant } from '../../src/kernels/wasm-module.ts';

const stringified = (text: string): string => JSON.stringify(text).slice(1, -1);
/** Every ASCII character, first and last ones of each longer form, and the separators that JavaScript once took for line ends. */
const all = `${String.fromCharCode(...Array.from({ length: 128 }, (_, code) => code))}\u0080\u07ff\u0800清流\u2028\u2029\uffff𠮷😀`;

function byVariant(variant: KernelVariant): (utf8: Uint8Array) => Buffer {
  const { call, bytes } = instantiateKernel('json-text', variant);
  call('configure', LONGEST_TEXT);
  return (utf8) => {
    bytes(call('input'), utf8.length).set(utf8);
    return bytes(call('output'), call('escape', utf8.length));
  };
}

const kernel = new JsonTextKernel();
const escapers: readonly (readonly [string, (utf8: Uint8Array) => Buffer])[] = [
  ['plain', escapePlain],
  ['SIMD', byVariant('simd')],
  ['scalar', byVariant('scalar')],
  ['chosen', (utf8) => kernel.escape(utf8)],
];

describe.each(escapers)('JSON text out of UTF-8: %s', (_, escaped) => {
  it('is what JSON.stringify gives, at every place in a vector', () => {
    for (let before = 0; before < 33; before++) {
      const text = `${'a'.repeat(before)}${all}${'"'.repeat(before)}`;
      expect(escaped(Buffer.from(text)).toString()).toBe(stringified(text));
    }
  });

  it('is what JSON.stringify gives for any text, whatever was escaped before', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        expect(escaped(Buffer.from(text)).toString()).toBe(stringified(text));
      }),
      { numRuns: 1000 },
    );
  });

  it('can be made from parts that are cut anywhere', () => {
    const bytes = Buffer.from(all);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const parts = [bytes.subarray(0, cut), bytes.subarray(cut)].map((part) => Buffer.from(escaped(part)));
      expect(Buffer.concat(parts).toString()).toBe(stringified(all));
    }
  });

  it('has room for the longest text of the longest escapes', () => {
    for (const length of [LONGEST_TEXT - 1, LONGEST_TEXT]) {
      const text = '\u001f'.repeat(length);
      expect(escaped(Buffer.from(text)).toString() === stringified(text)).toBe(true);
    }
  });
});
