// Finds what identifies a person: mail and IP addresses, phone and card numbers, house numbers of postal addresses.
import { isIPv4, isIPv6 } from 'node:net';
import { kind, kinds } from './classes.ts';

export type PersonalKind = 'mail' | 'phone' | 'card' | 'address' | 'ip';

export interface Personal {
  readonly kind: PersonalKind;
  readonly start: number;
  readonly end: number;
}

/**
 * Everything personal of the wanted kinds in `text`, ascending, without overlaps. `units` are its code units and one
 * line break. Looks back and ahead by bounded distances only: linear, about 2 ns a character.
 */
export function findPersonal(text: string, units: Uint16Array, wanted: ReadonlySet<PersonalKind>): Personal[] {
  const found: Personal[] = [];
  const add = (one: Personal | undefined): number => {
    if (one === undefined || !wanted.has(one.kind) || one.start < (found.at(-1)?.end ?? 0)) return -1;
    found.push(one);
    return one.end;
  };
  for (let at = 0; at < text.length; at++) {
    const unit = units[at] ?? 0;
    if (starts[unit] === 0) continue;
    if (unit === AT || unit === WIDE_AT) {
      const end = add(mailAround(text, units, at));
      if (end > at) at = end - 1;
    } else if (unit === COLON && units[at + 1] !== SLASH) {
      const end = add(ipv6Around(text, units, at));
      if (end > at) at = end - 1;
    } else if (unit >= ZERO && unit <= NINE && !isGlued(units, at)) {
      const groups = groupsFrom(units, text.length, at);
      at = Math.max(add(numberIn(text, units, groups)), groups.end) - 1;
    }
  }
  return found;
}

const [AT, WIDE_AT, COLON, SLASH, ZERO, NINE, DOT, PLUS, HYPHEN, OPEN, CLOSE] = [
  0x40, 0xff20, 0x3a, 0x2f, 0x30, 0x39, 0x2e, 0x2b, 0x2d, 0x28, 0x29,
];

/** 1 for the units at which something personal is looked for: digits, colons and @. */
const starts = new Uint8Array(0x10000);
for (const unit of [AT, WIDE_AT, COLON]) starts[unit] = 1;
starts.fill(1, ZERO, NINE + 1);

const isAlphanumeric = (unit: number): boolean =>
  (unit >= 0x30 && unit <= 0x39) || (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x61 && unit <= 0x7a);
const isLocal = (unit: number): boolean =>
  isAlphanumeric(unit) || unit === DOT || unit === PLUS || unit === HYPHEN || unit === 0x5f || unit === 0x25;
const isDomain = (unit: number): boolean => isAlphanumeric(unit) || unit === DOT || unit === HYPHEN;

/** RFC 5321's limits: 64 units before the @, 255 after. */
function mailAround(text: string, units: Uint16Array, at: number): Personal | undefined {
  let start = at;
  while (start > 0 && at - start < 64 && isLocal(units[start - 1] ?? 0)) start--;
  while (start < at && !isAlphanumeric(units[start] ?? 0)) start++;
  let end = at + 1;
  while (end < text.length && end - at < 255 && isDomain(units[end] ?? 0)) end++;
  while (end > at && !isAlphanumeric(units[end - 1] ?? 0)) end--;
  if (start === at || end <= at + 3) return undefined;
  const domain = text.slice(at + 1, end);
  const dot = domain.lastIndexOf('.');
  return dot > 0 && /^[a-z]{2,24}$/iu.test(domain.slice(dot + 1)) && !domain.includes('..')
    ? { kind: 'mail', start, end }
    : undefined;
}

const isHexOrColon = (unit: number): boolean =>
  (unit >= 0x30 && unit <= 0x3a) || (unit >= 0x41 && unit <= 0x46) || (unit >= 0x61 && unit <= 0x66) || unit === DOT;

/** `at` is at its first colon. `std::a` and 12:30:45 are none. */
function ipv6Around(text: string, units: Uint16Array, at: number): Personal | undefined {
  let start = at;
  while (start > 0 && at - start < 5 && isHexOrColon(units[start - 1] ?? 0)) start--;
  let end = at + 1;
  while (end < text.length && end - start < 46 && isHexOrColon(units[end] ?? 0)) end++;
  while (end > at && units[end - 1] === DOT) end--;
  if (end - start < 8 || end - start > 45) return undefined;
  if ((start > 0 && isAlphanumeric(units[start - 1] ?? 0)) || isAlphanumeric(units[end] ?? 0)) return undefined;
  const written = text.slice(start, end);
  return /\d/u.test(written) && written.split(':').length >= 4 && isIPv6(written)
    ? { kind: 'ip', start, end }
    : undefined;
}

