// The `trainer.model:` section: architecture and sizes, with what each architecture takes when nothing is said.
import { z } from 'zod';
import { PRESETS, presetNames } from './presets.ts';

export const architectureNames = ['gpt2', 'gpt-neox', 'palm'] as const;
export type Architecture = (typeof architectureNames)[number];

/** As their papers and the Hugging Face classes have them. */
const DEFAULTS = {
  gpt2: { rotary: 0, tied: true, activation: 'gelu-tanh', residual: 'sequential', zLoss: 0 },
  'gpt-neox': { rotary: 0.25, tied: false, activation: 'gelu-tanh', residual: 'parallel', zLoss: 0 },
  palm: { rotary: 1, tied: true, activation: 'swiglu', residual: 'parallel', zLoss: 1e-4 },
} as const;

const FALLBACK = { layers: 12, width: 768, heads: 12, context: 1024 };

const written = z.strictObject({
  architecture: z
    .enum(architectureNames)
    .default('gpt-neox')
    .describe(
      'gpt2: learned positions, one block part after the other. gpt-neox: rotary positions, attention and MLP in parallel. palm: parallel block, SwiGLU, one key and value for all heads, RMSNorm, no biases.',
    ),
  preset: z
    .enum(presetNames)
    .optional()
    .describe('Layers, width, heads, context and tied of a size by name; each may still be given beside it.'),
  layers: z.int().min(1).max(200).optional().describe('Blocks. Default: 12.'),
  width: z
    .int()
    .min(8)
    .max(16_384)
    .optional()
    .describe('Numbers in a hidden vector; a multiple of heads. Default: 768.'),
  heads: z.int().min(1).max(256).optional().describe('Attention heads. Default: 12.'),
  context: z.int().min(8).max(65_536).optional().describe('Tokens in a sequence. Default: 1024.'),
  rotary: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe(
      'Share of a head that rotary positions turn. Default: 0.25 for gpt-neox; 1 for palm, always; gpt2 has none.',
    ),
  rotaryBase: z.number().positive().optional().describe('Base of the rotary frequencies. Default: 10000.'),
  tied: z
    .boolean()
    .optional()
    .describe('Use one matrix for input and output embeddings. Default: false for gpt-neox, else true.'),
  activation: z
    .enum(['gelu-tanh', 'gelu', 'swiglu'])
    .optional()
    .describe('gelu-tanh or gelu (exact) for gpt2 and gpt-neox; swiglu for palm. Default: gelu-tanh; swiglu.'),
  residual: z
    .enum(['parallel', 'sequential'])
    .optional()
    .describe('gpt-neox: whether attention and MLP both read the block’s input, or the MLP what attention wrote.'),
  zLoss: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('Weight of log²Z in what is minimised, which keeps logits near 0. Default: 1e-4 for palm, else 0.'),
});

type Written = z.output<typeof written>;

/** All that decides a model but its vocabulary. */
export type ModelOptions = ReturnType<typeof complete>;

function complete(given: Written) {
  const { architecture, preset } = given;
  const own = DEFAULTS[architecture];
  const sizes = preset === undefined ? { ...FALLBACK, tied: own.tied } : PRESETS[preset];
  return {
    architecture,
    layers: given.layers ?? sizes.layers,
    width: given.width ?? sizes.width,
    heads: given.heads ?? sizes.heads,
    context: given.context ?? sizes.context,
    rotary: given.rotary ?? own.rotary,
    rotaryBase: given.rotaryBase ?? 10_000,
    tied: given.tied ?? (own.tied || sizes.tied),
    activation: given.activation ?? own.activation,
    residual: given.residual ?? own.residual,
    zLoss: given.zLoss ?? own.zLoss,
  };
}

/** What no model can be, by the option that is to blame. */
function problems({ architecture, width, heads, rotary, activation, residual }: ModelOptions): [string, string][] {
  const own = DEFAULTS[architecture];
  const found: [string, string][] = [];
  if (width % heads !== 0) found.push(['width', 'a multiple of heads']);
  else if ((width / heads) % 2 !== 0) found.push(['width', 'width / heads must be even: rotary positions turn pairs']);
  if (architecture === 'gpt2' && rotary !== 0) found.push(['rotary', '0: gpt2 has learned positions']);
  if (architecture !== 'gpt2' && rotary === 0)
    found.push(['rotary', 'above 0: without it the model knows no positions']);
  if (architecture === 'palm' && rotary !== 1) found.push(['rotary', '1: palm turns the whole head']);
  if ((activation === 'swiglu') !== (own.activation === 'swiglu'))
    found.push(['activation', own.activation === 'swiglu' ? 'swiglu: palm has no other' : 'gelu-tanh or gelu']);
  if (architecture !== 'gpt-neox' && residual !== own.residual)
    found.push(['residual', `${own.residual}: ${architecture} has no other`]);
  return found;
}

export const modelOptions = written.transform((given, context): ModelOptions => {
  const options = complete(given);
  for (const [path, message] of problems(options))
    context.issues.push({ code: 'custom', path: [path], message, input: given });
  return options;
});

/** Numbers in a head vector. */
export const headSize = ({ width, heads }: Pick<ModelOptions, 'width' | 'heads'>): number => width / heads;

/** Numbers of a head that rotary positions turn: even, and at least one pair; 0 without rotary positions. */
export function turnedSize(options: ModelOptions): number {
  if (options.rotary === 0) return 0;
  return Math.max(2, 2 * Math.floor((options.rotary * headSize(options)) / 2));
}
