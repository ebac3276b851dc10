// Buffers that are used again.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SpareBuffers } from '../../../src/sources/decode/spare-buffers.ts';

describe('spare buffers', () => {
  it('come again when they are given back, and never before', () => {
    const spare = new SpareBuffers();
    const first = spare.take(100);
    expect(spare.take(100).buffer).not.toBe(first.buffer);
    spare.give(first.subarray(0, 99));
    const again = spare.take(60);
    expect([again.length, again.buffer]).toEqual([60, first.buffer]);
  });

  it('are no more than were in use at one time, have the size that is asked for and at most twice that in memory', () => {
    const steps = fc.array(fc.oneof(fc.integer({ min: 1, max: 5000 }), fc.constant('give' as const)), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(steps, (taken) => {
        const spare = new SpareBuffers();
        const used: Buffer[] = [];
        let most = 0;
        for (const step of taken) {
          if (step === 'give') {
            const last = used.pop();
            if (last !== undefined) spare.give(last);
            continue;
          }
          const buffer = spare.take(step);
          expect(buffer.length).toBe(step);
          expect(buffer.buffer.byteLength).toBeLessThanOrEqual(2 * step);
          expect(used.some((other) => other.buffer === buffer.buffer)).toBe(false);
          used.push(buffer);
          most = Math.max(most, used.length);
        }
        expect(spare.count).toBeLessThanOrEqual(most - used.length);
      }),
    );
  });
});
