// What an address leaves behind when it is cut out: brackets, labels, spaces, sentences and lines of nothing else.
import { type Edit, removeLine } from './edits.ts';
import type { Span } from './find-urls.ts';
import { closes, cut, needsSpace, withoutSpacesAfter, withoutSpacesBefore } from './url-cuts.ts';
import { isTrace, LONGEST_LABEL, startOfLabel } from './url-labels.ts';
import { SentenceCutter } from './url-sentences.ts';

/** Brackets in brackets around one address, at most; deeper ones stay. */
const DEEPEST = 8;

/** The edits that take `spans` out: whole lines where nothing else stood, else a cut that reads well. Linear. */
export function editsWithout(text: string, spans: readonly Span[]): Edit[] {
  const edits: Edit[] = [];
  for (let at = 0; at < spans.length; ) {
    const first = spans[at];
    if (first === undefined) break;
    const start = text.lastIndexOf('\n', first.start - 1) + 1;
    const found = text.indexOf('\n', first.end);
    const end = found < 0 ? text.length : found;
    const inLine: Span[] = [];
    for (let span = spans[at]; span !== undefined && span.start < end; span = spans[++at]) inLine.push(span);
    // One by one: a line may hold more edits than a call may have arguments.
    for (const edit of lineEdits(text, { start, end }, inLine)) edits.push(edit);
  }
  return edits;
}

function lineEdits(text: string, line: Span, spans: readonly Span[]): Edit[] {
  const gaps = joined(text, spans);
  if (isNothingBut(text, line, gaps)) return [removeLine(text, line.start, line.end)];
  const edits: Edit[] = [];
  const sentences = new SentenceCutter(text, line, gaps);
  for (const [index, gap] of gaps.entries()) {
    const from = edits.at(-1)?.end ?? line.start;
    // A sentence that went took this address with it.
    if (gap.end <= from) continue;
    const edit = editOf(text, { gap, index, from, to: gaps[index + 1]?.start ?? line.end }, line, sentences);
    for (let last = edits.at(-1); last !== undefined && last.end > edit.start; last = edits.at(-1)) {
      if (last.start < edit.start) edit.start = last.start;
      edits.pop();
    }
    edits.push(edit);
  }
  return isNothingBut(text, line, edits) ? [removeLine(text, line.start, line.end)] : edits;
}

interface Place {
  readonly gap: Span;
  /** Of the gap among the line's gaps. */
  readonly index: number;
  /** Where the cut before it ended, and where the next gap begins. */
  readonly from: number;
  readonly to: number;
}

function editOf(
  text: string,
  { gap, index, from, to }: Place,
  line: Span,
  sentences: SentenceCutter,
): { start: number; end: number; put: string } {
  const narrow = cut(text, gap, { start: from, end: to }, line);
  let hole: Span = narrow;
  for (let depth = 0; depth < DEEPEST; depth++) {
    hole = sentences.around(hole, index);
    const outer = sentences.enclosing(hole);
    if (outer === undefined) break;
    hole = outer;
  }
  if (hole.start === narrow.start && hole.end === narrow.end) return withLabel(text, narrow, line);
  return tidied(text, hole, line);
}

/** Takes the label before a cut that ends a line, a sentence or a column. */
function withLabel(text: string, edit: Edit, line: Span): Edit {
  const next = text[edit.end];
  const ends = edit.end >= line.end || '。、,／/|｜'.includes(next ?? ' ') || edit.put !== '' || next === ' ';
  const start = ends ? startOfLabel(text, edit.start, line.start) : -1;
  return start < 0 ? edit : tidied(text, { start, end: edit.end }, line);
}

/** A cut with the spaces around it: none at the ends of a line, one where the two sides need it. */
function tidied(text: string, { start, end }: Span, line: Span): Edit {
  const left = withoutSpacesBefore(text, start, line.start);
  const right = withoutSpacesAfter(text, end, line.end);
  const spaced = left < start || right > end;
  const put = spaced && !closes(text.charCodeAt(right)) && needsSpace(text, left, right, line) ? ' ' : '';
  return { start: left, end: right, put };
}

/** Whether all that `gaps` leave of a line are labels and symbols. */
function isNothingBut(text: string, line: Span, gaps: readonly Span[]): boolean {
  let at = line.start;
  let total = 0;
  for (const gap of gaps) {
    total += Math.max(0, gap.start - at);
    if (total > LONGEST_LABEL * 4 || !isTrace(text.slice(at, gap.start))) return false;
    at = gap.end;
  }
  return total + line.end - at <= LONGEST_LABEL * 4 && isTrace(text.slice(at, line.end));
}

/** Addresses with only a separator between them make one gap. */
function joined(text: string, spans: readonly Span[]): Span[] {
  const gaps: Span[] = [];
  for (const span of spans) {
    const last = gaps.at(-1);
    if (
      last !== undefined &&
      span.start - last.end <= 3 &&
      /^[\s,、・/／|｜]*$/u.test(text.slice(last.end, span.start))
    )
      gaps[gaps.length - 1] = { start: last.start, end: span.end };
    else gaps.push(span);
  }
  return gaps;
}
