// Learns a Unigram vocabulary by expectation maximisation, from many candidate pieces to the wanted few.
import { Lattice } from './lattice.ts';
import { RUNS } from './pre-tokens.ts';
import { seedPieces } from './seed-pieces.ts';
import { END_OF_DOCUMENT } from './train-bpe.ts';
import { byteToken } from './unigram.ts';

/** Number of the token for what no token spells. Bytes spell everything, so that texts never hold it. */
export const UNKNOWN_ID = 1;
/**
 * Score of tokens that no text should choose by spelling them (`<0xE3>` in a manual about tokenizers): below any sum of
 * characters, which have scores above −30.
 */
const UNSPOKEN = -1000;
/** Share of the sample's characters that have a token of their own (SentencePiece's character_coverage for Japanese). */
const COVERAGE = 0.9995;
/** What a byte token is spelt with: these always have tokens, so that such text is never read as the byte. */
const ALWAYS = '<>x0123456789ABCDEF';
/** Pieces expected less often than this go after each round. */
const LEAST_EXPECTED = 0.5;
/** Share of the pieces that a pruning leaves. */
const SHRINK = 0.75;
const ROUNDS = 2;
/** Pieces before the last cut, by score, to the wanted number. */
const SLACK = 1.1;
const MOST_SEEDS = 1_000_000;

export interface UnigramTraining {
  /** Tokens at most: end of document, unknown and 256 bytes included. */
  readonly vocabulary: number;
}

export interface LearnedUnigram {
  /** Tokens by number with their natural-log probability: end of document, unknown, 256 bytes, pieces by falling score. */
  readonly pieces: readonly (readonly [token: string, score: number])[];
}

interface Piece {
  readonly text: string;
  /** Expected or counted occurrences. */
  count: number;
  readonly single: boolean;
}

/**
 * Unigram language model (Kudo 2018) as SentencePiece trains it: seed pieces by count × length, rounds of expectation
 * and maximisation (with the digamma of Bayesian EM), and pruning of the quarter whose loss hurts the likelihood least, until
 * the vocabulary fits. The same texts always give the same tokens. Time O(b · 16) a round for b characters of distinct words;
 * memory about 100 bytes a character of the sample and 200 a seed piece, of which there are at most 16 a wanted token.
 */
export function trainUnigram(texts: Iterable<string>, { vocabulary }: UnigramTraining): LearnedUnigram {
  const words = countWords(texts);
  const room = Math.max(vocabulary - 258, ALWAYS.length);
  const characters = coveredCharacters(words, room);
  let pieces = seeds(words, characters, Math.min(MOST_SEEDS, 16 * room));
  const wanted = Math.max(room, characters.size);
  for (;;) {
    for (let round = 0; round < ROUNDS; round++) pieces = maximise(pieces, words);
    if (pieces.length <= SLACK * wanted) break;
    const size = Math.max(Math.floor(SLACK * wanted), Math.floor(SHRINK * pieces.length));
    const pruned = prune(pieces, words, size);
    if (pruned.length === pieces.length) break;
    pieces = pruned;
  }
  return { pieces: [...reserved(), ...finished(pieces, wanted)] };
}

function reserved(): (readonly [string, number])[] {
  const bytes = Array.from({ length: 256 }, (_, byte) => byteToken(byte));
  return [END_OF_DOCUMENT, '<unk>', ...bytes].map((token) => [token, UNSPOKEN] as const);
}

function countWords(texts: Iterable<string>): Map<string, number> {
  const words = new Map<string, number>();
  for (const text of texts) {
    for (const [word] of text.toWellFormed().matchAll(RUNS)) words.set(word, (words.get(word) ?? 0) + 1);
  }
  return words;
}

/** The most frequent characters: enough for COVERAGE of the sample, `room` at most, those of ALWAYS first. */
function coveredCharacters(words: ReadonlyMap<string, number>, room: number): Map<string, number> {
  const counts = new Map<string, number>();
  let total = 0;
  for (const [word, repeats] of words) {
    for (const character of word) {
      counts.set(character, (counts.get(character) ?? 0) + repeats);
      total += repeats;
    }
  }
  const chosen = new Map(Array.from(ALWAYS, (character) => [character, counts.get(character) ?? 0]));
  let covered = 0;
  for (const [character, count] of [...counts].sort((a, b) => b[1] - a[1] || order(a[0], b[0]))) {
    if (covered >= COVERAGE * total || chosen.size >= room) break;
    covered += count;
    chosen.set(character, count);
  }
  return chosen;
}

