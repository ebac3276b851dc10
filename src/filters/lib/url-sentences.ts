// Japanese sentences that lean on an address (詳しくは…をご覧ください): without it they say nothing, so they go as well.
import type { Span } from './find-urls.ts';
import { isAlphanumeric, isHiragana, isJapaneseLetter } from './script.ts';
import { closerOf, closes, closing, withoutSpacesAfter, withoutSpacesBefore } from './url-cuts.ts';

/** Sentences are looked for this far on either side; a longer one loses its address only. */
const REACH = 300;
const SHORT_LABEL = 14;

/** What follows a noun and needs it: particles and the copula, of two letters or more. */
const followers = [
  'から',
  'まで',
  'より',
  'など',
  'にて',
  'です',
  'でし',
  'では',
  'には',
  'にも',
  'という',
  'といった',
  'とい',
  'との',
  'として',
  'ので',
  'であ',
  'へと',
  'のよう',
  'のペ',
  'のサ',
  'って',
];
const particles = 'をにでへがはのともやだ';
/** Of these words the first letter is no particle; they count only after a space, where a sentence may begin. */
const beginners = [
  'とても',
  'もちろん',
  'もう',
  'もっと',
  'もし',
  'もと',
  'はじめ',
  'はい',
  'はがき',
  'はやく',
  'にぎやか',
  'のち',
  'のんび',
  'やはり',
  'やっと',
  'やっぱり',
  'でも',
  'だから',
  'だけど',
  'ところ',
  'とき',
  'とりあえず',
  'とにかく',
  'がんば',
  'へえ',
  'できれば',
  'できる',
];

/** Whether the text at `at` continues a sentence whose noun stood before it. `apart`: white space is between. */
function leansBack(text: string, at: number, apart: boolean): boolean {
  if (followers.some((word) => text.startsWith(word, at)))
    return !(apart && beginners.some((word) => text.startsWith(word, at)));
  if (!particles.includes(text[at] ?? ' ')) return false;
  return !apart || !beginners.some((word) => text.startsWith(word, at));
}

const forward = 'はがをにでへとの';
const pointers = ['こちら', 'コチラ', '下記', '以下', '次のurl', '次のURL'];
const arrows = ':：→⇒↓＞>＝=';

/** Whether what ends at `at` waits for something: 詳しくは, こちら→. */
const leansForward = (text: string, at: number, from: number): boolean =>
  at > from && forward.includes(text[at - 1] ?? ' ') && !text.endsWith('こんにちは', at);

/** Kanji, katakana, Latin letters and closing brackets: a particle may follow them as well as it followed the address. */
function endsAsNoun(text: string, at: number, from: number): boolean {
  const code = text.charCodeAt(at - 1);
  if (at <= from) return false;
  return (
    (isJapaneseLetter(code) && !isHiragana(code)) || isAlphanumeric(code) || '）)」』】'.includes(text[at - 1] ?? ' ')
  );
}

const OPENS = 1;
const CLOSES = 2;
const STOPS = 3;
/** The stops of ASCII end a sentence before a space; elsewhere they belong to a word. */
const MAY_STOP = 4;

/** What each character is to sentences, looked up for every character around an address. */
const signs = new Uint8Array(0x10000);
for (const [open, close] of Object.entries(closing)) {
  if (open === '"' || open === '<') continue;
  signs[open.charCodeAt(0)] = OPENS;
  signs[close.charCodeAt(0)] = CLOSES;
}
for (const character of '。！？') signs[character.charCodeAt(0)] = STOPS;
for (const character of '.!?') signs[character.charCodeAt(0)] = MAY_STOP;

function signAt(text: string, at: number): number {
  const sign = signs[text.charCodeAt(at)] ?? 0;
  if (sign !== MAY_STOP) return sign;
  const next = text.charCodeAt(at + 1);
  return next === 0x20 || next === 0x3000 || Number.isNaN(next) || next === 0x0a ? STOPS : 0;
}

/** The gaps of one line, ascending; what lies in them is no punctuation. */
export class SentenceCutter {
  readonly #text: string;
  readonly #line: Span;
  readonly #gaps: readonly Span[];

  constructor(text: string, line: Span, gaps: readonly Span[]) {
    this.#text = text;
    this.#line = line;
    this.#gaps = gaps;
  }

