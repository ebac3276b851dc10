// All steps of a trace laid over the original text: what stayed, what each filter removed, what each put in its place.
import { type Edit, editsBetween } from './edits.ts';
import type { Trace } from './trace.ts';

export type Segment =
  | { readonly kind: 'kept'; readonly text: string }
  /** Part of the original text, removed by the filter `by`. */
  | { readonly kind: 'removed'; readonly text: string; readonly by: string }
  /** Not of the original text, put there by the filter `by`. */
  | { readonly kind: 'inserted'; readonly text: string; readonly by: string };

/** Kept and removed segments joined are the original text; kept and inserted ones the final text. */
export function segmentsOf({ document, steps }: Pick<Trace, 'document' | 'steps'>): Segment[] {
  let segments: Segment[] = document.text === '' ? [] : [{ kind: 'kept', text: document.text }];
  for (const { filter, before, result } of steps)
    if ('keep' in result) segments = laidOver(segments, editsBetween(before, result.keep), filter);
  return segments;
}

/** Applies edits of the visible text, in order. Linear in segments and edits. */
function laidOver(segments: readonly Segment[], edits: readonly Edit[], by: string): Segment[] {
  const out: Segment[] = [];
  let next = 0;
  let at = 0;
  const putInserted = (upTo: number): void => {
    for (let edit = edits[next]; edit !== undefined && edit.end <= upTo; edit = edits[++next])
      if (edit.inserted !== '') push(out, { kind: 'inserted', text: edit.inserted, by });
  };
  for (const segment of segments) {
    if (segment.kind === 'removed') {
      push(out, segment);
      continue;
    }
    const end = at + segment.text.length;
    let from = at;
    while (from < end) {
      const edit = edits[next];
      if (edit === undefined || edit.start >= end) {
        push(out, { ...segment, text: segment.text.slice(from - at) });
        break;
      }
      if (edit.start > from) push(out, { ...segment, text: segment.text.slice(from - at, edit.start - at) });
      const start = Math.max(edit.start, from);
      const stop = Math.min(edit.end, end);
      // What an earlier filter had put in was never in the original: it just goes.
      if (stop > start && segment.kind === 'kept')
        push(out, { kind: 'removed', text: segment.text.slice(start - at, stop - at), by });
      from = Math.max(from, stop);
      putInserted(from);
    }
    at = end;
  }
  putInserted(at);
  return out;
}

/** Neighbours of one kind by one filter are one segment. */
function push(out: Segment[], segment: Segment): void {
  const last = out.at(-1);
  const byOf = (each: Segment): string => (each.kind === 'kept' ? '' : each.by);
  if (last !== undefined && last.kind === segment.kind && byOf(last) === byOf(segment))
    out[out.length - 1] = { ...last, text: last.text + segment.text };
  else out.push(segment);
}

/** A change as JSON: `text.slice(start, end)` of the original became `inserted`, by the filter `by`. */
export interface Span {
  readonly by: string;
  readonly start: number;
  readonly end: number;
  readonly inserted?: string;
}

/** Changes in places of the original text, in UTF-16 units. */
export function spansOf(segments: readonly Segment[]): Span[] {
  const spans: Span[] = [];
  let at = 0;
  for (const segment of segments) {
    if (segment.kind === 'inserted') spans.push({ by: segment.by, start: at, end: at, inserted: segment.text });
    else {
      if (segment.kind === 'removed') spans.push({ by: segment.by, start: at, end: at + segment.text.length });
      at += segment.text.length;
    }
  }
  return spans;
}