/** Inside a word, a longer number or a path: no start of a number of its own. */
function isGlued(units: Uint16Array, at: number): boolean {
  const before = units[at - 1] ?? 0;
  return at > 0 && (isAlphanumeric(before) || before === 0x5f || before === SLASH || before === 0x3d);
}

interface Groups {
  readonly start: number;
  readonly end: number;
  /** Digits of each group. */
  readonly lengths: readonly number[];
  /** What stands between them; dashes of all kinds are `-`, brackets `(`. */
  readonly separators: string;
  readonly digits: string;
}

const dashes = new Set([...'-‐‑‒–—−ー－'].map((mark) => mark.charCodeAt(0)));
const MOST_GROUPS = 8;
const MOST_DIGITS = 24;

/** Groups of digits with one separator between each two, from `at` on. */
function groupsFrom(units: Uint16Array, length: number, at: number): Groups {
  const lengths: number[] = [];
  let [separators, digits, end] = ['', '', at];
  for (let here = at; lengths.length < MOST_GROUPS; ) {
    const start = here;
    while (here < length && (units[here] ?? 0) >= ZERO && (units[here] ?? 0) <= NINE) {
      if (digits.length <= MOST_DIGITS) digits += String.fromCharCode(units[here] ?? 0);
      here++;
    }
    if (here === start) break;
    lengths.push(here - start);
    end = here;
    const separator = separatorOf(units, here);
    if (separator === '' || digits.length > MOST_DIGITS) break;
    here++;
    if (separator === '(' && (units[here] ?? 0) === 0x20) here++;
    if ((units[here] ?? 0) < ZERO || (units[here] ?? 0) > NINE) break;
    separators += separator;
  }
  return { start: at, end, lengths, separators, digits };
}

function separatorOf(units: Uint16Array, at: number): string {
  const unit = units[at] ?? 0;
  if (dashes.has(unit)) return '-';
  if (unit === DOT) return '.';
  if (unit === 0x20 || unit === 0x3000) return ' ';
  return unit === OPEN || unit === CLOSE || unit === 0xff08 || unit === 0xff09 ? '(' : '';
}

function numberIn(text: string, units: Uint16Array, groups: Groups): Personal | undefined {
  const { start, end, digits, lengths } = groups;
  const [before, after] = [units[start - 1] ?? 0, units[end] ?? 0];
  // A number that a word goes on, such as 4000px or 12th, or a percent-encoding.
  const isWhole = !isAlphanumeric(after) && before !== 0x25 && before !== 0x23;
  if (isWhole) {
    if (isIpAddress(text, groups)) return { kind: 'ip', start, end };
    if (isCard(groups)) return { kind: 'card', start, end };
    const phone = phoneStart(text, units, groups);
    if (phone >= 0) return { kind: 'phone', start: phone, end };
  }
  const house = lengths.length <= 4 && digits.length <= 12 ? houseEnd(text, units, groups) : -1;
  return house > 0 ? { kind: 'address', start, end: house } : undefined;
}

/** Four bytes; 1.2.3.4 with single digits is a version or a section. */
function isIpAddress(text: string, { start, end, separators, lengths }: Groups): boolean {
  if (separators !== '...' || lengths.every((length) => length === 1)) return false;
  return (
    isIPv4(text.slice(start, end)) &&
    !/(?:v|ver\.?|version|バージョン|版)\s?$/iu.test(text.slice(Math.max(0, start - 8), start))
  );
}

const CARD_GROUPS = new Set(['4,4,4,4', '4,6,5', '16', '15', '4,4,4,4,3']);