  /**
   * What must go together with `hole` (an address with the brackets around it), because it would not read well without:
   * its sentence, its clause, or `hole` itself where nothing leans on it. `index` is the gap's among the gaps.
   */
  around(hole: Span, index: number): Span {
    const text = this.#text;
    const { start: from, end: to } = this.#line;
    const left = withoutSpacesBefore(text, hole.start, from);
    const right = withoutSpacesAfter(text, hole.end, to);
    const back = right < to && leansBack(text, right, right > hole.end);
    const over = right >= to || signAt(text, right) === STOPS || closes(text.charCodeAt(right));
    const marks = this.#withoutArrows(left, from);
    const ahead = leansForward(text, left, from);
    const points = over && pointers.some((word) => text.endsWith(word, left));
    // Most addresses stand on their own, or after a noun that takes their place: no need to look for a sentence.
    if (back ? endsAsNoun(text, left, from) : marks === left && !ahead && !points) return hole;
    const begin = this.#begin(left, index);
    if (begin === undefined) return hole;
    if (back) return this.#sentence(begin, right, index, hole);
    if (marks < left) return this.#labelled(Math.max(marks, begin), begin, hole, over);
    if (ahead && !over && right > hole.end) return { start: begin, end: hole.end };
    if (ahead && over) return this.#clauseOf(left, begin, this.#end(right, index), hole);
    return this.#sentence(begin, right, index, hole);
  }

  #withoutArrows(at: number, limit: number): number {
    let to = at;
    while (to > limit && (arrows.includes(this.#text[to - 1] ?? ' ') || ' \u3000'.includes(this.#text[to - 1] ?? '.')))
      to--;
    return to;
  }

  /** `関連：…` goes as a whole; of `お申し込み：…（件名…）` and of long texts only the mark does. */
  #labelled(marks: number, begin: number, hole: Span, over: boolean): Span {
    let start = marks;
    while (start > begin && !' \u3000、'.includes(this.#text[start - 1] ?? ' ')) start--;
    return over && marks - start <= SHORT_LABEL ? { start, end: hole.end } : { start: marks, end: hole.end };
  }

  /** Of `電話は朝から、メールは…。` the last clause, when it is no more than a label; else the sentence. */
  #clauseOf(left: number, begin: number, end: number | undefined, hole: Span): Span {
    if (end === undefined) return hole;
    let comma = left - 1;
    while (comma > begin && left - comma <= SHORT_LABEL && this.#text[comma] !== '、') comma--;
    if (
      comma > begin &&
      this.#text[comma] === '、' &&
      'はがを'.includes(this.#text[left - 1] ?? ' ') &&
      !this.#isAdverb(comma + 1, left)
    )
      return { start: comma, end: hole.end };
    return { start: begin, end };
  }

  /** 詳しくは and the like do not stand beside another clause's subject: what comes before them leads up to them. */
  #isAdverb(from: number, to: number): boolean {
    return /^(?:詳しく|くわしく|詳細|続き|以下|次)/u.test(this.#text.slice(from, to));
  }

  #sentence(begin: number, right: number, index: number, hole: Span): Span {
    const end = this.#end(right, index);
    return end === undefined ? hole : { start: begin, end };
  }

  /** Where the sentence that reaches `at` begins: after a stop, or in a bracket that is still open. */
  #begin(at: number, index: number): number | undefined {
    const text = this.#text;
    let depth = 0;
    let gap = index - 1;
    let to = at;
    for (let steps = 0; steps < REACH; steps++) {
      if (to <= this.#line.start) return this.#line.start;
      if (to <= (this.#gaps[gap]?.end ?? -1)) {
        to = this.#gaps[gap]?.start ?? to;
        gap--;
        continue;
      }
      const sign = signAt(text, to - 1);
      if (sign === CLOSES) depth++;
      else if (sign === OPENS) {
        if (depth === 0) return to;
        depth--;
      } else if (sign === STOPS && depth === 0) return to;
      to--;
    }
    return undefined;
  }

  /** Where the sentence ends that goes on at `at`: after its stop, or before a bracket that it closes. */
  #end(at: number, index: number): number | undefined {
    const text = this.#text;
    let depth = 0;
    let gap = index + 1;
    let to = at;
    for (let steps = 0; steps < REACH; steps++) {
      if (to >= this.#line.end) return this.#line.end;
      const next = this.#gaps[gap];
      if (next !== undefined && to >= next.start) {
        to = Math.max(to, next.end);
        gap++;
        continue;
      }
      const sign = signAt(text, to);
      if (sign === OPENS) depth++;
      else if (sign === CLOSES) {
        if (depth === 0) return to;
        depth--;
      } else if (sign === STOPS && depth === 0) {
        while (to < this.#line.end && signAt(text, to) === STOPS) to++;
        return to;
      }
      to++;
    }
    return undefined;
  }

  /** The bracket pair that stands directly around `hole`; undefined when none does. */
  enclosing(hole: Span): Span | undefined {
    const left = withoutSpacesBefore(this.#text, hole.start, this.#line.start);
    const right = withoutSpacesAfter(this.#text, hole.end, this.#line.end);
    if (left <= this.#line.start || right >= this.#line.end) return undefined;
    const close = closerOf(this.#text.charCodeAt(left - 1));
    if (close === 0 || close !== this.#text.charCodeAt(right)) return undefined;
    return { start: left - 1, end: right + 1 };
  }
}
