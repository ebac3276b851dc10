// The `ruby` filter: takes the readings out that stand behind kanji: 漢字《かんじ》 and 漢字（かんじ）.
import { z } from 'zod';
import { define } from '../pipeline/define.ts';
import { kind, kindOf } from './lib/classes.ts';
import { applyEdits, type Edit } from './lib/edits.ts';

const options = z.strictObject({
  parentheses: z
    .enum(['hiragana', 'kana', 'keep'])
    .default('hiragana')
    .describe(
      'readings in parentheses to take out: in `hiragana`, in any `kana` (which also takes 首都（パリ）), or none (`keep`)',
    ),
  notes: z.boolean().default(true).describe("also takes Aozora Bunko's editorial notes ［＃…］ out"),
});

export const ruby = define({
  kind: 'filter',
  name: 'ruby',
  summary: 'Removes readings of kanji in 《》 and in parentheses, with the marks of Aozora Bunko.',
  reference: 'https://www.aozora.gr.jp/annotation/',
  options,
  reasons: {},
  examples: [
    { input: '吾輩《わがはい》は猫である。', output: { keep: '吾輩は猫である。' } },
    { input: 'その｜十六夜《いざよい》の月', output: { keep: 'その十六夜の月' } },
    { input: '山田太郎（やまだ たろう）が承（うけたまわ）る。', output: { keep: '山田太郎が承る。' } },
    { input: '野菜（にんじん、玉ねぎ）を切る。', output: { keep: '野菜（にんじん、玉ねぎ）を切る。' } },
    { input: '首都（パリ）と独逸（ドイツ）', output: { keep: '首都（パリ）と独逸（ドイツ）' } },
    { input: '《春の祭典》を聴く。', output: { keep: '《春の祭典》を聴く。' }, note: 'A title, not a reading.' },
    {
      input: '月（げつようびのごごにまたきてください）',
      output: { keep: '月（げつようびのごごにまたきてください）' },
      note: 'Too long to be read so.',
    },
    { input: '雨が［＃「雨」に傍点］降る。', output: { keep: '雨が降る。' } },
  ],
  create({ parentheses, notes }) {
    return { apply: ({ text }) => ({ keep: applyEdits(text, rubyEdits(text, parentheses, notes ? 'out' : 'stay')) }) };
  },
});

/** A reading is no longer than this, nor is a note; what goes on is text. */
const LONGEST_READING = 24;
const LONGEST_NOTE = 120;
/** Kanji that one reading can stand for. */
const LONGEST_BASE = 12;
const CLOSERS: Readonly<Record<string, string>> = { '《': '》', '（': '）', '(': ')', '［': '］' };
const OPENERS = /[《（(［｜]/gu;

function rubyEdits(text: string, parentheses: 'hiragana' | 'kana' | 'keep', notes: 'out' | 'stay'): Edit[] {
  const edits: Edit[] = [];
  const places = new NextPlaces(text);
  let bar = -1;
  OPENERS.lastIndex = 0;
  for (let match = OPENERS.exec(text); match !== null; match = OPENERS.exec(text)) {
    const [open, at] = [match[0], match.index];
    if (open === '｜') {
      bar = at;
      continue;
    }
    const isNote = open === '［';
    if (isNote ? notes === 'stay' || text[at + 1] !== '＃' : open !== '《' && parentheses === 'keep') continue;
    const end = endOf(places, at + 1, CLOSERS[open] ?? '', isNote ? LONGEST_NOTE : LONGEST_READING);
    if (end < 0) continue;
    if (isNote) edits.push({ start: at, end: end + 1, put: '' });
    else {
      const marked = open === '《' && bar >= 0 && at - bar <= LONGEST_READING;
      if (!isReading(text, at, end, open === '《' ? 'kana' : parentheses)) continue;
      if (!marked && !fits(text, at, end, open === '《' ? 2 : 0)) continue;
      if (marked && (edits.at(-1)?.end ?? 0) <= bar) edits.push({ start: bar, end: bar + 1, put: '' });
      edits.push({ start: at, end: end + 1, put: '' });
      bar = -1;
    }
    OPENERS.lastIndex = end + 1;
  }
  return edits;
}

/** Where characters stand next, asked in ascending order: each stretch of the text is searched once. */
class NextPlaces {
  readonly #text: string;
  readonly #next = new Map<string, number>();

  constructor(text: string) {
    this.#text = text;
  }

  of(character: string, from: number): number {
    const known = this.#next.get(character) ?? -1;
    if (known >= from) return known;
    const found = this.#text.indexOf(character, from);
    const place = found < 0 ? Number.POSITIVE_INFINITY : found;
    this.#next.set(character, place);
    return place;
  }
}

/** Where `closer` stands, at most `longest` units on and in the same line; -1 where it does not. */
function endOf(places: NextPlaces, from: number, closer: string, longest: number): number {
  const end = places.of(closer, from);
  return end > from && end <= from + longest && places.of('\n', from) > end ? end : -1;
}

/** Kana alone, perhaps with blanks or a middle dot between names. */
function isReading(text: string, open: number, close: number, script: string): boolean {
  for (let at = open + 1; at < close; at++) {
    const found = kindOf(text.charCodeAt(at));
    const isMark = text[at] === 'ー' || text[at] === '・' || found === kind.space;
    if (found !== kind.hiragana && !isMark && !(script === 'kana' && found === kind.katakana)) return false;
  }
  return true;
}

/** Whether kanji stand before, and a reading of this length can be theirs: 志 has five kana, 今日 three. */
function fits(text: string, open: number, close: number, slack: number): boolean {
  let base = 0;
  while (base < LONGEST_BASE && kindOf(text.charCodeAt(open - 1 - base)) === kind.kanji) base++;
  let reading = 0;
  for (let at = open + 1; at < close; at++) if (kindOf(text.charCodeAt(at)) !== kind.space) reading++;
  return base > 0 && reading >= Math.min(base, 3) && reading <= 3 * base + 2 + slack;
}
