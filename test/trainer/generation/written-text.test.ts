import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WrittenText } from '../../../src/trainer/generation/written-text.ts';

/** The text cut at the stop string that is complete first; of those complete at the same place, at the longest. */
function cutAtStop(text: string, stops: readonly string[]): string {
  let cut = text;
  let end = Number.POSITIVE_INFINITY;
  for (const stop of stops) {
    const at = text.indexOf(stop);
    if (stop === '' || at < 0) continue;
    if (at + stop.length < end || (at + stop.length === end && at < cut.length)) {
      end = at + stop.length;
      cut = text.slice(0, at);
    }
  }
  return cut;
}

function writeBytes(bytes: Uint8Array, sizes: readonly number[], stops: readonly string[]): string[] {
  const text = new WrittenText(stops);
  const pieces: string[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    pieces.push(text.write(bytes.subarray(at, at + size)));
    at += size;
  }
  return [...pieces, text.end()];
}

describe('text as it is written', () => {
  const texts = fc.string({ unit: fc.constantFrom('あ', '。', '\n', 'a', 'b', '🍵', '鬱'), maxLength: 60 });
  const stops = fc.array(fc.string({ unit: fc.constantFrom('あ', '。', '\n', 'a', 'b'), minLength: 1, maxLength: 4 }), {
    maxLength: 3,
  });
  const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 });

  it('is the text up to the first stop string, however its bytes come', () => {
    fc.assert(
      fc.property(texts, stops, sizes, (text, ends, cuts) => {
        expect(writeBytes(Buffer.from(text), cuts, ends).join('')).toBe(cutAtStop(text, ends));
      }),
      { numRuns: 500 },
    );
  });

  it('never holds half a character', () => {
    fc.assert(
      fc.property(texts, (text) => {
        for (const piece of writeBytes(Buffer.from(text), [1], [])) expect(piece).not.toContain('\ufffd');
      }),
    );
  });

  it('is the text of all bytes where they are no UTF-8', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 30 }), sizes, (bytes, cuts) => {
        expect(writeBytes(bytes, cuts, []).join('')).toBe(Buffer.from(bytes).toString('utf8'));
      }),
    );
  });

  it('gives each piece as soon as it is certain', () => {
    const text = new WrittenText(['おわり']);
    const write = (piece: string) => text.write(Buffer.from(piece));
    expect(['朝', 'お', 'わ', '茶', 'おわ', 'おわ', 'り', 'もう'].map(write)).toEqual([
      '朝',
      '',
      '',
      'おわ茶',
      '',
      'おわ',
      '',
      '',
    ]);
    expect(text.stopped).toBe(true);
    expect(text.end()).toBe('');
  });
});
