// Reads tokenizer.json, the Hugging Face format of a tokenizer; what Seiryu cannot do exactly is refused by name.
import { z } from 'zod';
import { errorMessage, PipelineError } from '../../errors.ts';
import { BpeModel } from './bpe.ts';
import { ComposedTokenizer, type TokenizerSteps } from './compose.ts';
import { normalizerOf, UnknownStep } from './normalizers.ts';
import { PatternError } from './pattern.ts';
import { type PreTokenizer, preTokenizerOf } from './pre-tokenizers.ts';
import { BYTE_TO_CHARACTER } from './pre-tokens.ts';
import { tokenBytesOf } from './token-bytes.ts';
import type { PieceModel, Tokenizer } from './tokenizer.ts';
import { byteToken, UnigramModel } from './unigram.ts';
import { WordPieceModel } from './word-piece.ts';

const number = z
  .int()
  .min(0)
  .max(2 ** 20 - 1);
const numbers = z.record(z.string(), number);
const none = z.union([z.null(), z.literal('')]).optional();
const model = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('BPE'),
    vocab: numbers,
    merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
    dropout: z.union([z.null(), z.literal(0)]).optional(),
    unk_token: z.string().nullish(),
    continuing_subword_prefix: none,
    end_of_word_suffix: none,
    fuse_unk: z.boolean().default(false),
    byte_fallback: z.boolean().default(false),
    ignore_merges: z.boolean().default(false),
  }),
  z.object({
    type: z.literal('Unigram'),
    vocab: z.array(z.tuple([z.string(), z.number()])).max(2 ** 20),
    unk_id: number.nullish(),
    byte_fallback: z.boolean().default(false),
  }),
  z.object({
    type: z.literal('WordPiece'),
    vocab: numbers,
    unk_token: z.string().default('[UNK]'),
    continuing_subword_prefix: z.string().default('##'),
    max_input_chars_per_word: z.int().positive().default(100),
  }),
]);
type ModelSpec = z.output<typeof model>;
type BpeSpec = Extract<ModelSpec, { type: 'BPE' }>;

const addedToken = z.object({
  id: number,
  content: z.string(),
  special: z.boolean().default(false),
  normalized: z.boolean().default(true),
  single_word: z.boolean().default(false),
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
});
type AddedToken = z.output<typeof addedToken>;

const tokenizerFile = z.object({
  added_tokens: z.array(addedToken).default([]),
  normalizer: z.unknown(),
  pre_tokenizer: z.unknown(),
  decoder: z.unknown(),
  model: z.preprocess(withType, model),
});

/** Files of old versions do not name their model's type. */
function withType(spec: unknown): unknown {
  if (typeof spec !== 'object' || spec === null || 'type' in spec) return spec;
  return { ...spec, type: 'merges' in spec ? 'BPE' : 'WordPiece' };
}

/** Names that files use for the end of a document, likeliest first. */
const END_NAMES = ['<|endoftext|>', '</s>', '<|end_of_text|>', '<|eod|>', '<eos>', '<EOS>', '[EOS]', '[SEP]'];

/**
 * Reads a tokenizer.json with a BPE, Unigram or WordPiece model.
 * @throws PipelineError `tokenizer.invalid` when it is none, or holds steps that Seiryu does not know.
 */
export function parseTokenizer(json: string, path: string): Tokenizer {
  const invalid = (why: string, cause?: unknown) =>
    new PipelineError(`${path} is no tokenizer that Seiryu can use: ${why}`, {
      code: 'tokenizer.invalid',
      fix: 'Use a tokenizer.json as the Hugging Face libraries save it, with a BPE, Unigram or WordPiece model; docs/tokenizers.md lists the steps that Seiryu does.',
      cause,
    });
  let data: unknown;
  try {
    data = JSON.parse(json);
  } catch (error) {
    throw invalid('it is not JSON', error);
  }
  const parsed = tokenizerFile.safeParse(data);
  if (!parsed.success) throw invalid(z.prettifyError(parsed.error), parsed.error);
  try {
    return assemble(parsed.data);
  } catch (error) {
    if (error instanceof UnknownStep || error instanceof PatternError || error instanceof InvalidFile)
      throw invalid(errorMessage(error), error);
    throw error;
  }
}

class InvalidFile extends Error {}

function assemble(file: z.output<typeof tokenizerFile>): Tokenizer {
  const known = vocabularyOf(file.model);
  for (const { content, id } of file.added_tokens) known.set(content, id);
  const tokens = Array.from({ length: Math.max(...known.values()) + 1 }, () => '');
  for (const [token, at] of known) tokens[at] = token;
  const endOfDocument = END_NAMES.map((name) => known.get(name)).find((at) => at !== undefined);
  if (endOfDocument === undefined)
    throw new InvalidFile(`none of its tokens ends a document (${END_NAMES.join(', ')})`);
  const special = new Set(file.added_tokens.filter((token) => token.special).map(({ id }) => id));
  special.add(endOfDocument);
  const preTokenizer = preTokenizerOf(file.pre_tokenizer);
  const normalize = normalizerOf(file.normalizer);
  return new ComposedTokenizer({
    tokens,
    endOfDocument,
    added: addedOf(file.added_tokens, normalize),
    normalize,
    cut: preTokenizer.cut,
    model: modelOf(file.model, preTokenizer, special),
    tokenBytes: tokenBytesOf(tokens, { special, alphabet: preTokenizer.alphabet, decoder: file.decoder }),
  });
}

