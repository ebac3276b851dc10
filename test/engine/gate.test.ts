import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Gate } from '../../src/engine/gate.ts';
import { addBlock, emptyTally, isBalanced } from '../../src/engine/tally.ts';
import type { DedupIndex } from '../../src/pipeline/define.ts';

/** Documents are duplicates when their only word is equal. */
function wordIndex(): DedupIndex {
  const seen = new Map<number, number>();
  return {
    words: 1,
    bytes: 0,
    find: (signatures, at) => seen.get(signatures[at] ?? 0) ?? -1,
    admit: (signatures, at, number) => void seen.set(signatures[at] ?? 0, number),
  };
}

describe('the gate', () => {
  it('keeps the first of each and drops the rest under the deduper’s name', () => {
    const gate = new Gate([{ label: 'exact', index: wordIndex() }]);
    expect(gate.decide(5, Uint32Array.of(1, 2, 1, 3, 2))).toMatchObject({
      kept: [0, 1, 3],
      duplicates: { 'exact.duplicate': 2 },
      matches: [
        { document: 2, label: 'exact', deduper: 0, earlier: 0 },
        { document: 4, label: 'exact', deduper: 0, earlier: 1 },
      ],
    });
    expect(gate.decide(2, Uint32Array.of(3, 4))).toMatchObject({ kept: [1], duplicates: { 'exact.duplicate': 1 } });
  });

  it('decides the same after its journalled signatures were admitted again', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(30), { maxLength: 60 }), fc.array(fc.nat(30), { maxLength: 60 }), (before, after) => {
        const first = new Gate([{ label: 'exact', index: wordIndex() }]);
        const { kept } = first.decide(before.length, Uint32Array.from(before));
        const resumed = new Gate([{ label: 'exact', index: wordIndex() }]);
        resumed.restore(first.takePending(), kept.length);
        expect(resumed.admitted).toBe(first.admitted);
        expect(resumed.decide(after.length, Uint32Array.from(after))).toEqual(
          first.decide(after.length, Uint32Array.from(after)),
        );
      }),
    );
  });

  it('keeps everything when no deduper is asked for', () => {
    expect(new Gate([]).decide(3, new Uint32Array(0)).kept).toEqual([0, 1, 2]);
  });
});

describe('the counts', () => {
  const reject = { ordinal: 0, offset: 0, reason: 'json.invalid', detail: '', excerpt: '' };

  it('add up, over all and per source', () => {
    const tally = emptyTally();
    const result = {
      read: 6,
      rejects: [reject],
      dropped: { 'length.short': 2 },
      textBytes: Uint32Array.of(10, 20, 30),
    };
    addBlock(tally, {
      source: 'mc4',
      fetched: 5,
      decoded: 50,
      result,
      kept: [0, 2],
      duplicates: { 'exact.duplicate': 1 },
    });
    expect(isBalanced(tally)).toBe(true);
    expect(tally.bytes).toEqual({ fetched: 5, decoded: 50, kept: 40 });
    expect(tally.sources).toEqual({ mc4: { read: 6, kept: 2, dropped: 3, quarantined: 1 } });
  });

  it('say so when a document is missing', () => {
    const tally = emptyTally();
    const result = { read: 2, rejects: [], dropped: {}, textBytes: Uint32Array.of(1) };
    addBlock(tally, { source: 'mc4', fetched: 0, decoded: 0, result, kept: [0], duplicates: {} });
    expect(isBalanced(tally)).toBe(false);
  });
});
