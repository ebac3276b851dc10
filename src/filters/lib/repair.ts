// Text repair in at most four passes, each linear and run only when a first look at the text calls for it.
import { type SPACES, TidyKernel } from '../../kernels/tidy-wasm.ts';
import { CodeUnits } from './code-units.ts';
import {
  BREAK,
  DROP,
  FOLD,
  HIGH,
  isFoldedPair,
  LOW,
  MARK,
  ODD_BREAK,
  PLAIN,
  repairClasses,
  SPACE,
  WIDE,
} from './repair-classes.ts';
import { isBracketOrStop, isDigit, isJapanese, isJapaneseLetter } from './script.ts';

export type JapaneseSpaces = (typeof SPACES)[number];

const NEWLINE = 0x0a;
const BLANK = 0x20;
const WIDE_MINUS = 0xff0d;

/**
 * No script stacks so many marks on a letter; people who do (Z̶a̶l̶g̶o̶) would make NFKC sort them in quadratic time. Of a
 * higher tower the lowest stay, few enough that what NFKC makes of them is no tower again.
 */
const MOST_MARKS = 64;
const KEPT_MARKS = 16;

const INVISIBLE_PASS = 1;
const FOLD_PASS = 2;
const SPACE_PASS = 4;
const WIDE_PASS = 8;

export class Repair {
  readonly #classes = repairClasses();
  readonly #kernel = new TidyKernel({ classes: repairClasses(), traits: unitTraits() });
  readonly #spaces: JapaneseSpaces;
  readonly #source = new CodeUnits();
  /** Of the text that the current pass reads. */
  #units = this.#source.of('');

  constructor(spaces: JapaneseSpaces) {
    this.#spaces = spaces;
  }

  /** Idempotent: no pass makes work for one before it. */
  apply(text: string): string {
    // Most texts need at most their spaces mended: one pass in WebAssembly, in less than half the time that the passes below take.
    return this.#kernel.tidy(text, this.#spaces) ?? this.passes(text);
  }

  /** What `apply` gives, in plain TypeScript. */
  passes(text: string): string {
    this.#units = this.#source.of(text);
    let passes = this.#look(text.length);
    if (passes === 0) return text;
    let out = text;
    if (passes & INVISIBLE_PASS) out = this.#invisible(out);
    if (passes & FOLD_PASS) out = this.#fold(out);
    // What went may have stood between spaces, and what was folded may now be Japanese.
    if (passes & (INVISIBLE_PASS | FOLD_PASS)) passes |= SPACE_PASS;
    if (passes & SPACE_PASS) out = this.#blanks(out);
    if (passes & WIDE_PASS) out = this.#wide(out);
    return out;
  }

