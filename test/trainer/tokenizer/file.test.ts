// Files of other people's tokenizers: whatever we accept encodes as the official library does; the rest is refused by name.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTokenizer } from '../../../src/trainer/tokenizer/file.ts';
import { bpeJson, unigramJson } from '../../../src/trainer/tokenizer/learn.ts';
import { trainBpe } from '../../../src/trainer/tokenizer/train-bpe.ts';
import { trainUnigram } from '../../../src/trainer/tokenizer/train-unigram.ts';
import { CORPUS, ODD, official } from './official.ts';

const bpe = () => JSON.parse(bpeJson(trainBpe(CORPUS, 600)));
const unigram = () => JSON.parse(unigramJson(trainUnigram(CORPUS, { vocabulary: 500 })));

/** Where added tokens go on. */
const size = Object.keys(bpe().model.vocab).length;

const byteLevel = (options: object) => ({
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: true,
  ...options,
});
const split = (Regex: string, behavior: string, invert = false) => ({
  type: 'Split',
  pattern: { Regex },
  behavior,
  invert,
});
const added = (id: number, content: string, options: object = {}) => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: false,
  ...options,
});
const metaspace = (options: object) => ({ type: 'Metaspace', replacement: '▁', split: true, ...options });
/** BPE of characters, with ▁ for spaces and bytes for unknown characters, as Llama 2 has it. */
function llama(): ReturnType<typeof bpe> {
  const characters = [...new Set(CORPUS.join('').replaceAll(' ', '▁').slice(0, 150))];
  const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
  const merges = [
    ['▁', 'T'],
    ['▁T', 'h'],
    ['▁Th', 'e'],
    ['q', 'u'],
    ['さ', 'ら'],
    ['さら', 'さら'],
    ['、', 'さら'],
    ['▁', '▁'],
  ];
  const tokens = [
    '<unk>',
    '</s>',
    ...bytes,
    ...new Set([...characters, ...'Thequiさら▁、', ...merges.map(([a, b]) => `${a}${b}`)]),
  ];
  const json = bpe();
  Object.assign(json.model, {
    vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
    merges,
    unk_token: '<unk>',
    fuse_unk: true,
    byte_fallback: true,
  });
  return Object.assign(json, {
    added_tokens: [added(0, '<unk>', { special: true }), added(1, '</s>', { special: true })],
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'Prepend', prepend: '▁' },
        { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
      ],
    },
    pre_tokenizer: null,
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        { type: 'Strip', content: ' ', start: 1, stop: 0 },
      ],
    },
  });
}

const CL100K =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

