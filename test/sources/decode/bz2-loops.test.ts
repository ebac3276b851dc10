// The WebAssembly loops of bzip2 do what the plain ones do: same output, same errors, same wish for more input.
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadBzip2 } from '../../../scripts/sample/codecs.ts';
import { type BlockLoops, Bz2Decoder } from '../../../src/sources/decode/bz2-block.ts';
import { BadBz2 } from '../../../src/sources/decode/bz2-huffman.ts';
import { PlainBlocks } from '../../../src/sources/decode/bz2-plain.ts';
import { WasmBlocks } from '../../../src/sources/decode/bz2-wasm.ts';
import { noise } from '../../helpers/transports.ts';
import { flipped, places } from './outcome.ts';

let bz2: (bytes: Uint8Array) => Buffer;
let plain: PlainBlocks;
let wasm: WasmBlocks;
beforeAll(async () => {
  bz2 = await loadBzip2();
  plain = new PlainBlocks();
  wasm = new WasmBlocks();
});

/** All steps of a decoder over `bytes`, in words. */
function stepsOf(loops: BlockLoops, bytes: Buffer): { steps: string[]; text: Buffer } {
  const decoder = new Bz2Decoder(loops);
  const steps: string[] = [];
  const parts: Uint8Array[] = [];
  let bit = 0;
  for (;;) {
    try {
      const step = decoder.step(bytes, bit);
      if (step.kind === 'needs-input') return { steps: [...steps, 'needs input'], text: Buffer.concat(parts) };
      bit = step.bit;
      if (step.kind === 'block') parts.push(...step.output);
      steps.push(`${step.kind} up to bit ${bit}`);
      if (step.kind === 'stream-end') return { steps, text: Buffer.concat(parts) };
    } catch (error) {
      if (!(error instanceof BadBz2)) throw error;
      return { steps: [...steps, error.message], text: Buffer.concat(parts) };
    }
  }
}

function expectSame(bytes: Buffer): { steps: string[]; text: Buffer } {
  const one = stepsOf(plain, bytes);
  const other = stepsOf(wasm, bytes);
  expect(other.steps).toEqual(one.steps);
  expect(other.text.equals(one.text)).toBe(true);
  return other;
}

const runs = fc.array(fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 1, max: 300 })), { maxLength: 60 });

describe('the bzip2 kernel', () => {
  it('decodes what bzip2 writes, of any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => {
        expect(expectSame(bz2(bytes)).text.equals(bytes)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('decodes runs of all lengths, longer than its output too', () => {
    fc.assert(
      fc.property(runs, (parts) => {
        const bytes = Buffer.concat(parts.map(([byte, count]) => Buffer.alloc(count, byte)));
        expect(expectSame(bz2(bytes)).text.equals(bytes)).toBe(true);
      }),
      { numRuns: 60 },
    );
    const long = Buffer.concat([Buffer.from('a'), Buffer.alloc(3_000_001, 7), Buffer.from('b')]);
    expect(expectSame(bz2(long)).text.equals(long)).toBe(true);
  });

  it('decodes full blocks of text and of noise, with bytes after the stream', () => {
    const text = Buffer.from(Array.from({ length: 30_000 }, (_, i) => `第${i}の川は清流である。\n`).join(''));
    for (const bytes of [text, noise(950_000), Buffer.concat([noise(500_000), text])])
      expect(expectSame(Buffer.concat([bz2(bytes), noise(3_000_000)])).text.equals(bytes)).toBe(true);
  });

  it('asks for more input wherever a block is cut', () => {
    const compressed = bz2(Buffer.concat([noise(3000), Buffer.from('清流'.repeat(500))]));
    for (const at of places(compressed.length, 200))
      expect(expectSame(compressed.subarray(0, at)).steps.at(-1)).toBe('needs input');
  });

  it('finds the same damage', () => {
    const compressed = bz2(Buffer.concat([noise(3000), Buffer.from('清流'.repeat(500)), Buffer.alloc(500)]));
    const found = new Set(places(compressed.length, 400).map((at) => expectSame(flipped(compressed, at)).steps.at(-1)));
    // Damage of several kinds, or the test would show little.
    expect(found.size).toBeGreaterThan(5);
  });
});