  #unit(at: number): number {
    return this.#units[at] ?? NEWLINE;
  }

  /** One past either end reads as a line break. */
  #class(at: number): number {
    return this.#classes[this.#unit(at)] ?? BREAK;
  }

  #isFoldedPair(at: number): boolean {
    return isFoldedPair(((this.#unit(at) - 0xd800) << 10) + (this.#unit(at + 1) - 0xdc00) + 0x10000);
  }

  /** The passes that the text needs. */
  #look(length: number): number {
    const classes = this.#classes;
    const units = this.#units;
    let passes = 0;
    for (let at = 0; at < length; at++) {
      const kind = classes[units[at] ?? NEWLINE] ?? PLAIN;
      if (kind === PLAIN) continue;
      switch (kind) {
        case SPACE:
          if ((passes & SPACE_PASS) === 0 && !this.#isFineBlank(at, length)) passes |= SPACE_PASS;
          break;
        case BREAK:
          if (at === 0 || at === length - 1 || (this.#unit(at - 1) === NEWLINE && this.#unit(at - 2) === NEWLINE))
            passes |= SPACE_PASS;
          break;
        case FOLD:
        case MARK:
          passes |= FOLD_PASS;
          break;
        case WIDE:
          if (!this.#isSurelyKept(at)) passes |= WIDE_PASS;
          break;
        case HIGH:
          if (this.#class(at + 1) !== LOW) passes |= INVISIBLE_PASS;
          else {
            if (this.#isFoldedPair(at)) passes |= FOLD_PASS;
            at++;
          }
          break;
        default:
          passes |= INVISIBLE_PASS;
      }
    }
    return passes;
  }

  #isFineBlank(at: number, length: number): boolean {
    if (this.#unit(at) !== BLANK || at === 0 || at === length - 1) return false;
    const before = this.#unit(at - 1);
    const after = this.#unit(at + 1);
    // The usual case first: one space beside a visible ASCII character on either side.
    if (
      before > BLANK &&
      after > BLANK &&
      (before < 0x7f || after < 0x7f) &&
      !this.#isWhite(at - 1) &&
      !this.#isWhite(at + 1)
    )
      return true;
    return this.#blank(at, at + 1, length) === ' ';
  }

  /** The usual case, decided by one look back: Japanese before it, or more of a run that was looked at already. */
  #isSurelyKept(at: number): boolean {
    const kind = this.#class(at - 1);
    return this.#unit(at) !== WIDE_MINUS && (kind === PLAIN || kind === WIDE) && isJapanese(this.#unit(at - 1));
  }

  /** Line ends become \n; invisible characters and halves of surrogate pairs go. */
  #invisible(text: string): string {
    this.#units = this.#source.of(text);
    const units = this.#source.scratch(text.length);
    let length = 0;
    for (let at = 0; at < text.length; at++) {
      const kind = this.#class(at);
      if (kind === HIGH && this.#class(at + 1) === LOW) {
        units[length++] = this.#unit(at++);
        units[length++] = this.#unit(at);
      } else if (kind === ODD_BREAK) {
        units[length++] = NEWLINE;
        if (this.#unit(at) === 0x0d && at + 1 < text.length && this.#unit(at + 1) === NEWLINE) at++;
      } else if (kind !== DROP && kind !== HIGH && kind !== LOW) units[length++] = this.#unit(at);
    }
    return this.#source
      .made(length)
      .replace(/[\u200c\u200d]+/g, (joiners, at: number, whole: string) =>
        joinsBefore(whole, at) && joinsAfter(whole.charCodeAt(at + joiners.length)) ? joiners : '',
      );
  }

  /** NFKC of the runs that it changes. */
  #fold(text: string): string {
    this.#units = this.#source.of(text);
    let out = '';
    let from = 0;
    for (let at = 0; at < text.length; at++) {
      if (!this.#folds(at)) {
        if (this.#class(at) === HIGH) at++;
        continue;
      }
      let start = at;
      if (this.#class(at) === MARK && start > from) start -= this.#class(at - 1) === LOW ? 2 : 1;
      let marks = 0;
      while (this.#folds(at) && marks <= MOST_MARKS) {
        marks = this.#class(at) === MARK ? marks + 1 : 0;
        at += this.#class(at) === HIGH ? 2 : 1;
      }
      const tower = marks > MOST_MARKS;
      out += text.slice(from, start) + text.slice(start, tower ? at - marks + KEPT_MARKS : at).normalize('NFKC');
      if (tower) while (this.#class(at) === MARK) at++;
      from = at;
      at--;
    }
    return out + text.slice(from);
  }

  #folds(at: number): boolean {
    const kind = this.#class(at);
    return kind === FOLD || kind === MARK || (kind === HIGH && this.#isFoldedPair(at));
  }

  /** White space: one space inside a line, none at its ends, at most one blank line, none around the text. */
  #blanks(text: string): string {
    this.#units = this.#source.of(text);
    const classes = this.#classes;
    const units = this.#units;
    const { length } = text;
    const out = this.#source.scratch(length);
    let to = 0;
    let changed = false;
    for (let at = 0; at < length; ) {
      const unit = units[at] ?? NEWLINE;
      const kind = classes[unit] ?? BREAK;
      if (kind !== SPACE && kind !== BREAK) {
        out[to++] = unit;
        at++;
        continue;
      }
      const start = at++;
      // Most white space is one line break, or one space beside ASCII: it stays.
      if (start > 0 && at < length) {
        const next = units[at] ?? NEWLINE;
        const follows = classes[next] ?? BREAK;
        const alone = follows !== SPACE && follows !== BREAK;
        if (alone && (unit === NEWLINE || (unit === BLANK && (next < 0x80 || (units[start - 1] ?? 0) < 0x80)))) {
          out[to++] = unit;
          continue;
        }
      }
      while (at < length && this.#isWhite(at)) at++;
      const put = this.#blank(start, at, length);
      if (put.length !== at - start || !text.startsWith(put, start)) changed = true;
      for (let i = 0; i < put.length; i++) out[to++] = put.charCodeAt(i);
    }
    return changed ? this.#source.made(to) : text;
  }

  #isWhite(at: number): boolean {
    const kind = this.#class(at);
    return kind === SPACE || kind === BREAK;
  }

  /** What stands for the white space from `start` to `end` in a text of `length` units. */
  #blank(start: number, end: number, length: number): string {
    if (start === 0 || end === length) return '';
    let breaks = 0;
    for (let at = start; at < end && breaks < 2; at++) if (this.#unit(at) === NEWLINE) breaks++;
    if (breaks > 0) return breaks === 1 ? '\n' : '\n\n';
    // Only a first look asks about a part of a run; it then sees that there is work to do.
    if (this.#isWhite(start - 1) || this.#isWhite(end)) return '';
    return this.#isIdle(start, end) ? '' : ' ';
  }

  /** Whether a space says nothing because Japanese stands on both sides. */
  #isIdle(start: number, end: number): boolean {
    if (this.#spaces === 'keep') return false;
    const before = this.#letterBefore(start);
    const after = this.#unit(end);
    if (!isJapanese(before) || !isJapanese(after)) return false;
    if (this.#spaces === 'all' || isBracketOrStop(before) || isBracketOrStop(after)) return true;
    return isJapaneseLetter(before) && isJapaneseLetter(after) && this.#isWhite(start - 2) && this.#isWhite(end + 1);
  }

  /** Of a surrogate pair the half that tells its script. */
  #letterBefore(at: number): number {
    return this.#unit(this.#class(at - 1) === LOW ? at - 2 : at - 1);
  }

  /** Folds full-width punctuation to ASCII unless Japanese stands before or after the run of it; － before digits is a minus. */
  #wide(text: string): string {
    this.#units = this.#source.of(text);
    let out = '';
    let from = 0;
    for (let at = 0; at < text.length; at++) {
      if (this.#class(at) !== WIDE) continue;
      const start = at;
      while (this.#class(at) === WIDE || (this.#unit(at) === BLANK && this.#class(at + 1) === WIDE)) at++;
      const before = this.#letterBefore(this.#unit(start - 1) === BLANK ? start - 1 : start);
      const after = this.#unit(this.#unit(at) === BLANK ? at + 1 : at);
      const minus = at === start + 1 && this.#unit(start) === WIDE_MINUS && isDigit(this.#unit(at));
      if (!minus && (isJapanese(before) || isJapanese(after))) continue;
      out += text.slice(from, start) + text.slice(start, at).normalize('NFKC');
      from = at;
    }
    return out + text.slice(from);
  }
}

let traits: Uint8Array | undefined;

function unitTraits(): Uint8Array {
  traits ??= Uint8Array.from(
    { length: 0x10000 },
    (_, unit) => (isJapanese(unit) ? 1 : 0) | (isBracketOrStop(unit) ? 2 : 0) | (isJapaneseLetter(unit) ? 4 : 0),
  );
  return traits;
}

/** Emoji are joined (👨‍👩‍👧), and so are letters of the scripts from Hebrew to Sinhala. */
function joinsBefore(text: string, at: number): boolean {
  const code = text.charCodeAt(at - 1);
  if (code >= 0xdc00 && code <= 0xdfff) return isEmojiHalf(text.charCodeAt(at - 2));
  return code === 0xfe0f || isSymbolOrJoiningScript(code);
}

const joinsAfter = (code: number): boolean => isEmojiHalf(code) || isSymbolOrJoiningScript(code);
const isEmojiHalf = (code: number): boolean => code >= 0xd83c && code <= 0xd83e;
/** Without circled numbers, which a mark after them would still fold. */
const isSymbolOrJoiningScript = (code: number): boolean =>
  (code >= 0x0590 && code <= 0x0dff) ||
  (code >= 0x2190 && code <= 0x21ff) ||
  (code >= 0x2600 && code <= 0x27bf && !(code >= 0x2776 && code <= 0x2793));
