// How much the items of a line, taken together, look like a menu: a sum of weights, so that unlisted words may stand
// among listed ones, and a line of nothing but unlisted words needs an arrow between them, or a place that helps.
import { CATEGORY, HOME, type MenuWords, PLAUSIBLE, SHAPED, SURE, UNKNOWN } from './navigation-words.ts';
import { isDigit, isHiragana, isJapaneseLetter } from './script.ts';
import { ARROW, BAR, BLANK, BRACKET, DASH, DOT, FLOW, type Item, LEAD, SLASH, type Split } from './separators.ts';

const weightOf = new Map<number, number>([
  [SHAPED, 0.7],
  [CATEGORY, 0.7],
  [PLAUSIBLE, 1],
  [SURE, 2],
  [HOME, 2.5],
]);

/** Programs are told to go there by manuals (設定 > 一般): as a trail's first item they speak against a web site. */
const ofPrograms = new Set(
  '設定 環境設定 ツール ファイル 編集 表示 オプション 挿入 書式 スタート スタートメニュー コントロールパネル システム 一般 システム環境設定 再生画面 アプリ'.split(
    ' ',
  ),
);

export const isOfPrograms = (item: string): boolean => ofPrograms.has(item);

/** What stands around a line. */
export interface Surroundings {
  /** Before all prose of the page. */
  readonly place: 'top' | 'inside';
  /** What the line before was: navigation, or a row of columns that is none. */
  readonly before: 'menu' | 'columns' | 'other';
  /** Whether the next line begins as the last item ends: a trail above its title. */
  readonly below: 'title' | 'columns' | 'other';
}

export const nowhere: Surroundings = { place: 'inside', before: 'other', below: 'other' };

/** An item that is on no list: words without grammar weigh a little, sentences, sums and labels speak against a menu. */
function unlistedWeight(item: string): number {
  let [letters, latin, digits] = [0, 0, 0];
  for (let at = 0; at < item.length; at++) {
    const code = item.charCodeAt(at);
    if (isJapaneseLetter(code)) letters++;
    else if (isDigit(code)) digits++;
    else if ((code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a)) latin++;
    else if (forbidden.has(code)) return -1;
  }
  if (letters === 0) return latin > 2 && digits === 0 && /^[A-Z]/.test(item) ? 0.3 : -0.5;
  if (!endsAsNoun(item)) return -0.6;
  if (digits > 0) return /^(?:(?:19|20)\d\d年|平成|令和|第\d)/u.test(item) ? 0 : -0.3;
  if (letters < 2) return -0.2;
  return letters === 2 ? 0.15 : item.length > 14 ? 0.1 : 0.3;
}

const forbidden = new Set([...':：=;"\'{}<>（）()%％円+*"“”'].map((character) => character.charCodeAt(0)));

/** Verbs and particles end in these; nouns of hiragana mostly in other letters (くらし, まつり). */
const grammar = 'をはがにへでもとねよだたるうくすつぬむぐぶのてな';

function endsAsNoun(item: string): boolean {
  const last = item.length - 1;
  if (!isHiragana(item.charCodeAt(last))) return true;
  return !grammar.includes(item[last] ?? ' ');
}

export interface Evidence {
  readonly items: number;
  readonly sum: number;
}

/** Adds the weights up; a trail's last item may be any title. */
export function weigh(text: string, items: readonly Item[], kinds: number, words: MenuWords): Evidence {
  let sum = 0;
  for (const [index, { start, end }] of items.entries()) {
    const item = text.slice(start, end);
    const strength = words.strength(item);
    let weight = weightOfItem(item, strength);
    if (kinds & ARROW && index > 0 && index === items.length - 1) weight = Math.max(weight, -0.2);
    if (kinds & ARROW && index === 0 && isOfPrograms(item)) weight = -1.5;
    sum += weight;
  }
  return { items: items.length, sum };
}

/** How much a separator asks for. */
function threshold(kinds: number, items: number): number {
  if (kinds & LEAD) return items > 2 ? 0.6 : 1.5;
  if (kinds & ARROW) return items > 2 ? 0.9 : 1.6;
  if (kinds & FLOW) return 3.2;
  if (kinds & (BAR | BRACKET)) return items > 2 ? 2 : 3;
  if (kinds & DASH) return items > 2 ? 2.4 : 3.6;
  if (kinds & SLASH) return items > 2 ? 2.6 : 3.6;
  return 3.4;
}

/** Whether items and surroundings weigh enough for their separators. */
export function weighsAsMenu({ items, sum }: Evidence, { kinds, edge }: Split, around: Surroundings): boolean {
  if (items < 2) return false;
  let total = sum;
  if (kinds & ARROW) total += 0.2 * (items - 2);
  if (edge === 'open' && items > 2) total += kinds & BAR ? 0.3 : 1.2;
  if (around.place === 'top') total += 0.4;
  if (around.before === 'menu') total += 0.6;
  if (kinds & (BAR | SLASH) && (around.before === 'columns' || around.below === 'columns')) total -= 1.5;
  if (around.below === 'title' && kinds & (ARROW | SLASH | DASH | FLOW)) total += 1.2;
  if (kinds & (DOT | BLANK) && (items < 4 || sum < 0.7 * items)) return false;
  return total >= threshold(kinds, items);
}

/** Menu lines before or after prose in one line: a bar has no other business there. */
export const weighsBesideProse = ({ items, sum }: Evidence, kinds: number): boolean =>
  items > 2 && sum >= (kinds & BRACKET ? 2.4 : kinds & BAR ? 1 : kinds & ARROW ? 1.2 : 2.4);

/** The weight of one item: a menu's word, or one that is on no list. */
export function weightOfItem(item: string, strength: number): number {
  return strength === UNKNOWN ? unlistedWeight(item) : (weightOf.get(strength) ?? 0);
}

function sumAndMean(weights: readonly number[]): { sum: number; mean: number } {
  let sum = 0;
  for (const weight of weights) sum += weight;
  return { sum, mean: sum / Math.max(1, weights.length) };
}

/** One item a line: the lines must be words of menus on the average, less so before all prose. */
export function weighsAsRun(weights: readonly number[], place: Surroundings['place']): boolean {
  if (weights.length < 4) return false;
  const { sum, mean } = sumAndMean(weights);
  return place === 'top' ? sum >= 2.6 && mean >= 0.5 : sum >= 4 && mean >= 0.75;
}

/** The same of lines with one bullet, which also stands before ingredients and steps. */
export function weighsAsList(weights: readonly number[], place: Surroundings['place']): boolean {
  if (weights.length < 3) return false;
  const { sum, mean } = sumAndMean(weights);
  return place === 'top' ? sum >= 1.8 && mean >= 0.42 : sum >= 3 && mean >= 0.7;
}