function vocabularyOf(spec: ModelSpec): Map<string, number> {
  if (spec.type !== 'Unigram') return new Map(Object.entries(spec.vocab));
  return new Map(spec.vocab.map(([token], at) => [token, at]));
}

/** Added tokens that a text may spell: all but special ones. */
function addedOf(added: readonly AddedToken[], normalize: TokenizerSteps['normalize']): TokenizerSteps['added'] {
  const spellable = added.filter(({ special }) => !special);
  for (const { content, single_word, lstrip, rstrip } of spellable) {
    if (single_word || lstrip || rstrip)
      throw new InvalidFile(
        `its added token ${JSON.stringify(content)} looks at its neighbours (single_word, lstrip, rstrip)`,
      );
  }
  const pairs = (wanted: readonly AddedToken[], rewrite: (text: string) => string) =>
    new Map(wanted.map(({ content, id }) => [rewrite(content), id]));
  return {
    raw: pairs(
      spellable.filter(({ normalized }) => !normalized),
      (text) => text,
    ),
    normalized: pairs(
      spellable.filter(({ normalized }) => normalized),
      normalize ?? ((text) => text),
    ),
  };
}

function modelOf(spec: ModelSpec, { alphabet }: PreTokenizer, special: ReadonlySet<number>): PieceModel {
  if (spec.type === 'BPE') return bpeOf(spec, alphabet);
  if (alphabet === 'bytes') throw new InvalidFile(`a ${spec.type} model of bytes (ByteLevel)`);
  if (spec.type === 'WordPiece') return new WordPieceModel(spec, special);
  return new UnigramModel({
    vocabulary: spec.vocab,
    unknown: spec.unk_id ?? undefined,
    fallback: spec.byte_fallback ? 'bytes' : 'none',
    unspellable: special,
  });
}

function bpeOf(spec: BpeSpec, alphabet: PreTokenizer['alphabet']): BpeModel {
  const known = new Map(Object.entries(spec.vocab));
  const merges = spec.merges.map((merge): [number, number, number] => {
    const [left = '', right = ''] = typeof merge === 'string' ? merge.split(' ') : merge;
    const [a, b, merged] = [known.get(left), known.get(right), known.get(left + right)];
    if (a === undefined || b === undefined || merged === undefined)
      throw new InvalidFile(`merge ${JSON.stringify(merge)} names a token outside the vocabulary`);
    return [a, b, merged];
  });
  return new BpeModel({
    symbols: alphabet === 'bytes' ? byteSymbols(known) : characterSymbols(known, spec),
    merges,
    whole: spec.ignore_merges ? wholeTokens(known, alphabet) : new Map(),
  });
}

/** Tokens by the text that they are: those that are no whole characters cannot be a piece. */
function wholeTokens(known: ReadonlyMap<string, number>, alphabet: PreTokenizer['alphabet']): Map<string, number> {
  if (alphabet === 'characters') return new Map(known);
  const whole = new Map<string, number>();
  const bytes = tokenBytesOf([...known.keys()], { special: new Set(), alphabet, decoder: null });
  [...known.values()].forEach((id, index) => {
    const text = Buffer.from(bytes[index] ?? []).toString('utf8');
    if (text !== '' && !text.includes('\ufffd')) whole.set(text, id);
  });
  return whole;
}

function byteSymbols(known: ReadonlyMap<string, number>): (piece: string) => Int32Array {
  const numbers = Int32Array.from(BYTE_TO_CHARACTER, (character) => known.get(character) ?? -1);
  const complete = !numbers.includes(-1);
  return (piece) => {
    const symbols = Int32Array.from(Buffer.from(piece, 'utf8'), (byte) => numbers[byte] ?? -1);
    return complete ? symbols : symbols.filter((symbol) => symbol >= 0);
  };
}

/** Characters; one without a token is spelt in byte tokens, or is the unknown token, several of which may be one. */
function characterSymbols(known: ReadonlyMap<string, number>, spec: BpeSpec): (piece: string) => Int32Array {
  const bytes = Array.from({ length: 256 }, (_, byte) => known.get(byteToken(byte)));
  const unknown = typeof spec.unk_token === 'string' ? known.get(spec.unk_token) : undefined;
  return (piece) => {
    const out: number[] = [];
    let afterUnknown = false;
    for (const character of piece) {
      const token = known.get(character);
      const spelt =
        token === undefined && spec.byte_fallback ? Array.from(Buffer.from(character), (byte) => bytes[byte]) : [token];
      const complete = spelt.filter((one) => one !== undefined);
      const isUnknown = complete.length < spelt.length;
      if (!isUnknown) out.push(...complete);
      else if (unknown !== undefined && !(spec.fuse_unk && afterUnknown)) out.push(unknown);
      afterUnknown = isUnknown;
    }
    return Int32Array.from(out);
  };
}
