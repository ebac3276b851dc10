// Finds text that was decoded in the wrong encoding, and reads its bytes again in the right one.
import { TextDecoder } from 'node:util';
import { countKinds, KINDS, kind } from './classes.ts';
import { bytesRead, type LegacyName, latinViews } from './legacy-encodings.ts';

/** First and later bytes of UTF-8 as Windows-1252 shows them; Shift_JIS' view of UTF-8 kana; half-width kana. */
const LEAD = 1;
const REST = 2;
const KANA = 4;
const HALF_WIDTH = 8;
const EUC_LEAD = 16;
const flags = new Uint8Array(0x10000);
for (let byte = 0x80; byte < 0x100; byte++) {
  const flag = byte >= 0xc2 && byte <= 0xf4 ? LEAD : byte < 0xc0 ? REST : 0;
  for (const view of latinViews(byte)) flags[view] = flag;
}
/** E3 80, E3 81, E3 82 and E3 83, with which marks and kana begin in UTF-8, are these in Shift_JIS. */
for (const character of '縲縺繧繝') flags[character.charCodeAt(0)] = KANA;
for (let unit = 0xff61; unit <= 0xff9f; unit++) flags[unit] = HALF_WIDTH;
/** The first bytes of EUC-JP's hiragana and katakana, as Shift_JIS shows them. */
for (const character of '､･') flags[character.charCodeAt(0)] = HALF_WIDTH | EUC_LEAD;

/** Signs of misreading in units[start .. end): pairs and characters that correct text has only now and then. Linear. */
export function misreadSigns(units: Uint16Array, start: number, end: number): number {
  let signs = 0;
  let before = 0;
  for (let at = start; at < end; at++) {
    const flag = flags[units[at] ?? 0] ?? 0;
    if (flag !== 0) {
      if ((flag & KANA) !== 0) signs++;
      else if ((flag & REST) !== 0 && (before & (LEAD | REST)) !== 0) signs++;
      else if ((flag & HALF_WIDTH) !== 0 && (before & EUC_LEAD) !== 0) signs++;
    }
    before = flag;
  }
  return signs;
}

export interface Reading {
  readonly text: string;
  /** Characters that could not be brought back; they are left out of `text`. */
  readonly lost: number;
}

/** `line` read anew, or undefined where no other reading is better Japanese, or better Latin. Linear. */
export function rereadLine(line: string): Reading | undefined {
  const sequences = utf8In(line);
  const tries: Reading[] = sequences === undefined ? [] : [{ text: sequences, lost: 0 }];
  for (const [from, to] of MISREADINGS) {
    const reading = reread(line, from, to);
    if (reading !== undefined && isJapanese(reading, line)) tries.push(reading);
  }
  return tries.sort((a, b) => remains(a) - remains(b))[0];
}

/** What a reading leaves unread: characters lost, and those that are themselves what misreading shows. */
function remains({ text, lost }: Reading): number {
  let count = lost;
  for (let at = 0; at < text.length; at++) if ((flags[text.charCodeAt(at)] ?? 0) !== 0) count++;
  return count;
}

/** What was read as the first is the second. UTF-8 read as Windows-1252 is found by its sequences instead. */
const MISREADINGS: readonly (readonly [LegacyName, string])[] = [
  ['shift_jis', 'utf-8'],
  ['shift_jis', 'euc-jp'],
  ['windows-1252', 'shift_jis'],
  ['windows-1252', 'euc-jp'],
];

const decoders = new Map<string, TextDecoder>();

function decoderOf(name: string): TextDecoder {
  const known = decoders.get(name) ?? new TextDecoder(name, { ignoreBOM: true });
  decoders.set(name, known);
  return known;
}

function reread(line: string, from: LegacyName, to: string): Reading | undefined {
  const text = decoderOf(to).decode(bytesRead(line, from));
  const kept = text.replaceAll('\ufffd', '');
  return kept === line ? undefined : { text: kept, lost: text.length - kept.length };
}

/** Whether a reading is Japanese with kana where the line was not, and lost little. */
function isJapanese({ text, lost }: Reading, line: string): boolean {
  const [before, after] = [kindsOf(line), kindsOf(text)];
  const foreign = after.all - after.japanese;
  return (
    after.kana >= 2 &&
    after.kana * 4 >= after.japanese &&
    foreign * 5 <= after.japanese &&
    lost <= after.japanese &&
    // A hiragana lost would be a text destroyed; half-width kana become full words of fewer characters.
    before.hiragana * 4 < after.kana
  );
}

interface Kinds {
  /** Letters and symbols outside ASCII. */
  readonly all: number;
  /** Kana, kanji and marks. */
  readonly japanese: number;
  readonly kana: number;
  readonly hiragana: number;
}

const counts = new Uint32Array(KINDS);

function kindsOf(text: string): Kinds {
  const units = new Uint16Array(text.length);
  let [length, kept] = [0, 0];
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) continue;
    length++;
    // Half-width kana are what misread bytes look like: no kana for this question.
    if (unit < 0xff61 || unit > 0xff9f) units[kept++] = unit;
  }
  counts.fill(0);
  countKinds(units, 0, kept, counts);
  const hiragana = counts[kind.hiragana] ?? 0;
  const kana = hiragana + (counts[kind.katakana] ?? 0);
  const marks = (counts[kind.punctuation] ?? 0) + (counts[kind.space] ?? 0);
  return { all: length, japanese: kana + (counts[kind.kanji] ?? 0) + marks, kana, hiragana };
}

/**
 * `line` with each run of UTF-8 bytes that Windows-1252 or Latin-1 shows as letters turned into its character:
 * `Ã©` to é, `ã�‚` to あ. Undefined when there is none. A lone two-byte run that begins with another letter than Â or Ã
 * may be correct text (É«) and stays.
 */
function utf8In(line: string): string | undefined {
  const bytes = bytesRead(line, 'windows-1252');
  // Units and bytes are one to one in this encoding.
  let [out, at, found, doubtful] = ['', 0, 0, 0];
  let copied = 0;
  while (at < bytes.length) {
    const length = sequenceAt(bytes, at);
    if (length < 2) {
      at++;
      continue;
    }
    out += line.slice(copied, at) + utf8.decode(bytes.subarray(at, at + length));
    found++;
    if (length === 2 && (bytes[at] ?? 0) > 0xc3) doubtful++;
    at += length;
    copied = at;
  }
  return found === 0 || (doubtful === found && found < 3) ? undefined : out + line.slice(copied);
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** Bytes of the UTF-8 sequence at `at`, 1 where none of two bytes or more is. */
function sequenceAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  const length = first < 0xc2 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 1;
  for (let i = 1; i < length; i++) if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 1;
  const second = bytes[at + 1] ?? 0;
  // Overlong forms, surrogates and what is beyond Unicode.
  if ((first === 0xe0 && second < 0xa0) || (first === 0xed && second > 0x9f)) return 1;
  return (first === 0xf0 && second < 0x90) || (first === 0xf4 && second > 0x8f) ? 1 : length;
}
