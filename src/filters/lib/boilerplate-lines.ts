// Decides whether a line, taken whole, is boilerplate.
import { composedPhrases, furtherLonely, furtherPhrases, pagerWords } from './boilerplate-compositions.ts';
import { companions, lonelyWords, services, strongPhrases } from './boilerplate-phrases.ts';
import { dateLine, endOfDate } from './date-lines.ts';
import { interfaceLine, LONGEST_OF_INTERFACE, mayBeInterface } from './interface-lines.ts';
import {
  isCookieNotice,
  isLink,
  isListEntry,
  isMetaLine,
  isPageNumbers,
  isRightsLine,
  isSiteNotice,
  noticeOpenings,
  signature,
} from './notices.ts';
import { Openings } from './openings.ts';
import { PhraseBook } from './phrase-book.ts';
import { isAlphanumeric, isDigit } from './script.ts';
import { isSymbolRow } from './symbol-rows.ts';

/**
 * `row` is drawn and `date` is dated, and both go. A `time` may belong to a timetable, a `lonely` word (ツイート,
 * プロフィール) may be a heading, and a `button` (写真を削除する) the heading of a manual: what stands around them decides.
 */
export type Verdict = 'text' | 'boilerplate' | 'row' | 'date' | 'time' | 'lonely' | 'site' | 'button';

const STRONG = 1;
const LONELY = 2;
const SERVICE = 3;
const COMPANION = 4;
const PAGER = 5;

/** A line of phrases is never longer than this; only full sentences of notices are. */
const LONGEST_OF_PHRASES = 120;
const LONGEST_NOTICE = 300;
const LONGEST_POINTER = 24;
const LONGEST_OF_PROSE_OPENING = 48;
const ofProse: ReadonlySet<string> = new Set(
  'この その より 最後 今日 昨日 次の 前の 記事 関連 作品 写真 その他 もと 最近 質問 本文 動画 新着 投稿 会員 最新 情報 参考 評価 感想 表示 以下 あな 商品 人気 無料 有料 応援 お気 ここ'.split(
    ' ',
  ),
);
/** Lines of digits and dates. */
const LONGEST_OF_NUMBERS = 60;

/** What may stand between phrases. A comma may not: prose lists names with it. */
const between = new Uint8Array(0x10000);
for (const character of ' \t\u3000|/()[]{}<>«»‹›≪≫←→↑↓⇒⇧⇑▲▼△▽▶▷◀◁►◄■□◆◇●○★☆♪♥♡※*+_-–—―~〜・:.…。!！?？&#=│✓✔【】《》〈〉〔〕↩✉☰×✕（）＜＞［］｜／：＞＊＋－＝＃＆．')
  between[character.charCodeAt(0)] = 1;

/** Notices that are not known by how they begin. Looked for in the whole text first, which spares most texts the rest. */
const noticeWords = ['ookie', 'クッキー', '©', '無断', '転載'];
/** Parts of them that begin with a rarer unit: the search stops at every unit like the first. */
const rareParts = ['kie', 'ッキー', '©', '無断', '転載'];
const hasNoticeWord = (text: string): boolean => noticeWords.some((word) => text.includes(word));

export type Notices = 'some' | 'none';

export const noticesIn = (text: string): Notices => (rareParts.some((part) => text.includes(part)) ? 'some' : 'none');

/** What is known of all sites. */
interface Known {
  readonly book: PhraseBook;
  readonly openings: Openings;
  /** Those that prose begins with as often. */
  readonly shortOpenings: Openings;
}

let shared: Known | undefined;

/** Built at first use and for all pipelines: ten thousand phrases take some milliseconds. */
function knownPhrases(): Known {
  shared ??= built();
  return shared;
}

function built(): Known {
  const book = new PhraseBook([
    [companions, COMPANION],
    [services, SERVICE],
    [composedPhrases(), STRONG],
    [strongPhrases, STRONG],
    [furtherPhrases, STRONG],
    [lonelyWords, LONELY],
    [furtherLonely, LONELY],
    [pagerWords, PAGER],
  ]);
  const openings = [...book.openings(), ...noticeOpenings];
  return {
    book,
    openings: new Openings(openings.filter((opening) => !ofProse.has(opening))),
    shortOpenings: new Openings(openings.filter((opening) => ofProse.has(opening))),
  };
}

/** Knows boilerplate, with the phrases that a pipeline file adds. */
export class BoilerplateLines {
  readonly #known = knownPhrases();
  readonly #extra: PhraseBook | undefined;
  readonly #extraOpenings: Openings | undefined;

  constructor(extra: readonly string[]) {
    if (extra.length === 0) return;
    this.#extra = new PhraseBook([[extra.map(simplified), STRONG]]);
    this.#extraOpenings = new Openings(this.#extra.openings());
  }

