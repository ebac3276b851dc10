// Decides whether a line, its head or its tail is a menu or a breadcrumb trail.
//
// The rule: cut at separators; every item is short and free of sentence punctuation; and the more a separator also
// occurs in prose, the more of the items must be known navigation words.
import type { Edit } from './edits.ts';
import { isOfPrograms, type Surroundings, weigh, weighsAsMenu, weighsBesideProse } from './navigation-evidence.ts';
import { CATEGORY, HOME, intoWords, type MenuWords, PLAUSIBLE, SURE, UNKNOWN } from './navigation-words.ts';
import { isDigit, isHiragana, isJapaneseLetter } from './script.ts';
import { ARROW, BAR, BLANK, BRACKET, DASH, DOT, FLOW, type Item, SLASH, type Split, split } from './separators.ts';

const MARKED = BAR | ARROW | FLOW | DASH | SLASH | BRACKET;
const LONGEST_ITEM = 24;
const LONGEST_LEAF = 20;
const MOST_ITEMS = 60;
const sentencePunctuation = /[。、！？「」，,;；]/u;

/** Between Latin letters > is mostly code, but not after the word home. */
const closeTrail = /^(?:Home|HOME|Top|TOP)(?:[>/][A-Z][A-Za-z' &-]{1,30}){1,6}$/;

/** `現在位置：ホーム > …` */
const positionLabel =
  /^(?:現在位置|現在地|現在のページ|現在の位置|ここは|you are here|パンくず(?:リスト)?|breadcrumbs?)[\s:：]*/iu;

/** What a scan saw of a line, so that only what can be there is looked for. */
export interface Marks {
  readonly separators: number;
  readonly spaces: number;
}

/** Whether text[start .. end), which has no sentence end inside, is nothing but navigation. */
export function isNavigationLine(
  text: string,
  { start, end }: Item,
  marks: Marks,
  around: () => Surroundings,
  words: MenuWords,
): boolean {
  if (marks.separators > 0) {
    if (closeTrail.test(text.slice(start, Math.min(end, start + 100)))) return end - start <= 100;
    const label = positionLabel.exec(text.slice(start, Math.min(end, start + 24)));
    const from = start + (label?.[0].length ?? 0);
    const marked = split(text, from, end, MARKED);
    if (marked.items.length > 1 || (marked.kinds !== 0 && marked.edge === 'open')) {
      const whole = count(text, marked.items, words);
      if (whole === undefined) return false;
      return isMenu(whole, marked) || weighsAsMenu(weigh(text, marked.items, marked.kinds, words), marked, around());
    }
    const dots = split(text, from, end, DOT);
    if (dots.items.length > 2) {
      const { items, known, sure } = count(text, dots.items, words) ?? nobody;
      // Prose lists nouns the same way (料理・音楽・映画).
      if (items > 2 && ((sure > 1 && known * 3 >= items * 2) || (sure > 0 && known === items))) return true;
      if (items > 3 && weighsAsMenu(weigh(text, dots.items, dots.kinds, words), dots, around())) return true;
    }
  }
  return marks.spaces > 0
    ? isSpacedMenu(text, start, end, words, around)
    : isUnspacedMenu(text.slice(start, end), words);
}

function isSpacedMenu(text: string, start: number, end: number, words: MenuWords, around: () => Surroundings): boolean {
  const parts = split(text, start, end, BLANK);
  const { items, known, sure, plausible } = count(text, parts.items, words) ?? nobody;
  if (items === 2) return sure === 2;
  if (items > 3 && plausible > 0 && weighsAsMenu(weigh(text, parts.items, parts.kinds, words), parts, around()))
    return true;
  return items > 2 && known * 3 >= items * 2 && (sure > 0 || (known === items && items > 4));
}

/** `ホーム会社概要採用情報`: how a page looks after its mark-up went. */
function isUnspacedMenu(line: string, words: MenuWords): boolean {
  const found = line.length > 80 ? undefined : intoWords(line);
  if (found === undefined || found.length < 3) return false;
  return found.filter((word) => words.strength(word) >= SURE).length > 1;
}

interface Count {
  readonly items: number;
  readonly known: number;
  readonly sure: number;
  /** Of sure words, and of words that are menu items first of all. */
  readonly plausible: number;
  readonly first: number;
  /** Whether the first item is where manuals send one (設定 > 一般). */
  readonly program: 'program' | 'site';
  /** All in Japanese, two letters on the average: no arithmetic, no code. */
  readonly wordy: 'wordy' | 'mixed';
}

const nobody: Count = { items: 0, known: 0, sure: 0, plausible: 0, first: UNKNOWN, program: 'site', wordy: 'mixed' };

/** Undefined when an item is no menu item: too long, or part of a sentence. */
function count(text: string, items: readonly Item[], words: MenuWords): Count | undefined {
  if (items.length > MOST_ITEMS) return undefined;
  let [known, sure, plausible, first] = [0, 0, 0, UNKNOWN];
  let wordy: Count['wordy'] = 'wordy';
  let program: Count['program'] = 'site';
  let letters = 0;
  for (const [index, { start, end }] of items.entries()) {
    if (end - start > LONGEST_ITEM) return undefined;
    const item = text.slice(start, end);
    if (sentencePunctuation.test(item)) return undefined;
    const strength = words.strength(item);
    if (strength !== UNKNOWN && strength !== CATEGORY) known++;
    if (strength >= SURE) sure++;
    if (strength >= PLAUSIBLE) plausible++;
    if (index === 0) {
      first = strength;
      if (isOfPrograms(item)) program = 'program';
    }
    letters += end - start;
    if (wordy === 'wordy' && !isWordy(item)) wordy = 'mixed';
  }
  if (letters < 2 * items.length) wordy = 'mixed';
  return { items: items.length, known, sure, plausible, first, program, wordy };
}

/** With Japanese, and without digits and signs of arithmetic. */
function isWordy(item: string): boolean {
  let letters = 0;
  for (let at = 0; at < item.length; at++) {
    const code = item.charCodeAt(at);
    if (isDigit(code) || code === 0x3d || code === 0x2b || code === 0x2a || (code >= 0xff10 && code <= 0xff19))
      return false;
    if (isJapaneseLetter(code)) letters++;
  }
  return letters > 0;
}

function isMenu(count: Count, { kinds, edge }: Split): boolean {
  const { items, known, sure, first, program, wordy } = count;
  if (items < 2) return false;
  if (kinds & ARROW) {
    if (first === HOME) return true;
    if (program === 'program' && sure === 0) return false;
    if (items === 2) return known === 2 && sure > 0;
    return known > 0 || (items > 3 && wordy === 'wordy');
  }
  if (first === HOME && kinds & (FLOW | SLASH) && items > 2) return true;
  if (first === HOME && kinds & FLOW && known > 1) return true;
  if (items === 2) return sure === 2 || (sure > 0 && known === 2 && (edge === 'open' || (kinds & BAR) !== 0));
  if (kinds & BAR) {
    if (sure > 0) return known * 3 >= items;
    // A long row of words between bars is a menu sooner than a table when some are menu words and none are numbers.
    if (items > 4 && wordy === 'wordy') return known > 1 && known * 3 >= items;
    return known * 3 >= items * 2 && (items > 3 || known === items);
  }
  if (edge === 'open' && sure > 0 && known > 1) return known * 3 >= items;
  return sure > 0 ? known * 2 >= items : known * 3 >= items * 2 && (items > 3 || known === items);
}

/**
 * A menu before the prose of a line (`会社概要 - 事業内容 - リンク - 当社は…`): three or more listed words one after the
 * other, or a trail from home whose last item a space ends. What follows must not lean on it (`ホーム > 設定 を開く`).
 */
export function headEdit(text: string, start: number, end: number, words: MenuWords): Edit | undefined {
  const { items, kinds, edge } = split(text, start, Math.min(end, start + 200), MARKED);
  let [listed, sure] = [0, 0];
  for (const { start: from, end: to } of items) {
    const strength = words.strength(text.slice(from, to));
    if (strength <= 1) break;
    listed++;
    if (strength >= SURE) sure++;
  }
  const prose = items.findIndex((item) => !isItem(text, item));
  const ahead = items[prose];
  if (
    prose >= listed &&
    ahead !== undefined &&
    weighsBesideProse(weigh(text, items.slice(0, prose), kinds, words), kinds)
  )
    return end - ahead.start < 10 || leansBack(text, ahead.start) ? undefined : { start, end: ahead.start, put: '' };
  const rest = items[listed];
  const first = items[0];
  if (rest === undefined || first === undefined || listed < 2 || sure === 0) return undefined;
  const home = (kinds & (ARROW | FLOW)) !== 0 && words.strength(text.slice(first.start, first.end)) === HOME;
  if (listed < 3 && !home && edge === 'closed') return undefined;
  const leaf = afterLeaf(text, rest.start, end, home || isListedLeaf(text, rest.start, words) ? LONGEST_LEAF : 0);
  if (listed < 3 && leaf === rest.start) return undefined;
  if (end - leaf < 10 || leansBack(text, leaf)) return undefined;
  return { start, end: leaf, put: '' };
}

const isItem = (text: string, { start, end }: Item): boolean =>
  end - start <= LONGEST_ITEM && !sentencePunctuation.test(text.slice(start, end));

/** Where the prose begins when a space ends the last item within `longest` characters; else `from`. */
function afterLeaf(text: string, from: number, end: number, longest: number): number {
  for (let at = from; at < Math.min(end, from + longest); at++) {
    const character = text[at];
    if (character === ' ' || character === '\u3000') return at + 1;
    if (character === '。' || character === '、') break;
  }
  return from;
}

function isListedLeaf(text: string, from: number, words: MenuWords): boolean {
  const space = text.slice(from, from + LONGEST_LEAF).search(/[ \u3000]/u);
  return space > 0 && words.strength(text.slice(from, from + space)) > 1;
}

/** 「を開いて…」 needs what stood before it. */
const leansBack = (text: string, at: number): boolean =>
  'をにでがはのへともやか'.includes(text[at] ?? ' ') && !isHeadOfWord(text, at);
const isHeadOfWord = (text: string, at: number): boolean =>
  isHiragana(text.charCodeAt(at + 1)) && isHiragana(text.charCodeAt(at + 2)) && text[at] !== 'を';

/** A menu after a line's last sentence (`…です。 ホーム | 会社概要 | お問い合わせ`). `from` is where that sentence ended. */
export function tailEdit(text: string, from: number, end: number, words: MenuWords): Edit | undefined {
  let start = from;
  while (start < end && '」』）)】 \u3000'.includes(text[start] ?? '')) start++;
  if (end - start > 200) return undefined;
  const marked = split(text, start, end, MARKED);
  const tail = count(text, marked.items, words);
  if (tail === undefined || tail.items < 3) return undefined;
  const listed = tail.known > 1 && tail.sure > 0 && isMenu(tail, marked);
  if (!listed && !weighsBesideProse(weigh(text, marked.items, marked.kinds, words), marked.kinds)) return undefined;
  let cut = start;
  while (cut > from && (text[cut - 1] === ' ' || text[cut - 1] === '\u3000')) cut--;
  return { start: cut, end, put: '' };
}
