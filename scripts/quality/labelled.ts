// The labelled set's format: pages line by line, each line with what cleaning should do to it.
//
//   === name of a page
//   a line that stays
//   @n a menu or breadcrumb trail: `breadcrumbs` removes it      @b boilerplate: `boilerplate` removes it
//   @x either of the two may remove it, one of them must         @? nobody should judge this line
//   @c prose with a menu before or after it                      @u a line with addresses for `strip-urls`
//   @f a line that `normalize` repairs
//   @> what the line above may be left as (one line for each right answer; an empty one: the line goes).
// Pages at even places of a file are for tuning, those at odd places are held out.

export type Label = 'keep' | 'navigation' | 'boilerplate' | 'either' | 'open' | 'cut' | 'address' | 'fold';
export type Half = 'tune' | 'held';

export interface LabelledLine {
  readonly label: Label;
  readonly text: string;
  /** Right answers; an empty string is the line's removal. */
  readonly accept: readonly string[];
}

export interface LabelledPage {
  readonly name: string;
  readonly half: Half;
  readonly lines: readonly LabelledLine[];
}

const labels: Readonly<Record<string, Label>> = {
  n: 'navigation',
  b: 'boilerplate',
  x: 'either',
  '?': 'open',
  c: 'cut',
  u: 'address',
  f: 'fold',
};
const marks = new Map(Object.entries(labels).map(([mark, label]) => [label, mark]));

const halfOf = (place: number): Half => (place % 2 === 0 ? 'tune' : 'held');

/** Throws an Error with the file's name and line for what it cannot read. */
export function readPages(file: string, source: string): LabelledPage[] {
  const pages: { name: string; half: Half; lines: { label: Label; text: string; accept: string[] }[] }[] = [];
  for (const [index, line] of source.split('\n').entries()) {
    const wrong = (what: string) => new Error(`${file}:${index + 1}: ${what}: ${line}`);
    const page = pages.at(-1);
    if (line.startsWith('=== ')) pages.push({ name: line.slice(4), half: halfOf(pages.length), lines: [] });
    else if (page === undefined) {
      if (line !== '' && !line.startsWith('#')) throw wrong('a line outside every page');
    } else if (line.startsWith('@>')) {
      const last = page.lines.at(-1);
      if (last === undefined || !['cut', 'address', 'fold'].includes(last.label)) throw wrong('nothing to answer for');
      last.accept.push(line.slice(3));
    } else if (line.startsWith('@')) {
      const label = labels[line[1] ?? ''];
      if (label === undefined || line[2] !== ' ') throw wrong('an unknown label');
      page.lines.push({ label, text: line.slice(3), accept: [] });
    } else page.lines.push({ label: 'keep', text: line, accept: [] });
  }
  return pages.map((page) => ({ ...page, lines: withoutTrailingBlanks(page.lines).map(answered) }));
}

function withoutTrailingBlanks<L extends { text: string }>(lines: readonly L[]): readonly L[] {
  let end = lines.length;
  while (end > 0 && lines[end - 1]?.text === '') end--;
  return lines.slice(0, end);
}

/** A labelled line without an answer goes; an unlabelled one stays. */
const answered = (line: LabelledLine): LabelledLine =>
  line.accept.length > 0 ? line : { ...line, accept: [line.label === 'keep' ? line.text : ''] };

export function printPages(pages: readonly LabelledPage[]): string {
  const printed = pages.map(({ name, lines }) =>
    [
      `=== ${name}`,
      ...lines.flatMap(({ label, text, accept }) => {
        const mark = marks.get(label);
        if (mark === undefined) return [text];
        const goes = accept.length === 1 && accept[0] === '';
        return [`@${mark} ${text}`, ...(goes ? [] : accept.map((answer) => `@> ${answer}`.trimEnd()))];
      }),
    ].join('\n'),
  );
  return `${printed.join('\n\n')}\n`;
}
