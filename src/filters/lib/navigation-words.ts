// The words that menus and breadcrumbs of Japanese sites are made of, and how surely each of them is navigation.
import { category, endings, home, plausible, sure } from './navigation-vocabulary.ts';
import { isJapaneseLetter } from './script.ts';

/** How surely an item is navigation. */
export const UNKNOWN = 0;
/** Unlisted, but it ends as menu items end (…のご案内). */
export const SHAPED = 1;
/** A section of some kind of site, and a word like any other (メンズ, 国際, 内科). */
export const CATEGORY = 2;
/** A menu item that is a word of prose and of headings as well (観光, ニュース). */
export const PLAUSIBLE = 3;
/** Hardly ever alone outside a menu (サイトマップ, 会社概要). */
export const SURE = 4;
/** Where breadcrumbs begin (ホーム, TOP). */
export const HOME = 5;

const strength = new Map<string, number>();
for (const [list, value] of [
  [category, CATEGORY],
  [plausible, PLAUSIBLE],
  [sure, SURE],
  [home, HOME],
] as const) {
  for (const word of list.split(' ')) strength.set(word, value);
}

const LONGEST_ENDED = 10;
const LONGEST_WORD = 18;

/** Case, full-width letters, spaces, bullets and a count at the end (`日記 (12)`) do not matter. */
export function canonical(item: string): string {
  const plain = item.normalize('NFKC').toLowerCase().replace(/\s+/gu, '');
  const end = withoutCount(plain);
  let from = 0;
  let to = end;
  while (from < to && isOrnament(plain.charCodeAt(from))) from++;
  while (to > from && isOrnament(plain.charCodeAt(to - 1))) to--;
  return plain.slice(from, to);
}

/** Kana and kanji alone: the usual item, spared the normalisation. */
function isCanonical(item: string): boolean {
  for (let at = 0; at < item.length; at++) {
    const code = item.charCodeAt(at);
    if (code >= 0xf900 || !isJapaneseLetter(code)) return false;
  }
  return true;
}

function withoutCount(plain: string): number {
  const open = plain.endsWith(')') ? plain.lastIndexOf('(') : plain.endsWith(']') ? plain.lastIndexOf('[') : -1;
  return open > 0 && /^\d{1,6}[件]?$/.test(plain.slice(open + 1, -1)) ? open : plain.length;
}

const ornaments = new Set(
  [...'-|/>»›<«‹≫≪・:：→←⇒▶►◀▲△▼▽■□◆◇●○◎★☆※*+_[]()【】「」『』《》~〜‖│┃·•–—―'].map((c) => c.charCodeAt(0)),
);
const isOrnament = (code: number): boolean => ornaments.has(code);

/** By their last character, so that a word is compared with few of them. */
const endingsBy = new Map<number, string[]>();
for (const ending of endings) {
  const last = ending.charCodeAt(ending.length - 1);
  endingsBy.set(last, [...(endingsBy.get(last) ?? []), ending]);
}

const endsAsMenuItem = (word: string): boolean =>
  endingsBy
    .get(word.charCodeAt(word.length - 1))
    ?.some((ending) => word.length > ending.length && word.endsWith(ending)) === true;

/** Sites repeat their menus on every page. Beyond this the memory of them starts anew. */
const MOST_REMEMBERED = 4096;

/** Knows how surely an item is navigation, words that a pipeline file adds included: they count as sure. */
export class MenuWords {
  readonly #extra: ReadonlySet<string>;
  /** Answers given before; it changes nothing but the time they take. */
  readonly #known = new Map<string, number>();

  constructor(extra: readonly string[] = []) {
    this.#extra = new Set(extra.map(canonical));
  }

  strength(item: string): number {
    if (item.length > LONGEST_WORD * 2) return UNKNOWN;
    const exact = strength.get(item) ?? this.#known.get(item);
    if (exact !== undefined) return exact;
    if (this.#known.size >= MOST_REMEMBERED) this.#known.clear();
    const judged = this.#judge(item);
    this.#known.set(item, judged);
    return judged;
  }

  #judge(item: string): number {
    const word = isCanonical(item) ? item : canonical(item);
    if (word === '' || word.length > LONGEST_WORD) return UNKNOWN;
    const listed = strength.get(word);
    if (listed !== undefined) return listed;
    const polite = word.length > 2 && (word[0] === 'ご' || word[0] === 'お') ? strength.get(word.slice(1)) : undefined;
    if (polite !== undefined) return polite;
    if (this.#extra.has(word)) return SURE;
    if (word.length > LONGEST_ENDED) return UNKNOWN;
    // `2017年4月(12)`: the months of an archive. Other things are counted so as well (りんご（3）).
    if (counted.test(item)) return month.test(word) ? SURE : SHAPED;
    return endsAsMenuItem(word) ? SHAPED : UNKNOWN;
  }
}

const counted = /[(（[]\d{1,6}件?[)）\]]\s?$/u;
const month = /^(?:19|20)\d\d[年/.-]\d{1,2}月?$/;

/** A line without separators is cut into these alone: category words would make words of prose. */
const menuWords = new Set([...strength].filter(([, value]) => value >= PLAUSIBLE).map(([word]) => word));
const surePairs = new Set([...strength].filter(([, value]) => value >= SURE).map(([word]) => word.slice(0, 2)));

/**
 * Cuts a line without separators (`ホーム会社概要採用情報`) into listed words, longest first; undefined when it does not
 * come out even.
 */
export function intoWords(line: string): string[] | undefined {
  if (!surePairs.has(line.slice(0, 2).toLowerCase())) return undefined;
  const text = canonical(line);
  const found: string[] = [];
  for (let at = 0; at < text.length; ) {
    let length = Math.min(LONGEST_WORD, text.length - at);
    while (length > 1 && !menuWords.has(text.slice(at, at + length))) length--;
    if (length <= 1) return undefined;
    found.push(text.slice(at, at + length));
    at += length;
  }
  return found;
}