  judge(text: string, start: number, end: number, notices: Notices): Verdict {
    const length = end - start;
    if (mayBeRow(text.charCodeAt(start)) && isSymbolRow(text, start, end)) return 'row';
    if (length > LONGEST_NOTICE) return 'text';
    const first = firstWord(text, start, end);
    if (this.#mayBePhrases(text, first, length) || mayBeReserved(text, end) || mayPoint(text, start, end))
      return this.#read(simplified(text.slice(start, end)));
    const line = text.slice(start, end);
    if (notices === 'some' && hasNoticeWord(line)) return this.#read(simplified(line));
    return length <= LONGEST_OF_INTERFACE && mayBeInterface(text, first, end) ? readButtons(simplified(line)) : 'text';
  }

  #mayBePhrases(text: string, first: number, length: number): boolean {
    if (length > LONGEST_OF_PHRASES) return false;
    if (this.#extraOpenings?.fit(text, first) === true) return true;
    if (length <= LONGEST_OF_PROSE_OPENING && this.#known.shortOpenings.fit(text, first)) return true;
    return this.#known.openings.fit(text, first) && !(length > LONGEST_OF_NUMBERS && isDigit(text.charCodeAt(first)));
  }

  #read(line: string): Verdict {
    if (line.length <= LONGEST_OF_PHRASES) {
      const verdict = this.#readPhrases(line);
      if (verdict !== 'text') return verdict;
      const when = dateLine(line);
      if (when !== undefined) return when;
      // `2015年3月12日 18:40 | コメント(2)`
      const rest = line.slice(endOfDate(line));
      if (rest.length < line.length && (signature.test(rest) || this.#readPhrases(rest) !== 'text'))
        return 'boilerplate';
      if (isPageNumbers(line) || isMetaLine(line) || isSiteNotice(line) || isLink(line)) return 'boilerplate';
    }
    if (isRightsLine(line) || isCookieNotice(line)) return 'boilerplate';
    return readButtons(line);
  }

  /** Nothing but known phrases, and enough of them to be sure. */
  #readPhrases(line: string): Verdict {
    const met = [0, 0, 0, 0, 0, 0];
    let numbers = 0;
    for (let at = 0; at < line.length; ) {
      const code = line.charCodeAt(at);
      const match = this.#extra?.match(line, at) ?? this.#known.book.match(line, at);
      if (match !== undefined) {
        at = match.end;
        met[match.kind] = (met[match.kind] ?? 0) + 1;
      } else if (isDigit(code)) {
        const from = at;
        while (isDigit(line.charCodeAt(at))) at++;
        if (at - from > 6 || isAlphanumeric(line.charCodeAt(at))) return 'text';
        numbers++;
      } else if (between[code] === 1) at++;
      else return 'text';
    }
    const [, strong = 0, lonely = 0, named = 0, others = 0, pagers = 0] = met;
    if (strong > 0 || (pagers > 0 && numbers > 1)) return 'boilerplate';
    if (pagers > 0) return 'text';
    if (lonely > 0 && (lonely + named + numbers > 1 || (others > 0 && lonely + others > 2))) return 'boilerplate';
    if (named > 1 && others === 0) return 'boilerplate';
    return lonely + named === 1 && others + numbers === 0 ? 'lonely' : 'text';
  }
}

function readButtons(line: string): Verdict {
  if (isListEntry(line)) return 'button';
  const sentence = interfaceLine(line, between);
  if (sentence === 'certain') return 'boilerplate';
  return sentence === 'program' ? 'button' : sentence === 'site' ? 'site' : 'text';
}

/** Where the first word of a line begins; `end` when it has none. */
function firstWord(text: string, start: number, end: number): number {
  let first = start;
  while (first < end && between[text.charCodeAt(first)] === 1) first++;
  return first;
}

/** Lower case, NFKC, single spaces, trimmed: how lines and phrases are compared. */
export const simplified = (line: string): string => line.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim();

/** A row begins with something that is neither a letter nor a digit. */
const mayBeRow = (code: number): boolean =>
  code < 0x80 ? !isAlphanumeric(code) : code < 0x3041 || code === 0x30fb || code === 0x30fc || code > 0xfe00;

/** `…はこちら`, `…一覧へ` point to a link, whatever they begin with. */
function mayPoint(text: string, start: number, end: number): boolean {
  if (end - start >= LONGEST_POINTER) return false;
  const last = text.charCodeAt(end - 1);
  if (last === 0x3089) return text.endsWith('はこちら', end) || text.endsWith('はこちらから', end);
  if (last === 0x3078) return text.endsWith('一覧へ', end);
  return last === 0x308b && (text.endsWith('一覧へ戻る', end) || text.endsWith('一覧に戻る', end));
}

/** `○○ Web. All rights reserved.` begins with any name, but it ends like this. */
function mayBeReserved(text: string, end: number): boolean {
  let last = end - 1;
  while (last > end - 4 && (text[last] === '.' || text[last] === ' ' || text[last] === '．')) last--;
  const code = text.charCodeAt(last);
  return code === 0x64 || code === 0x44 || code === 0xff44 || code === 0xff24;
}
