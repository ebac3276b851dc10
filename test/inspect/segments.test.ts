import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEdits, editsBetween } from '../../src/inspect/edits.ts';
import { type Segment, segmentsOf, spansOf } from '../../src/inspect/segments.ts';
import type { Step } from '../../src/inspect/trace.ts';

const words = fc
  .array(fc.constantFrom('清流', '川', ' ', '\n', '|', 'ホーム', '👍', '…', 'a'), { maxLength: 60 })
  .map((parts) => parts.join(''));

const joined = (segments: readonly Segment[], kinds: readonly Segment['kind'][]): string =>
  segments
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ text }) => text)
    .join('');

function stepsOf(texts: readonly string[]): Step[] {
  return texts.slice(1).map((keep, i) => ({ filter: `f${i}`, before: texts[i] ?? '', result: { keep } }));
}

describe('edits', () => {
  it('turn the text before into the text after, whatever the texts', () => {
    fc.assert(
      fc.property(words, words, (before, after) => {
        expect(applyEdits(before, editsBetween(before, after))).toBe(after);
      }),
    );
  });

  it('name just what was removed', () => {
    const before = 'ホーム > 製品\n清流が流れる。\n続きを読む\n';
    expect(editsBetween(before, '清流が流れる。\n')).toEqual([
      { start: 0, end: 9, inserted: '' },
      { start: 17, end: 23, inserted: '' },
    ]);
    expect(editsBetween('詳しくはhttps://a.jp/を見る', '詳しくはを見る')).toEqual([
      { start: 4, end: 17, inserted: '' },
    ]);
  });

  it('never cut a character in two', () => {
    for (const { start, end, inserted } of editsBetween('今日は😀です', '今日は😃です')) {
      expect('今日は😀です'.slice(start, end)).toBe('😀');
      expect(inserted).toBe('😃');
    }
  });

  it('of texts that have little in common stay few and quick', () => {
    const before = Array.from({ length: 20_000 }, (_, i) => `行${i}`).join('\n');
    const after = Array.from({ length: 20_000 }, (_, i) => `別${i * 7}`).join('\n');
    expect(applyEdits(before, editsBetween(before, after))).toBe(after);
  });
});

describe('segments of a trace', () => {
  it('hold the original text, and the final text, whatever the steps', () => {
    fc.assert(
      fc.property(fc.array(words, { minLength: 1, maxLength: 5 }), (texts) => {
        const segments = segmentsOf({
          document: { id: 's/x#0', text: texts[0] ?? '', meta: {} },
          steps: stepsOf(texts),
        });
        expect(joined(segments, ['kept', 'removed'])).toBe(texts[0]);
        expect(joined(segments, ['kept', 'inserted'])).toBe(texts.at(-1));
      }),
    );
  });

  it('give each change to the filter that made it, in places of the original', () => {
    const texts = ['ﾎｰﾑ|製品\n清流', 'ホーム|製品\n清流', '清流'];
    const segments = segmentsOf({ document: { id: 's/x#0', text: texts[0] ?? '', meta: {} }, steps: stepsOf(texts) });
    expect(segments).toEqual([
      { kind: 'removed', text: 'ﾎｰﾑ', by: 'f0' },
      { kind: 'removed', text: '|製品\n', by: 'f1' },
      { kind: 'kept', text: '清流' },
    ]);
    expect(spansOf(segments)).toEqual([
      { by: 'f0', start: 0, end: 3 },
      { by: 'f1', start: 3, end: 7 },
    ]);
  });
});