const FILES: Record<string, () => object> = {
  'GPT-2': () => ({ ...bpe(), pre_tokenizer: byteLevel({}) }),
  'GPT-NeoX: NFC, added runs of spaces, a space before every text': () => ({
    ...bpe(),
    added_tokens: [
      ...bpe().added_tokens,
      added(size, '   ', { normalized: true }),
      added(size + 1, '  ', { normalized: true }),
      added(size + 2, '水辺'),
    ],
    normalizer: { type: 'NFC' },
    pre_tokenizer: byteLevel({ add_prefix_space: true }),
  }),
  'Llama 3: the cut of cl100k, whole words first': () => {
    const json = bpe();
    json.model.ignore_merges = true;
    json.model.merges = json.model.merges.slice(0, 100);
    return {
      ...json,
      pre_tokenizer: { type: 'Sequence', pretokenizers: [split(CL100K, 'Isolated'), byteLevel({ use_regex: false })] },
    };
  },
  'possessive quantifiers and scripts by name': () => ({
    ...bpe(),
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        split('[^\\r\\n\\p{L}\\p{N}]?+\\p{Hiragana}++|\\p{Han}+|\\d|\\w+', 'Isolated'),
        byteLevel({ use_regex: false }),
      ],
    },
  }),
  'Llama 2: characters, bytes for the rest': llama,
  'BPE without byte fallback, unknown ones each for itself': () => {
    const json = llama();
    Object.assign(json.model, { byte_fallback: false, fuse_unk: false });
    return { ...json, normalizer: { type: 'NFKC' }, pre_tokenizer: metaspace({ prepend_scheme: 'first' }) };
  },
  'BPE without byte fallback, neighbours one unknown': () => {
    const json = llama();
    json.model.byte_fallback = false;
    return { ...json, normalizer: null, pre_tokenizer: metaspace({ prepend_scheme: 'never', split: false }) };
  },
  'T5: Unigram behind Metaspace': () => ({
    ...unigram(),
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'Nmt' },
        { type: 'NFKC' },
        { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' },
        { type: 'Strip', strip_left: true, strip_right: true },
      ],
    },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [{ type: 'WhitespaceSplit' }, metaspace({ prepend_scheme: 'always' })],
    },
  }),
  'Unigram without byte fallback, on the whole text': () => {
    const json = unigram();
    json.model.byte_fallback = false;
    return {
      ...json,
      normalizer: { type: 'Lowercase' },
      pre_tokenizer: metaspace({ add_prefix_space: true, prepend_scheme: 'first', split: false }),
    };
  },
  'BERT: WordPiece': () => ({
    ...bpe(),
    added_tokens: [added(0, '[SEP]', { special: true })],
    normalizer: { type: 'Sequence', normalizers: [{ type: 'NFD' }, { type: 'Lowercase' }, { type: 'StripAccents' }] },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 20,
      vocab: Object.fromEntries(
        [
          '[SEP]',
          '[UNK]',
          ...new Set(CORPUS.join('').toLowerCase()),
          ...Array.from(new Set(CORPUS.join('').toLowerCase()), (c) => `##${c}`),
          '##ick',
          'qu',
          '##の',
          '##さらさら',
          '。',
          'e',
        ]
          .filter((token, i, all) => all.indexOf(token) === i)
          .map((token, id) => [token, id]),
      ),
    },
  }),
  ...Object.fromEntries(
    ['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'].flatMap((behavior) =>
      [false, true].map((invert) => [
        `${behavior}${invert ? ', inverted' : ''}`,
        () => ({
          ...unigram(),
          pre_tokenizer: {
            type: 'Sequence',
            pretokenizers: [
              split('[、。さ ]|ab', behavior, invert),
              { type: 'Digits', individual_digits: invert },
              { type: 'Punctuation', behavior: 'Isolated' },
            ],
          },
        }),
      ]),
    ),
  ),
};

describe('a tokenizer file of someone else', () => {
  it.each(Object.entries(FILES))('encodes as the official library does: %s', async (_, file) => {
    const json = JSON.stringify(file());
    const ours = parseTokenizer(json, 'tokenizer.json');
    const encode = await official(json);
    const characters = [...CORPUS, ...ODD].join('');
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.constantFrom(...CORPUS),
          fc
            .array(fc.constantFrom(...characters, '  ', '   ', '\r\n', "'s", "'S", 'ſ', 'The'), { maxLength: 60 })
            .map((parts) => parts.join('')),
        ),
        async (text) => {
          expect(ours.encode(text)).toEqual(await encode(text));
        },
      ),
      {
        numRuns: 80,
        seed: 1,
        examples: [...CORPUS, ...ODD].filter((text) => !/<unk>/.test(text)).map((text): [string] => [text]),
      },
    );
  });

  it.each([
    ['is not JSON', '{', /not JSON/],
    ['is a list of words', { ...bpe(), model: { type: 'WordLevel', vocab: {} } }, /model/],
    ['rewrites texts in a way of its own', { ...bpe(), normalizer: { type: 'Custom' } }, /normalizer Custom/],
    [
      'cuts in a way of its own',
      { ...bpe(), pre_tokenizer: { type: 'UnicodeScripts' } },
      /pre_tokenizer UnicodeScripts/,
    ],
    ['cuts by a pattern that JavaScript has not', { ...bpe(), pre_tokenizer: split('\\Aab', 'Isolated') }, /\\A/],
    [
      'looks at the neighbours of added tokens',
      { ...bpe(), added_tokens: [...bpe().added_tokens, added(size, 'x', { lstrip: true })] },
      /lstrip/,
    ],
    [
      'has no end of document',
      { ...bpe(), added_tokens: [], model: { type: 'BPE', vocab: { a: 0 }, merges: [] } },
      /ends a document/,
    ],
    [
      'merges what it has not',
      { ...bpe(), model: { ...bpe().model, merges: [['x', 'yy']] } },
      /outside the vocabulary/,
    ],
  ])('is refused with what to do when it %s', (_, file, why) => {
    const json = typeof file === 'string' ? file : JSON.stringify(file);
    const refused = expect.objectContaining({
      code: 'tokenizer.invalid',
      exitCode: 2,
      message: expect.stringMatching(why),
    });
    expect(() => parseTokenizer(json, 'x.json')).toThrow(refused);
  });
});
