// Reads ARPA files, which KenLM and SRILM write: n-grams with log10 probabilities and back-off weights.
import { closeSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { errorMessage, PipelineError } from '../errors.ts';
import { firstOf, secondOf } from './hashes.ts';
import { MOST_ORDER } from './layout.ts';
import type { Model } from './model.ts';
import { ModelBuilder } from './model-builder.ts';
import { LINE_END, LINE_START, type TokenUnit, wordToken } from './tokens.ts';

/** Bits of a factor of ten. */
const BITS = Math.log2(10);
/** KenLM's own for a model without <unk>. */
const UNKNOWN = 100 * BITS;

/** What the head of an ARPA file says. */
export interface ArpaOutline {
  /** N-grams of 1, 2, … tokens that it announces. */
  readonly sizes: readonly number[];
  /** Tokens that are nearly all single characters make a model of characters, others one of words. */
  readonly unit: TokenUnit;
}

/**
 * A model of the ARPA file at `path`; in one of characters a blank is `▁`, `<sp>` or `<space>`. Throws PipelineError
 * `lm.arpa` with the line of what is wrong. Linear.
 */
export function readArpa(path: string): Model {
  const { sizes, unit } = outlineOf(path);
  const builder = new ModelBuilder(sizes, 'arpa');
  let unknown = UNKNOWN;
  let [order, number, size] = [0, 0, 0];
  for (const line of linesOf(path)) {
    number++;
    const section = /^\\(\d+)-grams:/u.exec(line);
    if (section !== null) [order, size] = [Number(section[1]), 0];
    if (order === 0 || line === '' || line.startsWith('\\') || line.startsWith('ngram ')) continue;
    const [probability = '', words = '', weight = '0'] = line.trimEnd().split('\t');
    const tokens = words.split(' ');
    const bits = -Number(probability) * BITS;
    if (tokens.length !== order || Number.isNaN(bits) || Number.isNaN(Number(weight)))
      throw wrong(path, `is no ${order}-gram: ${line.slice(0, 60)}`, number);
    if (++size > (sizes[order - 1] ?? 0)) throw wrong(path, `has more ${order}-grams than it announces`, number);
    if (words === '<unk>') unknown = bits;
    let [first, second] = [0, 0];
    for (const word of tokens) {
      const token = tokenOf(word, unit);
      first = firstOf(first, token);
      second = secondOf(second, token);
    }
    builder.add(order, first, second, Math.max(0, bits), Number(weight) * BITS);
  }
  return builder.finish({
    unit,
    form: 'plain',
    alpha: 0,
    unknown: Math.min(unknown, 255),
    documents: 0,
    tokens: 0,
    quantiles: [],
  });
}

/** Reads to the end of the 1-grams. */
export function outlineOf(path: string): ArpaOutline {
  const announced: number[] = [];
  let [isCounting, singles, words] = [false, 0, 0];
  for (const line of linesOf(path)) {
    const size = /^ngram (\d+)=\s*(\d+)/u.exec(line);
    if (size !== null) announced[Number(size[1]) - 1] = Number(size[2]);
    if (line.startsWith('\\1-grams:')) isCounting = true;
    else if (line.startsWith('\\') && isCounting) break;
    else if (isCounting && line !== '') {
      const word = line.split('\t')[1] ?? '';
      if (/^<[^<>]+>$/u.test(word)) continue;
      words++;
      if ([...word].length === 1) singles++;
    }
  }
  const sizes = Array.from(announced, (size) => size ?? Number.NaN);
  if (sizes.length === 0 || sizes.length > MOST_ORDER || sizes.includes(Number.NaN) || words === 0)
    throw wrong(path, `announces no n-grams of 1 to ${MOST_ORDER} tokens in its \\data\\ part`, 1);
  return { sizes, unit: singles >= 0.9 * words ? 'character' : 'word' };
}

function tokenOf(word: string, unit: TokenUnit): number {
  if (word === '<s>') return LINE_START;
  if (word === '</s>') return LINE_END;
  if (unit === 'word') return wordToken(word);
  return word === '▁' || word === '<sp>' || word === '<space>'
    ? 0x20
    : word.length === 1
      ? word.charCodeAt(0)
      : wordToken(word);
}

function* linesOf(path: string): Iterable<string> {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    throw wrong(path, `cannot be read: ${errorMessage(error)}`);
  }
  try {
    const decoder = new StringDecoder('utf8');
    const piece = Buffer.allocUnsafe(1 << 20);
    let rest = '';
    for (let read = readSync(file, piece); read > 0; read = readSync(file, piece)) {
      const lines = (rest + decoder.write(piece.subarray(0, read))).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line;
    }
    if (rest !== '') yield rest;
  } finally {
    closeSync(file);
  }
}

const wrong = (path: string, what: string, line?: number): PipelineError =>
  new PipelineError(`The ARPA file ${path} ${what}.`, {
    code: 'lm.arpa',
    fix: 'It must be a text file as KenLM’s lmplz writes it, not a binary one.',
    ...(line === undefined ? {} : { place: { line } }),
  });
