// What users rely on of the `length` filter: characters are counted as people count them, at any size.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { length } from '../../src/filters/length.ts';
import { decide } from './run-filter.ts';

describe('length', () => {
  it('drops what is shorter than `min` as short and what is longer than `max` as long', () => {
    expect(decide(length, 'あ'.repeat(63))).toEqual({ drop: 'short' });
    expect(decide(length, 'あ'.repeat(64))).toEqual({ keep: 'あ'.repeat(64) });
    expect(decide(length, 'あ'.repeat(101), { max: 100 })).toEqual({ drop: 'long' });
    expect(decide(length, 'あ'.repeat(100), { max: 100 })).toEqual({ keep: 'あ'.repeat(100) });
  });

  it('never keeps an empty or a blank document', () => {
    for (const text of ['', ' ', '\n\n', '　　']) expect(decide(length, text, { min: 1 })).toEqual({ drop: 'short' });
  });

  it('counts code points, exactly at both bounds', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 40 }),
        (text, bound) => {
          fc.pre(/\S/u.test(text));
          const count = [...text].length;
          expect('keep' in decide(length, text, { min: bound })).toBe(count >= bound);
          expect('keep' in decide(length, text, { min: 1, max: bound })).toBe(count <= bound);
        },
      ),
    );
  });

  it('refuses bounds that are no counts', () => {
    for (const options of [{ min: 0 }, { min: 1.5 }, { max: -1 }, { least: 3 }])
      expect(length.options.safeParse(options).success).toBe(false);
  });
});
