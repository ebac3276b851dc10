// Learns a tokenizer from texts, as a tokenizer.json that the Hugging Face libraries load and encode with alike.
import { PORTABLE_PATTERN, PORTABLE_RUNS } from './pre-tokens.ts';
import { END_OF_DOCUMENT, type LearnedBpe, trainBpe } from './train-bpe.ts';
import { type LearnedUnigram, trainUnigram, UNKNOWN_ID } from './train-unigram.ts';

export interface LearnOptions {
  readonly model: 'bpe' | 'unigram';
  /** Tokens in the vocabulary at most. */
  readonly vocab: number;
}

/** The tokenizer.json of a tokenizer learned from `texts`; the same texts always give the same one. */
export function learnTokenizer(texts: readonly string[], { model, vocab }: LearnOptions): string {
  return model === 'bpe' ? bpeJson(trainBpe(texts, vocab)) : unigramJson(trainUnigram(texts, { vocabulary: vocab }));
}

/** tokenizer.json of a byte-level BPE. */
export function bpeJson(bpe: LearnedBpe): string {
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false };
  return tokenizerJson([END_OF_DOCUMENT], {
    pre_tokenizer: { type: 'Sequence', pretokenizers: [isolated(PORTABLE_PATTERN), byteLevel] },
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

/** tokenizer.json of a Unigram with byte fallback. Spaces stay spaces, so that every text comes back byte for byte. */
export function unigramJson({ pieces }: LearnedUnigram): string {
  return tokenizerJson([END_OF_DOCUMENT, '<unk>'], {
    pre_tokenizer: isolated(PORTABLE_RUNS),
    decoder: { type: 'Sequence', decoders: [{ type: 'ByteFallback' }, { type: 'Fuse' }] },
    model: { type: 'Unigram', unk_id: UNKNOWN_ID, vocab: pieces, byte_fallback: true },
  });
}

const isolated = (pattern: string) => ({
  type: 'Split',
  pattern: { Regex: pattern },
  behavior: 'Isolated',
  invert: false,
});

function tokenizerJson(special: readonly string[], parts: object): string {
  return JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: special.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    post_processor: null,
    ...parts,
  });
}