function seeds(words: ReadonlyMap<string, number>, characters: ReadonlyMap<string, number>, most: number): Piece[] {
  const alphabet = [...characters.keys()];
  const numbers = new Map(alphabet.map((character, number) => [character, number]));
  let length = 0;
  for (const word of words.keys()) length += word.length + 1;
  const text = new Int32Array(length).fill(-1);
  const repeats = new Int32Array(length);
  let at = 0;
  for (const [word, count] of words) {
    for (const character of word) {
      text[at] = numbers.get(character) ?? -1;
      repeats[at++] = count;
    }
    at++;
  }
  const found = seedPieces({ characters: text.subarray(0, at), repeats }, most);
  const singles = Array.from(characters, ([character, count]): Piece => ({ text: character, count, single: true }));
  const longer = found.map(
    ({ at: from, length: size, count }): Piece => ({
      text: Array.from(text.subarray(from, from + size), (number) => alphabet[number] ?? '').join(''),
      count: count * size,
      single: false,
    }),
  );
  return [...singles, ...longer];
}

/** Natural-log probabilities in proportion to the counts. */
function scoresOf(pieces: readonly Piece[]): Float64Array {
  const counts = pieces.map(({ count }) => Math.max(count, LEAST_EXPECTED));
  const total = Math.log(counts.reduce((a, b) => a + b, 0));
  return Float64Array.from(counts, (count) => Math.log(count) - total);
}

/** Bayesian EM's maximisation: digamma takes from the rare. */
function bayesianScores(pieces: readonly Piece[]): Float64Array {
  const counts = pieces.map(({ count }) => Math.max(count, LEAST_EXPECTED));
  const total = digamma(counts.reduce((a, b) => a + b, 0));
  return Float64Array.from(counts, (count) => digamma(count) - total);
}

/** One round: expected counts under the present probabilities; rare pieces go, single characters stay. */
function maximise(pieces: readonly Piece[], words: ReadonlyMap<string, number>): Piece[] {
  const lattice = new Lattice(
    pieces.map(({ text }) => text),
    bayesianScores(pieces),
  );
  const counts = new Float64Array(pieces.length);
  for (const [word, repeats] of words) lattice.expect(word, repeats, counts);
  return pieces
    .map((piece, number): Piece => ({ ...piece, count: counts[number] ?? 0 }))
    .filter(({ count, single }) => single || count >= LEAST_EXPECTED);
}

/** The `size` pieces without which the best cuts would lose most likelihood; single characters stay. */
function prune(pieces: readonly Piece[], words: ReadonlyMap<string, number>, size: number): Piece[] {
  const lattice = new Lattice(
    pieces.map(({ text }) => text),
    bayesianScores(pieces),
  );
  const used = new Float64Array(pieces.length);
  for (const [word, repeats] of words)
    for (const piece of lattice.best(word)) used[piece] = (used[piece] ?? 0) + repeats;
  const total = used.reduce((a, b) => a + b, 0);
  const logTotal = Math.log(total);
  const losses = pieces.map(({ text, single }, number) => {
    const count = used[number] ?? 0;
    if (single) return Number.POSITIVE_INFINITY;
    if (count === 0) return Number.NEGATIVE_INFINITY;
    // What the likelihood loses when each use of the piece becomes its best other cut.
    const others = lattice.best(text, number);
    const logTotalWithout = Math.log(total + count * (others.length - 1));
    const without = others.reduce((sum, other) => sum + Math.log((used[other] ?? 0) + count) - logTotalWithout, 0);
    return count * (Math.log(count) - logTotal - without);
  });
  return pieces
    .map((piece, number) => ({ piece, loss: losses[number] ?? 0 }))
    .sort((a, b) => b.loss - a.loss || order(a.piece.text, b.piece.text))
    .slice(0, Math.max(size, pieces.filter(({ single }) => single).length))
    .map(({ piece }) => piece);
}

/** The likeliest pieces, all single characters among them, by falling score. */
function finished(pieces: readonly Piece[], wanted: number): (readonly [string, number])[] {
  const longer = wanted - pieces.filter(({ single }) => single).length;
  let taken = 0;
  const chosen = [...pieces]
    .sort((a, b) => b.count - a.count || order(a.text, b.text))
    .filter(({ single }) => single || taken++ < longer);
  const scores = scoresOf(chosen);
  return chosen.map(({ text }, number) => [text, scores[number] ?? 0] as const);
}

/** By code unit: the same everywhere, whatever the locale. */
function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Derivative of ln Γ: recurrence up to 7, then the asymptotic series (error below 1e-10). */
function digamma(value: number): number {
  let x = value;
  let sum = 0;
  for (; x < 7; x++) sum -= 1 / x;
  x -= 0.5;
  const square = 1 / (x * x);
  return (
    sum +
    Math.log(x) +
    square / 24 -
    (square * square * 7) / 960 +
    (square ** 3 * 31) / 8064 -
    (square ** 4 * 127) / 30720
  );
}
