// Reads the lines of a page whose brackets are gone: list marks, headings, sections without prose, quotes, entities.
import { decodeEntities } from './entities.ts';
import { GONE, INNER } from './marks.ts';
import { behaviourSwitch, holdsNoProse } from './names.ts';
import { withoutQuotes } from './quotes.ts';
import { tidy } from './tidy.ts';

interface Heading {
  readonly level: number;
  readonly text: string;
}

/** Lines of text, one a paragraph, list item or heading. A heading goes when nothing of its section is left. */
export function readLines(text: string, shown: 'keep' | 'drop'): string {
  const lines: string[] = [];
  let headings: Heading[] = [];
  /** Level of the section that is being cut; 7 when none is. */
  let cut = 7;
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    const length = end - start;
    const from = start;
    start = end + 1;
    // Empty, or nothing but what was removed, as many lines are.
    if (length === 0 || (length === 1 && text.charCodeAt(from) === 0xfdd0)) continue;
    const source = text.slice(from, end);
    const line = readLine(source);
    // The punctuation between things that were removed is no line.
    if (typeof line === 'string' && source.includes(GONE) && !hasWord(line)) continue;
    if (typeof line !== 'string') {
      if (line.level > cut) continue;
      cut = holdsNoProse(line.text) ? line.level : 7;
      headings = headings.filter(({ level }) => level < line.level);
      if (cut === 7 && shown === 'keep') headings.push(line);
    } else if (line !== '' && cut === 7) {
      for (const heading of headings) lines.push(heading.text);
      headings = [];
      lines.push(line);
    }
  }
  return lines.join('\n');
}

function readLine(source: string): string | Heading {
  if (source.startsWith(INNER)) return readInline(source.slice(1));
  const line = trimEdges(source);
  if (line.startsWith('=') && line.endsWith('=') && line.length > 2) return readHeading(line);
  // A row or the end of a table whose beginning is gone.
  if (line.startsWith('|')) return '';
  return readInline(line.slice(markEnd(line)));
}

/** Past the marks of a list, or past a rule. */
function markEnd(line: string): number {
  let end = 0;
  if (line.startsWith('----')) {
    while (line.charCodeAt(end) === 0x2d) end++;
    return end;
  }
  while (end < line.length && isListMark(line.charCodeAt(end))) end++;
  return end;
}

/** `*`, `#`, `:` or `;`, and what may stand between them. */
const isListMark = (code: number): boolean =>
  code === 0x2a || code === 0x23 || code === 0x3a || code === 0x3b || code === 0x20 || code === 0x09 || code === 0xfdd0;

function readHeading(line: string): string | Heading {
  let level = 0;
  while (level < 6 && level * 2 < line.length - 1 && line[level] === '=' && line[line.length - 1 - level] === '=')
    level++;
  const text = readInline(line.slice(level, line.length - level));
  return text === '' ? '' : { level, text };
}

function readInline(source: string): string {
  let text = withoutQuotes(source);
  if (text.includes('__')) text = text.replace(behaviourSwitch, GONE);
  text = decodeEntities(text);
  return trimEdges(text.includes(GONE) ? tidy(text) : text);
}

const wordly = /[\p{L}\p{N}]/u;

/** Kana and kanji at the beginning, as in most lines, need no pattern. */
function hasWord(line: string): boolean {
  const first = line.charCodeAt(0);
  return (first > 0x3040 && first < 0x3097) || (first >= 0x4e00 && first < 0xa000) || wordly.test(line);
}

/** Without spaces at either end. An ideographic space stays: it indents a paragraph as its author wrote it. */
function trimEdges(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isEdge(text.charCodeAt(start))) start++;
  while (end > start && isEdge(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

/** Space, tab, carriage return, no-break space, or the mark of something removed. */
const isEdge = (code: number): boolean =>
  code === 0x20 || code === 0x09 || code === 0x0d || code === 0xa0 || code === 0xfdd0;
