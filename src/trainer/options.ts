// The `trainer:` section of a pipeline file, with defaults and units; imports nothing heavy because every command loads it.
import { z } from 'zod';
import { byteSize } from '../pipeline/units.ts';
import { modelOptions } from './model-options.ts';

const COUNT = /^(\d{1,12}(?:\.\d{1,6})?(?:e\d{1,2})?) ?([KMBT]?)$/i;
const COUNT_UNITS: Readonly<Record<string, number>> = { '': 1, K: 1e3, M: 1e6, B: 1e9, T: 1e12 };

/** How many: `2B` → 2e9, `500M`, `1e6`; undefined when the text is no count. */
export function parseCount(text: string): number | undefined {
  const match = COUNT.exec(text.trim());
  if (match === null) return undefined;
  const count = Math.round(Number(match[1]) * (COUNT_UNITS[(match[2] ?? '').toUpperCase()] ?? Number.NaN));
  return Number.isSafeInteger(count) && count > 0 ? count : undefined;
}

const COUNT_EXPECTED = 'a number above 0, such as 5000, 1e6, 500M or 2B';
const count = z.union([z.int().positive(), z.string()], { error: COUNT_EXPECTED }).transform((value, context) => {
  const parsed = typeof value === 'number' ? value : parseCount(value);
  if (parsed !== undefined) return parsed;
  context.issues.push({ code: 'custom', message: COUNT_EXPECTED, input: value });
  return z.NEVER;
});

export const backendName = z.enum(['node-gpu', 'node', 'webgpu', 'wasm', 'cpu']);
export type BackendName = z.output<typeof backendName>;

const batchOptions = {
  packing: z
    .strictObject({
      attention: z
        .enum(['across-documents', 'within-documents'])
        .default('across-documents')
        .describe('Whether a token sees the documents before its own in the same sequence.'),
    })
    .prefault({})
    .describe('Documents are packed end to end into sequences, with the end of document between them.'),
  shuffle: z
    .strictObject({
      tokens: count.describe('Tokens of documents that the buffer holds, 4 bytes of memory and of checkpoint each.'),
    })
    .optional()
    .describe('Trains on documents in a seeded random order within a buffer; without it, in the order of the corpus.'),
  mixture: z
    .record(z.string(), z.number().positive().max(1e6))
    .optional()
    .describe(
      'Weight of each source’s tokens, e.g. `{ wikipedia: 2, mc4: 1 }`; a source that is not named weighs 1. Without it, documents come in the order of the corpus.',
    ),
  epochs: z
    .int()
    .min(1)
    .max(1000)
    .default(1)
    .describe(
      'Times to go through the corpus. Above 1 its tokens stay on disk, 2 bytes each (4 from 65,537 tokens on).',
    ),
};

const trainTokenizer = z.strictObject({
  model: z
    .enum(['bpe', 'unigram'])
    .default('bpe')
    .describe('bpe: byte-level BPE. unigram: the likeliest cut of a text, with bytes for unknown characters.'),
  vocab: z
    .int()
    .min(260)
    .max(200_000)
    .default(32_000)
    .describe('Tokens in the vocabulary, bytes and the end of document included.'),
  documents: count.default(100_000).describe('Learn from at most this many of the first documents.'),
  bytes: count
    .default(8_000_000)
    .describe('Learn from at most this many bytes of text; they are held in memory meanwhile.'),
});

const tokenizer = z.union(
  [
    z.strictObject({ train: trainTokenizer.describe('Learn a tokenizer from the first documents.') }),
    z.strictObject({
      file: z
        .string()
        .describe('A tokenizer.json with a BPE, Unigram or WordPiece model, relative to the pipeline file.'),
    }),
  ],
  { error: '`train: { vocab: 32000 }` or `file: tokenizer.json`' },
);

const optimizer = z.strictObject({
  adamw: z
    .strictObject({
      beta: z
        .tuple([z.number().min(0).lt(1), z.number().min(0).lt(1)])
        .default([0.9, 0.95])
        .describe('Decay of the two moments.'),
      eps: z.number().positive().default(1e-8).describe('Added to the root of the second moment.'),
      decay: z
        .number()
        .min(0)
        .max(1)
        .default(0.1)
        .describe('Weight decay a step, times the rate; biases and norms are left alone.'),
      exempt: z
        .array(z.string().min(1))
        .default([])
        .describe('Matrices that do not decay: those whose name contains one of these, such as embed.'),
    })
    .prefault({})
    .describe('AdamW (Loshchilov and Hutter 2019).'),
  rate: z.number().positive().default(6e-4).describe('Learning rate at its highest.'),
  warmup: z.int().min(0).default(100).describe('Steps over which the rate rises from 0.'),
  schedule: z
    .enum(['cosine', 'constant', 'constant-decay'])
    .default('cosine')
    .describe(
      'After warm-up, where `until` or `decaySteps` says how long the training is: cosine falls from there on; constant-decay stays, and falls in a line over the last `decayShare`; constant stays.',
    ),
  decaySteps: z.int().positive().optional().describe('Steps at which the fall ends; default: what `until` allows.'),
  decayShare: z.number().gt(0).max(1).default(0.1).describe('constant-decay: share of all steps over which it falls.'),
  finalShare: z.number().min(0).max(1).default(0.1).describe('Where the fall ends, as a share of `rate`.'),
  accumulate: z
    .int()
    .min(1)
    .max(65_536)
    .default(1)
    .describe('Parts that a step’s batch is computed in, one after another: the same step with less memory.'),
  lossScale: z
    .union([z.enum(['auto', 'none']), z.number().positive()], { error: 'auto, none or a number' })
    .default('auto')
    .describe('Factor on the loss while gradients are taken; auto: dynamic where the backend has 16-bit floats.'),
  clip: z.number().positive().default(1).describe('Largest norm of all gradients together.'),
});

