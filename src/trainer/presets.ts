// Sizes of model by name: the GPT-3 family (Brown et al. 2020, table 2.1), and smaller ones whose embeddings are shared.

export interface Preset {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  /** Tokens in a sequence. */
  readonly context: number;
  /** One matrix for input and output embeddings: below 70M a second one would be most of the model. */
  readonly tied: boolean;
}

const preset = (layers: number, width: number, heads: number, context: number, embeddings: 'tied' | 'two'): Preset => ({
  layers,
  width,
  heads,
  context,
  tied: embeddings === 'tied',
});

/** By name, smallest first. The name is about the parameter count as gpt-neox with a vocabulary of 32,000. */
export const PRESETS = {
  '5M': preset(4, 128, 4, 512, 'tied'),
  '15M': preset(8, 256, 8, 1024, 'tied'),
  '30M': preset(10, 384, 6, 1024, 'tied'),
  '70M': preset(12, 512, 8, 1024, 'two'),
  '125M': preset(12, 768, 12, 2048, 'two'),
  '350M': preset(24, 1024, 16, 2048, 'two'),
  '760M': preset(24, 1536, 16, 2048, 'two'),
  '1.3B': preset(24, 2048, 16, 2048, 'two'),
  '2.7B': preset(32, 2560, 32, 2048, 'two'),
  '6.7B': preset(32, 4096, 32, 2048, 'two'),
  '13B': preset(40, 5120, 40, 2048, 'two'),
} as const satisfies Readonly<Record<string, Preset>>;

export type PresetName = keyof typeof PRESETS;

export const presetNames = [
  '5M',
  '15M',
  '30M',
  '70M',
  '125M',
  '350M',
  '760M',
  '1.3B',
  '2.7B',
  '6.7B',
  '13B',
] as const satisfies readonly PresetName[];
