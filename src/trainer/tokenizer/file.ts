// tokenizer.json, the Hugging Face format of a tokenizer: written for ours, read for any byte-level BPE.
import { z } from 'zod';
import { PipelineError } from '../../errors.ts';
import { BpeTokenizer } from './bpe.ts';
import { GPT2_PATTERN, PATTERN, PORTABLE_PATTERN } from './pre-tokens.ts';
import { END_OF_DOCUMENT, type LearnedBpe } from './train-bpe.ts';

/** The tokenizer that `trainBpe` learned. */
export function learnedTokenizer(bpe: LearnedBpe): BpeTokenizer {
  return new BpeTokenizer({ ...bpe, endOfDocument: 0, pattern: PATTERN });
}

/** tokenizer.json of a tokenizer that Seiryu learned; the `tokenizers` library encodes with it as `BpeTokenizer` does. */
export function tokenizerJson(bpe: Pick<BpeTokenizer, 'tokens' | 'merges'>): string {
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false };
  return JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [
      {
        id: 0,
        content: END_OF_DOCUMENT,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special: true,
      },
    ],
    normalizer: null,
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: PORTABLE_PATTERN }, behavior: 'Isolated', invert: false },
        byteLevel,
      ],
    },
    post_processor: null,
    decoder: byteLevel,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(bpe.tokens.map((token, number) => [token, number])),
      merges: bpe.merges.map(([left, right]) => [bpe.tokens[left], bpe.tokens[right]]),
    },
  });
}

const byteLevelStep = z.object({
  type: z.literal('ByteLevel'),
  add_prefix_space: z.boolean().default(true),
  use_regex: z.boolean().default(true),
});
const splitStep = z.object({
  type: z.literal('Split'),
  pattern: z.object({ Regex: z.string() }),
  behavior: z.literal('Isolated'),
  invert: z.literal(false),
});
const tokenizerFile = z.object({
  added_tokens: z.array(z.object({ id: z.int(), content: z.string() })).default([]),
  normalizer: z.null(),
  pre_tokenizer: z.union([
    byteLevelStep,
    z.object({ type: z.literal('Sequence'), pretokenizers: z.tuple([splitStep, byteLevelStep]) }),
  ]),
  model: z.object({
    type: z.literal('BPE'),
    vocab: z.record(
      z.string(),
      z
        .int()
        .min(0)
        .max(2 ** 20 - 1),
    ),
    merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
  }),
});

/** Names that files of others use for the end of a document, likeliest first. */
const END_NAMES = [END_OF_DOCUMENT, '</s>', '<|end_of_text|>', '<eos>', '[EOS]'];

/**
 * Reads a tokenizer.json with a byte-level BPE model.
 * @throws PipelineError `tokenizer.invalid` when it is none, or holds steps that Seiryu does not know.
 */
export function parseTokenizer(json: string, path: string): BpeTokenizer {
  const invalid = (why: string, cause?: unknown) =>
    new PipelineError(`${path} is no tokenizer that Seiryu can use: ${why}`, {
      code: 'tokenizer.invalid',
      fix: 'Use a tokenizer.json with a byte-level BPE model and no normalizer, such as those of GPT-2 and GPT-NeoX.',
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
  const { model, added_tokens, pre_tokenizer } = parsed.data;
  const numbers = new Map(Object.entries(model.vocab));
  for (const added of added_tokens) numbers.set(added.content, added.id);
  const tokens = Array.from({ length: Math.max(...numbers.values()) + 1 }, () => '');
  for (const [token, number] of numbers) tokens[number] = token;
  const merges = model.merges.map((merge): [number, number] => {
    const [left = '', right = ''] = typeof merge === 'string' ? merge.split(' ') : merge;
    const pair: [number, number] = [numbers.get(left) ?? -1, numbers.get(right) ?? -1];
    if (pair[0] < 0 || pair[1] < 0)
      throw invalid(`merge ${JSON.stringify(merge)} names a token outside the vocabulary`);
    return pair;
  });
  const endOfDocument = END_NAMES.map((name) => numbers.get(name)).find((number) => number !== undefined);
  if (endOfDocument === undefined) throw invalid(`none of its tokens ends a document (${END_NAMES.join(', ')})`);
  const steps = pre_tokenizer.type === 'Sequence' ? pre_tokenizer.pretokenizers : ([undefined, pre_tokenizer] as const);
  if (steps[1].add_prefix_space) throw invalid('it puts a space before every text (add_prefix_space)');
  return new BpeTokenizer({
    tokens,
    merges,
    endOfDocument,
    pattern: cutPattern(steps[0]?.pattern.Regex, steps[1].use_regex, invalid),
  });
}

function cutPattern(
  split: string | undefined,
  gpt2: boolean,
  invalid: (why: string, cause?: unknown) => Error,
): RegExp {
  if (split === PORTABLE_PATTERN && !gpt2) return PATTERN;
  if (split === undefined) return gpt2 ? GPT2_PATTERN : /.+/gsu;
  if (gpt2) throw invalid('it cuts text twice (Split and ByteLevel with use_regex)');
  try {
    return new RegExp(split.replaceAll('\\x{', '\\u{'), 'gu');
  } catch (error) {
    throw invalid(`JavaScript cannot read its pattern ${split}`, error);
  }
}