const until = z
  .strictObject({
    tokens: count.optional().describe('Stop once this many tokens were trained on.'),
    steps: count.optional().describe('Stop after this many steps.'),
  })
  .refine((value) => value.tokens !== undefined || value.steps !== undefined, {
    error: '`tokens: 2B` or `steps: 1000`',
  });

const from = z
  .union([
    z.string().min(1),
    z.strictObject({
      path: z.string().min(1).describe('Folder of a run, or of a model in the layout of the Hugging Face hub.'),
      context: z
        .int()
        .min(8)
        .max(65_536)
        .optional()
        .describe('Tokens in a sequence, where it is not to be the model’s own; less needs less memory.'),
    }),
  ])
  .transform((given) => (typeof given === 'string' ? { path: given } : given));
const guard = z.strictObject({
  window: z
    .int()
    .min(16)
    .max(10_000)
    .default(64)
    .describe('Steps that a step is compared with; a slow rise is looked for in three times as many.'),
  spike: z
    .number()
    .min(1)
    .default(10)
    .describe(
      'Alarm when loss or logarithm of the gradient norm is so many robust deviations above what the last steps predict.',
    ),
  rescues: z
    .int()
    .min(0)
    .max(1000)
    .default(5)
    .describe('Rescues in a row, none of which gets past the step of the alarm, before training gives up (exit 5).'),
  skip: z
    .int()
    .min(1)
    .max(100_000)
    .default(4)
    .describe(
      'Batches left out with the one that raised the alarm, that one included; doubled for each rescue in a row.',
    ),
  slower: z
    .number()
    .gt(0)
    .max(1)
    .default(0.5)
    .describe(
      'From the second rescue in a row on, the learning rate is multiplied by this for good; 1 leaves it alone.',
    ),
  history: byteSize
    .default(16e6)
    .describe(
      'Bytes of recent batches, and of the texts of their documents, that are kept: to train them again after a rescue, and for `seiryu blame`.',
    ),
});

export const trainerOptions = z.strictObject({
  from: from
    .optional()
    .describe(
      'Go on from this model: the folder of a run (runs/ja-gpt), or a GPT-2 or GPT-NeoX model in the layout of the Hugging Face hub, relative to this file. Its architecture, sizes and tokenizer take the place of `model` and `tokenizer`.',
    ),
  tokenizer: tokenizer.prefault({ train: {} }).describe('Text to token numbers.'),
  model: modelOptions.prefault({}).describe('The model that learns.'),
  optimizer: optimizer.prefault({}).describe('How it learns.'),
  batch: z.int().min(1).max(65_536).default(8).describe('Sequences a step.'),
  ...batchOptions,
  until: until.optional().describe('When to stop; without it, at the end of the stream.'),
  heldOut: z
    .number()
    .min(0)
    .max(0.5)
    .default(0.01)
    .describe('Share of documents, chosen by a hash of their id, that is never trained on.'),
  evaluate: z
    .strictObject({
      every: z
        .int()
        .positive()
        .default(500)
        .describe('Steps between evaluations; the first and the last always happen.'),
      tokens: count.default(32_768).describe('Held-out tokens to measure perplexity on, from the first documents.'),
      bytes: count
        .default(32_768)
        .describe('Held-out bytes of each source to measure perplexity by source, and by byte, on.'),
      samples: z
        .int()
        .min(0)
        .max(10_000)
        .default(8)
        .describe(
          'Texts that are written each time, as `generate` says but without its prompt, to see what is wrong with them.',
        ),
    })
    .prefault({})
    .describe('Perplexity on held-out documents.'),
  checkpoint: z
    .strictObject({
      every: z
        .int()
        .positive()
        .default(100)
        .describe(
          'Steps between checkpoints. With `retain: consumed`, text stays on disk until the checkpoint after it.',
        ),
      keep: z
        .int()
        .min(1)
        .max(1000)
        .default(2)
        .describe('Checkpoints to keep, the newest ones; the one with the lowest held-out perplexity is kept besides.'),
    })
    .prefault({})
    .describe('What a resumed run starts from, and what a rescue goes back to.'),
  guard: guard.prefault({}).describe('When training counts as diverging, and what is done then.'),
  generate: z
    .strictObject({
      prompt: z.string().default('').describe('Text that the model continues.'),
      tokens: z.int().min(1).max(100_000).default(100).describe('Tokens to write.'),
      temperature: z.number().min(0).max(10).default(0.8).describe('0 takes the likeliest token each time.'),
      topK: z.int().min(0).default(40).describe('Choose among this many likeliest tokens; 0: among all.'),
      topP: z
        .number()
        .gt(0)
        .max(1)
        .default(1)
        .describe('Choose among the likeliest tokens whose probabilities together reach this.'),
      repetitionPenalty: z
        .number()
        .positive()
        .max(10)
        .default(1)
        .describe('Divides the positive logits of tokens that occurred and multiplies the negative ones; 1: none.'),
      noRepeatNgram: z
        .int()
        .min(0)
        .max(1000)
        .default(0)
        .describe('No run of this many tokens occurs twice; 0: they may.'),
      stop: z.array(z.string().min(1)).max(64).default([]).describe('Strings that end the text.'),
    })
    .prefault({})
    .describe('The sample written when training ends.'),
  backend: z
    .enum(['auto', ...backendName.options])
    .default('auto')
    .describe('auto takes the first that works of node-gpu, node, webgpu, wasm, cpu.'),
  seed: z.int().min(0).max(0xffff_ffff).default(1).describe('Decides the initial weights and the samples.'),
});

export type TrainerOptions = z.output<typeof trainerOptions>;
