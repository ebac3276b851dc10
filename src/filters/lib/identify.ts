// Which language a text is in: scripts decide the clear cases, the identifier library `eld` the others, on an excerpt.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { countKinds, FIRST_LETTER, KINDS, kind } from './classes.ts';

export interface Identified {
  /** ISO 639-1; `cjk` for kanji alone, too few to tell Japanese from Chinese; `other` for a script that no wanted language uses; empty when nothing tells. */
  readonly language: string;
  /** Share of the text's letters that are of that language's scripts, 0 to 1; a kanji weighs as four letters, a kana as three. */
  readonly share: number;
}

/** Scripts that one language alone uses, or nearly. */
const languageOf: Readonly<Record<number, string>> = {
  [kind.hangul]: 'ko',
  [kind.greek]: 'el',
  [kind.thai]: 'th',
  [kind.bengali]: 'bn',
  [kind.tamil]: 'ta',
  [kind.telugu]: 'te',
  [kind.kannada]: 'kn',
  [kind.malayalam]: 'ml',
  [kind.gujarati]: 'gu',
  [kind.gurmukhi]: 'pa',
  [kind.sinhala]: 'si',
  [kind.burmese]: 'my',
  [kind.khmer]: 'km',
  [kind.lao]: 'lo',
  [kind.georgian]: 'ka',
  [kind.armenian]: 'hy',
  [kind.ethiopic]: 'am',
};
const CYRILLIC = ['be', 'bg', 'kk', 'ky', 'mk', 'mn', 'ru', 'sr', 'tg', 'uk'];
const scriptsOf = (language: string): readonly number[] => {
  if (language === 'ja' || language === 'zh') return [kind.kanji];
  const own = Object.keys(languageOf).find((key) => languageOf[Number(key)] === language);
  if (own !== undefined) return [Number(own)];
  if (CYRILLIC.includes(language)) return [kind.cyrillic, kind.latin];
  if (['ar', 'fa', 'ur', 'ps', 'ug'].includes(language)) return [kind.arabic];
  if (['hi', 'mr', 'ne'].includes(language)) return [kind.devanagari];
  return language === 'he' || language === 'yi' ? [kind.hebrew] : [kind.latin];
};

/** Kana from this share of kana and kanji on is Japanese; Chinese pages quote less. */
const JAPANESE = 0.05;
const CHINESE = 0.01;
/** Kanji below this many cannot tell: 「東京都庁」 is Chinese as well. */
const FEW_KANJI = 20;
/** Characters of an excerpt: eld is as sure with 600 as with 6,000, and cost stays bounded. */
const EXCERPT = 300;

export class Identifier {
  readonly #counts = new Uint32Array(KINDS);
  readonly #wantedScripts: ReadonlySet<number>;
  #detect: ((text: string) => string) | undefined;

  readonly #enough: number;

  /** `wanted` are ISO 639-1 codes; their scripts decide where they make up the share `enough` of the letters. */
  constructor(wanted: readonly string[], enough: number) {
    this.#enough = enough;
    this.#wantedScripts = new Set(wanted.flatMap(scriptsOf));
  }

  /** The language of text[start .. end), whose code units are `units`. Linear, about 1 ns a character; eld adds at most 0.1 ms. */
  of(text: string, units: Uint16Array, start: number, end: number): Identified {
    const counts = this.#counts;
    counts.fill(0);
    countKinds(units, start, end, counts);
    const kana = (counts[kind.hiragana] ?? 0) + (counts[kind.katakana] ?? 0);
    const kanji = counts[kind.kanji] ?? 0;
    let [most, weight, total] = [0, 0, 0];
    let [wanted, wantedWeight] = [0, 0];
    for (let script = FIRST_LETTER; script < KINDS; script++) {
      const weighed = weightOf(script, counts[script] ?? 0, kana);
      total += weighed;
      if (weighed > weight) [most, weight] = [script, weighed];
      if (weighed > wantedWeight && this.#wantedScripts.has(script)) [wanted, wantedWeight] = [script, weighed];
    }
    if (total === 0) return { language: '', share: 0 };
    // Japanese about software may have more Latin letters than kana.
    if (wantedWeight >= this.#enough * total) [most, weight] = [wanted, wantedWeight];
    const excerpt = (): string => this.#identify(text, start, end);
    return { language: this.#name(most, kana, kanji, excerpt), share: weight / total };
  }

  #name(script: number, kana: number, kanji: number, identify: () => string): string {
    if (script === kind.kanji) {
      const share = kana / (kana + kanji);
      if (share >= JAPANESE) return 'ja';
      if (kanji < FEW_KANJI) return 'cjk';
      if (share < CHINESE) return 'zh';
    } else {
      const only = languageOf[script];
      if (only !== undefined) return only;
    }
    return this.#wantedScripts.has(script) ? identify() : 'other';
  }

  /** Two excerpts, because pages begin with menus and end with notices. */
  #identify(text: string, start: number, end: number): string {
    this.#detect ??= loadDetector();
    if (end - start <= 2 * EXCERPT) return this.#detect(text.slice(start, end));
    const third = start + Math.floor((end - start) / 3);
    const half = Math.max(third + EXCERPT, start + Math.floor((end - start) / 2));
    return this.#detect(`${text.slice(third, third + EXCERPT)} ${text.slice(half, Math.min(end, half + EXCERPT))}`);
  }
}

/** Kana and kanji are one script here, counted where kanji are. */
function weightOf(script: number, count: number, kana: number): number {
  if (script === kind.kanji) return 4 * count + 3 * kana;
  if (script === kind.hiragana || script === kind.katakana) return 0;
  return script === kind.hangul ? 3 * count : count;
}

/**
 * Opens eld's small tables, which takes a quarter of a second and 70 MB: only once a text asks for it, and never in a
 * Japanese run that meets no Chinese. Its package has no entry for `require`, so the file is named.
 */
function loadDetector(): (text: string) => string {
  const require = createRequire(import.meta.url);
  const file = join('eld', 'src', 'entries', 'static.small.js');
  const folder = require.resolve.paths('eld')?.find((path) => existsSync(join(path, file)));
  const { eld }: { eld: { detect(text: string): { language: string } } } = require(join(folder ?? '', file));
  return (text) => eld.detect(text).language;
}
