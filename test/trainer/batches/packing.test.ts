// Packing loses and doubles no token, and every sequence knows its documents.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Packer, type Sequence, shown } from '../../../src/trainer/packing.ts';
import { documentOf, END } from './documents.ts';

const lengths = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 12 });

function pack(sizes: readonly number[], context: number, interrupted: boolean): Sequence[] {
  let packer = new Packer(context);
  const out: Sequence[] = [];
  sizes.forEach((size, number) => {
    packer.add(documentOf(number, size));
    if (interrupted) packer = new Packer(context, packer.state);
    const ready = packer.ready;
    for (let i = 0; i < ready; i++) {
      const sequence = packer.take();
      if (sequence !== undefined) out.push(sequence);
      if (interrupted) packer = new Packer(context, packer.state);
    }
    expect(packer.take()).toBeUndefined();
  });
  return out;
}

describe('packing', () => {
  it('predicts every token but the first exactly once, in order, for all that fills a sequence', () => {
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 16 }), (sizes, context) => {
        const all = sizes.flatMap((size, number) => Array.from(documentOf(number, size).tokens));
        const sequences = pack(sizes, context, false);
        const full = Math.floor((all.length - 1) / context) * context;
        expect(sequences.flatMap(({ inputs }) => Array.from(inputs))).toEqual(all.slice(0, full));
        expect(sequences.flatMap(({ targets }) => Array.from(targets))).toEqual(all.slice(1, full + 1));
      }),
    );
  });

  it('says which document each token is of, the one behind the last target included', () => {
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 16 }), (sizes, context) => {
        for (const { inputs, targets, segments, documents } of pack(sizes, context, false)) {
          expect(documents[0]?.start).toBe(0);
          documents.forEach(({ number, id, source, start, end }, index) => {
            expect({ id, source }).toEqual({ id: `a/x#${number}`, source: 'a' });
            expect(documents[index + 1]?.start ?? context).toBe(end);
            expect(Array.from(segments.slice(start, end))).toEqual(Array.from({ length: end - start }, () => index));
            for (const token of inputs.slice(start, end)) {
              if (token !== END) expect(Math.floor(token / 100)).toBe(number);
            }
          });
          const last = targets.at(-1) ?? END;
          if (last !== END) expect(documents.at(-1)?.number).toBe(Math.floor(last / 100));
        }
      }),
    );
  });

  it('goes on from its state as if it had never stopped', () => {
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 16 }), (sizes, context) => {
        expect(pack(sizes, context, true)).toEqual(pack(sizes, context, false));
      }),
    );
  });

  it('shows segments only where documents must not see each other', () => {
    const [sequence] = pack([3, 9], 8, false);
    if (sequence === undefined) throw new Error('no sequence');
    expect(shown(sequence, 'across-documents')).not.toHaveProperty('segments');
    expect(Array.from(shown(sequence, 'within-documents').segments ?? [])).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
  });
});
