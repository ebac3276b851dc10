// What of a text MinHash looks at: normalisation by UTF-16 unit, then shingles of characters or words; the oracle of the kernels.

export const MAX_SHINGLE = 64;
export const SHINGLE_UNITS = ['character', 'word'] as const;
/** What two texts may differ in without it counting. */
export const IGNORABLE = ['space', 'width', 'case', 'digits', 'punctuation'] as const;
export type Ignorable = (typeof IGNORABLE)[number];

export interface Shingling {
  readonly unit: (typeof SHINGLE_UNITS)[number];
  /** Characters (UTF-16 units after normalisation) or words in a shingle, 1 to MAX_SHINGLE. */
  readonly length: number;
  readonly ignore: readonly Ignorable[];
}

const BASE = 0x9e3779b1;
const SPACE = 0x20;

/** The finaliser of MurmurHash3 (Appleby): every bit of the input changes every bit of the output with probability ½. */
export function mix32(value: number): number {
  let h = value ^ (value >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** White space by code unit: it never counts by default, so that line breaks and indents do not make two texts differ. */
export function isSpace(unit: number): boolean {
  return (
    (unit >= 0x09 && unit <= 0x0d) ||
    unit === SPACE ||
    unit === 0x85 ||
    unit === 0xa0 ||
    unit === 0x1680 ||
    (unit >= 0x2000 && unit <= 0x200a) ||
    unit === 0x2028 ||
    unit === 0x2029 ||
    unit === 0x202f ||
    unit === 0x205f ||
    unit === 0x3000 ||
    unit === 0xfeff
  );
}

/** True where the kernels need no table: white space and nothing else goes, as is the default. */
export const onlySpaces = ({ unit, ignore }: Shingling): boolean =>
  unit === 'character' && ignore.length > 0 && ignore.every((each) => each === 'space');

// ---------------------------------------------------------------- tables

/** What becomes of each unit. A unit's entry: the unit it counts as, KEPT, and the voicing mark it is, times MARK. (65,536) */
export interface UnitTables {
  readonly entries: Uint32Array;
  /** Kana of U+3040 to U+30FF joined with the voiced, then with the half-voiced mark; 0 where there is no such kana. (2 × 192) */
  readonly voiced: Uint16Array;
}
export const KEPT = 0x2_0000;
const MARK = 0x100_0000;
const KANA = { from: 0x3040, count: 0xc0 };
const MARKS = [0x3099, 0x309a];

const made = new Map<string, UnitTables>();

/** The tables of a shingling. General categories are those of the engine's Unicode version. */
export function unitTables({ unit, ignore }: Shingling): UnitTables {
  const key = [unit, ...IGNORABLE.filter((each) => ignore.includes(each))].join();
  const tables = made.get(key) ?? makeTables(unit, new Set(ignore));
  made.set(key, tables);
  return tables;
}

function makeTables(kind: Shingling['unit'], ignore: ReadonlySet<Ignorable>): UnitTables {
  const fold = ignore.has('width') ? widths() : new Map<number, number>();
  const entries = Uint32Array.from({ length: 0x1_0000 }, (_, unit) => {
    const narrow = fold.get(unit) ?? unit;
    const counts = ignore.has('case') ? lowered(narrow) : narrow;
    // Words end at white space, whatever else is ignored.
    if (kind === 'word' && isSpace(unit)) return SPACE | KEPT;
    const mark = ignore.has('width') ? MARKS.indexOf(counts) + 1 : 0;
    return counts | (isIgnored(counts, ignore) ? 0 : KEPT) | (mark * MARK);
  });
  const voiced = Uint16Array.from({ length: 2 * KANA.count }, (_, at) => {
    const kana = KANA.from + (at % KANA.count);
    const joined = String.fromCharCode(kana, MARKS[Math.floor(at / KANA.count)] ?? 0).normalize('NFC');
    return joined.length === 1 ? joined.charCodeAt(0) : 0;
  });
  return { entries, voiced };
}

function isIgnored(unit: number, ignore: ReadonlySet<Ignorable>): boolean {
  const character = String.fromCharCode(unit);
  return (
    (ignore.has('space') && isSpace(unit)) ||
    (ignore.has('digits') && /\p{Nd}/u.test(character)) ||
    (ignore.has('punctuation') && /[\p{P}\p{S}]/u.test(character))
  );
}

function lowered(unit: number): number {
  const lower = String.fromCharCode(unit).toLowerCase();
  // İ would become two units.
  return lower.length === 1 ? lower.charCodeAt(0) : unit;
}

/** Unicode's <wide> and <narrow> forms: full-width ASCII, half-width katakana and Hangul letters, signs, the ideographic space. */
function widths(): Map<number, number> {
  const compatible = (unit: number): number => String.fromCharCode(unit).normalize('NFKC').charCodeAt(0);
  // NFKC goes on from a full-width Hangul letter to the letter inside a syllable.
  const hangul = new Map(Array.from({ length: 0x34 }, (_, at) => [compatible(0x3131 + at), 0x3131 + at]));
  const found = new Map<number, number>([[0x3000, SPACE]]);
  for (let unit = 0xff01; unit <= 0xffee; unit++) {
    const other = compatible(unit);
    found.set(unit, hangul.get(other) ?? other);
  }
  // NFKC takes the macron apart.
  return found.set(0xffe3, 0xaf);
}

// ---------------------------------------------------------------- shingles

/** The units of `text` that count. With `width`, a voicing mark directly after its kana joins it. Linear. */
export function normalised(text: string, shingling: Shingling): Uint16Array {
  const { entries, voiced } = unitTables(shingling);
  const units = new Uint16Array(text.length);
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const entry = entries[text.charCodeAt(at)] ?? 0;
    const mark = entry >>> 24;
    if (mark > 0 && at > 0) {
      const before = (entries[text.charCodeAt(at - 1)] ?? 0) & 0xffff;
      const place = before - KANA.from;
      const joined = place >= 0 && place < KANA.count ? voiced[place + (mark - 1) * KANA.count] : 0;
      if (joined) {
        // Kana are letters: the one before was kept.
        units[count - 1] = joined;
        continue;
      }
    }
    units[count] = entry;
    count += (entry & KEPT) === 0 ? 0 : 1;
  }
  return units.subarray(0, count);
}

/** Σ value · BASE^i over the last `length` values, mixed, of every window; the last value has i = 0. */
function* windows(values: Iterable<number>, length: number): Generator<number> {
  let leaving = 1;
  for (let i = 0; i < length; i++) leaving = Math.imul(leaving, BASE);
  const window = new Uint32Array(length);
  let rolling = 0;
  let seen = 0;
  for (const value of values) {
    const slot = seen % length;
    rolling = (Math.imul(rolling, BASE) + value - Math.imul(leaving, window[slot] ?? 0)) | 0;
    window[slot] = value;
    seen++;
    if (seen >= length) yield mix32(rolling);
  }
}

/** A word's hash: BASE^n + Σ unit · BASE^i over its n units, mixed. */
function* wordHashes(units: Uint16Array): Generator<number> {
  let hash = 1;
  let length = 0;
  for (const unit of units) {
    if (unit !== SPACE) {
      hash = (Math.imul(hash, BASE) + unit) | 0;
      length++;
    } else if (length > 0) {
      yield mix32(hash);
      hash = 1;
      length = 0;
    }
  }
  if (length > 0) yield mix32(hash);
}

/** Hashes of the shingles of `text`, in order; none for a text shorter than a shingle. Linear, whatever the length. */
export function shingleHashes(text: string, shingling: Shingling): Generator<number> {
  const units = normalised(text, shingling);
  return windows(shingling.unit === 'word' ? wordHashes(units) : units, shingling.length);
}