/** ISO/IEC 7812: an issuer's first digit, and Luhn's check digit. */
function isCard({ digits, lengths, separators }: Groups): boolean {
  if (
    !CARD_GROUPS.has(lengths.join(',')) ||
    /[.(]/u.test(separators) ||
    !/^(?:4|5[1-5]|2[2-7]|3[4-7]|6[0-5])/u.test(digits)
  )
    return false;
  let sum = 0;
  for (let at = 0; at < digits.length; at++) {
    const digit = digits.charCodeAt(digits.length - 1 - at) - ZERO;
    sum += at % 2 === 0 ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit;
  }
  return sum % 10 === 0;
}

const PHONE_WORD =
  /(?:電話番号?|でんわ|TEL|Tel|tel|Phone|phone|FAX|Fax|fax|ファックス|ファクス|携帯|☎|☏|📞|℡)[^\n0-9]{0,4}$/u;

/** Where a phone number begins (its + or bracket included), or -1. */
function phoneStart(text: string, units: Uint16Array, groups: Groups): number {
  const { start, digits, lengths, separators } = groups;
  const opened = units[start - 1] === OPEN || units[start - 1] === 0xff08;
  const first = opened && separators[0] === '(' ? start - 1 : start;
  if (units[first - 1] === PLUS && !isGlued(units, first - 1))
    return digits.length >= 8 && digits.length <= 15 && digits[0] !== '0' ? first - 1 : -1;
  if (separators.includes('.')) return -1;
  const isGrouped = lengths.length > 1 && !(separators.includes(' ') && separators.includes('-'));
  const named = (): boolean => PHONE_WORD.test(text.slice(Math.max(0, first - 12), first));
  if (/^0(?:[5789]0\d{8}|[1-9]\d{8}|800\d{7})$/u.test(digits)) {
    if (/^0[5789]0\d{8}$/u.test(digits)) return (isGrouped ? lengths[0] === 3 : true) ? first : -1;
    if (isGrouped)
      return lengths.length === 3 && (lengths[2] === 4 || lengths[2] === 3) && (lengths[0] ?? 0) >= 2 ? first : -1;
    return lengths.length === 1 && named() ? first : -1;
  }
  // North America: (212) 555-0123, 212-555-0123.
  const isAmerican = lengths.join(',') === '3,3,4' && /^[2-9]\d\d[2-9]/u.test(digits) && separators !== '  ';
  if (isAmerican) return first;
  return digits.length >= 6 && digits.length <= 12 && lengths.length >= 2 && !separators.includes(' ') && named()
    ? first
    : -1;
}

/** What a town's name is made of; numbers follow it. */
const LONGEST_PLACE = 24;
const HOUSE_WORD = /^(?:丁目|番地の?|番|号室?|[-‐‑‒–—−ー－])/u;
const isTown = /[都道府県市区町村郡][^都道府県市区町村郡\n]{1,16}$/u;
const isMunicipality = /[市区町村郡]/u;

/** Where the house number that begins with `groups` ends, or -1: 丸の内1-9-1, 本町三丁目2番地, 字山下12番地3. */
function houseEnd(text: string, units: Uint16Array, groups: Groups): number {
  let from = groups.start;
  while (from > 0 && groups.start - from < LONGEST_PLACE && isPlaceUnit(units[from - 1] ?? 0)) from--;
  const place = text.slice(from, groups.start);
  if (place.length < 2 || !isMunicipality.test(place)) return -1;
  let end = groups.end;
  let marks = '';
  // 丁目, 番, 号 and dashes with numbers between, at most six of them.
  for (let step = 0; step < 6; step++) {
    const mark = HOUSE_WORD.exec(text.slice(end, end + 3))?.[0] ?? '';
    if (mark === '') break;
    let next = end + mark.length;
    while ((units[next] ?? 0) >= ZERO && (units[next] ?? 0) <= NINE) next++;
    if (next === end + mark.length && dashes.has(mark.charCodeAt(0))) break;
    marks += mark;
    end = next;
  }
  const isDashed =
    groups.lengths.length >= 2 && /^-+$/u.test(groups.separators) && groups.lengths.every((length) => length <= 4);
  // 区 or 町 right before dashes may be anything (第3区1-2): a town's name stands between. 番地 and 丁目 say it themselves.
  if (/番地|丁目\d|番\d+号/u.test(`${marks}${text.slice(groups.end, end)}`)) return end;
  return isDashed && isTown.test(place) ? end : -1;
}

const isPlaceUnit = (unit: number): boolean => {
  const found = kinds[unit] ?? 0;
  return (
    found === kind.kanji ||
    found === kind.katakana ||
    unit === 0x306e ||
    unit === 0x304c ||
    unit === 0x3051 ||
    unit === 0x30f6
  );
};
