// What every arm of an ablation has in common: the model, the budget, the held-out text.
import { createHash } from 'node:crypto';
import type { JsonObject } from '../pipeline/define.ts';
import { canonicalJson, type Plan } from '../pipeline/plan.ts';
import type { BackendName } from '../trainer/options.ts';

export interface AblationSettings {
  /** Tokens that every arm trains on. */
  readonly tokens: number;
  readonly seeds: number;
  /** `small`: 0.2 M parameters; `file`: the `trainer:` section of the pipeline file. */
  readonly model: 'small' | 'file';
  /** Held-out bytes of each source. */
  readonly heldOut: number;
  /** Texts that each trained model writes, and their tokens. */
  readonly samples: number;
  readonly sampleTokens: number;
  readonly backend: BackendName | 'auto';
  /** The user's own `--set`. */
  readonly set: readonly string[];
}

/** Trains a few thousand tokens a second on one core. */
const SMALL: JsonObject = {
  tokenizer: { train: { vocab: 2000, documents: 2000 } },
  model: { architecture: 'gpt-neox', layers: 2, width: 64, heads: 4, context: 128, tied: true },
  optimizer: { rate: 3e-3, warmup: 20, schedule: 'constant' },
  batch: 8,
};

/** Larger than the share of an ordinary training, because a small part of the corpus is read. */
const HELD_OUT_SHARE = 0.05;

const trainer = ({ model, backend }: AblationSettings): string[] => [
  ...(model === 'small' ? [`trainer=${JSON.stringify(SMALL)}`] : []),
  `trainer.backend=${backend}`,
];

/** The run that makes the tokenizer and the held-out text, both of the whole pipeline: it trains for one step. */
export const referenceOverrides = (settings: AblationSettings): string[] => [
  ...trainer(settings),
  'trainer.until={"steps":1}',
  `trainer.heldOut=${HELD_OUT_SHARE}`,
  `trainer.evaluate={"every":1000000,"tokens":1,"samples":0,"bytes":${settings.heldOut}}`,
];

/** A run of an arm: one seed, the reference's tokenizer, nothing measured on the way. */
export const armOverrides = (settings: AblationSettings, seed: number, tokenizer: string): string[] => [
  ...trainer(settings),
  `trainer.tokenizer=${JSON.stringify({ file: tokenizer })}`,
  `trainer.until=${JSON.stringify({ tokens: settings.tokens })}`,
  `trainer.seed=${seed}`,
  'trainer.evaluate={"every":1000000,"tokens":1,"samples":0,"bytes":64}',
];

/**
 * Leaves out of every arm what overlaps the held-out text, copies of it in other documents included: else an arm without
 * deduplication would be measured on what it has learned by heart. 20 shared n-grams of 26 characters are one passage of 45.
 */
export const withoutHeldOut = (file: string): JsonObject => ({
  decontaminate: { files: [file], fields: ['text'], min: 20 },
});

/** Changes when an arm's result may. `plan` holds the overrides; `heldOut` is the content of the held-out text. */
export function keyOf(plan: Plan, settings: AblationSettings, seed: number, heldOut: string): string {
  const { samples, sampleTokens, tokens } = settings;
  const trained: unknown = JSON.parse(JSON.stringify(plan.trainer ?? null));
  return createHash('sha256')
    .update(`${plan.identity}\n${JSON.stringify(trained)}\n${heldOut}\n`)
    .update(canonicalJson({ samples, sampleTokens, tokens, seed }))
    .digest('hex');
}
