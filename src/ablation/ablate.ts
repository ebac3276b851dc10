// Trains the same small model with and without each named part of a pipeline, and measures what the part is worth.
import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../durable-files.ts';
import { runPipeline } from '../engine/run.ts';
import { PipelineError, systemCode } from '../errors.ts';
import { loadPlan } from '../pipeline/load.ts';
import type { Plan } from '../pipeline/plan.ts';
import { TOKENIZER_FILE } from '../trainer/checkpoint-cursor.ts';
import { HELD_OUT_FILE } from '../trainer/evaluation/held-out-texts.ts';
import type { TrainerEvent } from '../trainer/protocol.ts';
import { type Arm, armsOf, overridesOf, WHOLE } from './arms.ts';
import { measureArm } from './measure-arm.ts';
import { type AblationSettings, armOverrides, keyOf, referenceOverrides, withoutHeldOut } from './settings.ts';
import { type ArmResult, type ArmSummary, armResult, summaryOf } from './summary.ts';

export interface AblationRequest {
  readonly file: string;
  /** Labels of filters and dedupers. */
  readonly drop: readonly string[];
  readonly dir: string;
  readonly settings: AblationSettings;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly interrupt: AbortSignal;
  /** One line for a person. */
  say(line: string): void;
}

export interface Ablation {
  readonly tokens: number;
  readonly heldOut: { readonly documents: number; readonly bytes: number };
  readonly arms: readonly ArmSummary[];
}

interface Reference {
  /** Files of it. */
  readonly tokenizer: string;
  readonly heldOut: string;
}

const RESULT_FILE = 'result.json';
const savedResult = z.object({ key: z.string(), result: armResult.optional() });

/** Runs every arm with every seed, one after another; what an earlier call finished is not run again. */
export async function ablate(request: AblationRequest): Promise<Ablation> {
  const { settings, say } = request;
  const plan = await loadPlan(request.file, settings.set);
  if (settings.model === 'file' && !plan.trainer) {
    throw new PipelineError(`${request.file} has no trainer: section.`, {
      code: 'ablate.no_trainer',
      fix: 'Add one, or leave --model file out: the small model needs none.',
    });
  }
  const arms = armsOf(plan, request.drop);
  const reference = await runReference(request, plan);
  const results = new Map<Arm, ArmResult[]>(arms.map((arm) => [arm, []]));
  const many = arms.length * settings.seeds;
  // Seeds outside, so that a call that is stopped early leaves whole rounds.
  for (let seed = 1, number = 1; seed <= settings.seeds; seed++) {
    for (const arm of arms) {
      const result = await runArm(request, plan, reference, arm, seed, (what) =>
        say(`${number} of ${many}  ${arm.name}, seed ${seed}: ${what}`),
      );
      results.get(arm)?.push(result);
      number++;
    }
  }
  const whole = results.get(arms[0] ?? WHOLE) ?? [];
  const heldOut = (await readFile(reference.heldOut, 'utf8')).trim().split('\n');
  return {
    tokens: settings.tokens,
    heldOut: {
      documents: heldOut.length,
      bytes: heldOut.reduce(
        (sum, line) => sum + Buffer.byteLength(z.object({ text: z.string() }).parse(JSON.parse(line)).text),
        0,
      ),
    },
    arms: [...results].map(([arm, runs]) => summaryOf(arm.name, runs, whole)),
  };
}

/** The tokenizer and the held-out text of the whole pipeline, for all arms. */
async function runReference(request: AblationRequest, plan: Plan): Promise<Reference> {
  const { settings, file } = request;
  const set = [...overridesOf(plan, WHOLE, []), ...referenceOverrides(settings)];
  const dir = join(request.dir, 'reference');
  const key = keyOf(await loadPlan(file, [...settings.set, ...set]), settings, 0, '');
  const saved = await readSaved(dir);
  request.say(saved?.key === key ? 'tokenizer and held-out text: as before' : 'tokenizer and held-out text …');
  await run(request, [...settings.set, ...set], dir, saved, key, () => undefined);
  const trainer = resolve(dir, 'trainer');
  return { tokenizer: join(trainer, TOKENIZER_FILE), heldOut: join(trainer, HELD_OUT_FILE) };
}

async function runArm(
  request: AblationRequest,
  plan: Plan,
  reference: Reference,
  arm: Arm,
  seed: number,
  say: (what: string) => void,
): Promise<ArmResult> {
  const { settings, file } = request;
  const set = [
    ...settings.set,
    ...overridesOf(plan, arm, [withoutHeldOut(reference.heldOut)]),
    ...armOverrides(settings, seed, reference.tokenizer),
  ];
  const dir = join(request.dir, arm.folder, `seed-${seed}`);
  const heldOut = await readFile(reference.heldOut, 'utf8');
  const key = keyOf(await loadPlan(file, set), settings, seed, heldOut);
  const saved = await readSaved(dir);
  if (saved?.key === key && saved.result !== undefined) {
    say(`perplexity ${saved.result.perByte.toFixed(4)} a byte, as before`);
    return saved.result;
  }
  say('training …');
  const record = await run(request, set, dir, saved, key, (event) => {
    if (event.event === 'step' && event.step % 100 === 0) say(`${event.tokens} tokens`);
  });
  const tokens = Number(record.trainer?.tokens ?? 0);
  if (tokens < settings.tokens) {
    throw new PipelineError(
      `The corpus ended after ${tokens} of ${settings.tokens} tokens ${arm.dropped === undefined ? 'of the whole pipeline' : arm.name}.`,
      {
        code: 'ablate.corpus_ends',
        fix: `Every arm must train on as many tokens: use --tokens ${Math.max(1, Math.floor(tokens * 0.9))} or less, or more of the corpus.`,
      },
    );
  }
  const measured = await measureArm(join(dir, 'trainer'), reference.heldOut, settings, plan.language);
  const result = { arm: arm.name, seed, tokens, documents: Number(record.trainer?.documents ?? 0), ...measured };
  await replaceFile(join(dir, RESULT_FILE), Buffer.from(`${JSON.stringify({ key, result }, null, 2)}\n`));
  say(`perplexity ${result.perByte.toFixed(4)} a byte`);
  return result;
}

/** Runs a plan to its end; goes on with what is there of the same key, and begins anew over anything else. */
async function run(
  { file, env, interrupt }: AblationRequest,
  set: readonly string[],
  dir: string,
  saved: z.output<typeof savedResult> | undefined,
  key: string,
  onEvent: (event: TrainerEvent) => void,
) {
  const plan = await loadPlan(file, set);
  const fresh = saved !== undefined && saved.key !== key;
  await mkdir(dir, { recursive: true });
  await replaceFile(join(dir, RESULT_FILE), Buffer.from(`${JSON.stringify({ key })}\n`));
  return runPipeline(plan, { dir, workers: 'auto', fresh, env, interrupt, onEvent });
}

async function readSaved(dir: string): Promise<z.output<typeof savedResult> | undefined> {
  try {
    return savedResult.parse(JSON.parse(await readFile(join(dir, RESULT_FILE), 'utf8')));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    // What cannot be read is no result of this version.
    return { key: '' };
  }
}
