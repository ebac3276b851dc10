// Segments as lines: which lines a reader must see to judge a change, and which may be folded.
import type { Segment } from './segments.ts';

export type Line =
  | { readonly kind: 'line'; readonly segments: readonly Segment[]; readonly rules: readonly string[] }
  /** So many lines without a change, not shown. */
  | { readonly kind: 'fold'; readonly lines: number };

/** Lines with a change, each with up to `context` unchanged ones around it. */
export function changedLines(segments: readonly Segment[], context: number): Line[] {
  const lines = physicalLines(segments);
  const changed = lines.map((line) => line.some((segment) => segment.kind !== 'kept' && isVisible(segment)));
  const near = new Set<number>();
  for (const [index, isChanged] of changed.entries())
    if (isChanged) for (let at = index - context; at <= index + context; at++) near.add(at);
  const out: Line[] = [];
  let folded = 0;
  const fold = (): void => {
    if (folded > 0) out.push({ kind: 'fold', lines: folded });
    folded = 0;
  };
  for (const [index, line] of lines.entries()) {
    if (!near.has(index)) {
      folded++;
      continue;
    }
    fold();
    const rules = [
      ...new Set(line.flatMap((segment) => (isVisible(segment) && segment.kind !== 'kept' ? [segment.by] : []))),
    ];
    out.push({ kind: 'line', segments: line, rules });
  }
  fold();
  return out;
}

/** A line end alone shows nothing. */
const isVisible = ({ text }: Segment): boolean => text !== '' && text !== '\n';

/** Cut after each line feed. */
function physicalLines(segments: readonly Segment[]): Segment[][] {
  const lines: Segment[][] = [[]];
  for (const segment of segments) {
    const pieces = segment.text.split(/(?<=\n)/);
    for (const text of pieces) {
      if (text === '') continue;
      lines.at(-1)?.push({ ...segment, text });
      if (text.endsWith('\n')) lines.push([]);
    }
  }
  if (lines.at(-1)?.length === 0) lines.pop();
  return lines;
}
