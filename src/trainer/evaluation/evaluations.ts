// The evaluations of a training beside its perplexity: held-out text by source, samples, and the curves on disk.

import type { TrainerDisk } from '../checkpoint.ts';
import type { Vocabulary } from '../generation/generate.ts';
import { collectAll } from '../generation/generate.ts';
import type { Model } from '../model.ts';
import type { TrainerConfig, TrainerEvent } from '../protocol.ts';
import { CurveFiles } from './curve-files.ts';
import { pointOf } from './curve-points.ts';
import { diagnose } from './diagnose.ts';
import type { DiagnosticsEvent } from './events.ts';
import { type HeldOutText, HeldOutTexts, readHeldOut } from './held-out-texts.ts';
import { measureTexts, perplexityOf, totalOf } from './perplexity.ts';

/** Samples written at once. */
const BATCH = 16;

export class Evaluations {
  readonly #config: TrainerConfig;
  readonly #disk: TrainerDisk;
  readonly #heldOut: HeldOutTexts;
  readonly #curves: CurveFiles;

  private constructor(config: TrainerConfig, disk: TrainerDisk, heldOut: HeldOutTexts, curves: CurveFiles) {
    this.#config = config;
    this.#disk = disk;
    this.#heldOut = heldOut;
    this.#curves = curves;
  }

  /** Of a training that goes on from a checkpoint's step and document; zeros for a new one. */
  static async open(
    config: TrainerConfig,
    disk: TrainerDisk,
    { step, documents }: { readonly step: number; readonly documents: number },
  ): Promise<Evaluations> {
    const heldOut = new HeldOutTexts(config.options.evaluate.bytes, await readHeldOut(config.dir, documents));
    const curves = await CurveFiles.open(config.dir, disk, step, () => Date.now() / 1000);
    return new Evaluations(config, disk, heldOut, curves);
  }

  /** A document that is not trained on. */
  offer(document: HeldOutText): void {
    this.#heldOut.offer(document);
  }

  /** Sees every event that the trainer emits. */
  observe(event: TrainerEvent): void {
    const point = pointOf(event);
    if (point !== undefined) this.#curves.add(point.step, point.values);
  }

  async measure(model: Model, vocabulary: Vocabulary, step: number): Promise<DiagnosticsEvent> {
    const { evaluate, generate } = this.#config.options;
    const measures = await measureTexts(model, vocabulary, this.#heldOut.texts);
    const total = totalOf(measures);
    const sources = Object.fromEntries(
      Array.from(measures, ([source, measure]) => {
        const { perToken, perByte } = perplexityOf(measure);
        const { documents, tokens, bytes } = measure;
        return [source, { documents, tokens, bytes, perToken: finite(perToken), perByte: finite(perByte) }];
      }),
    );
    const perByte = finite(perplexityOf(total).perByte);
    const event = { event: 'diagnostics' as const, step, sources, perByte };
    // A model that has diverged writes nothing that could be looked at.
    if (evaluate.samples === 0 || (total.tokens > 0 && perByte === null)) return event;
    const prompts = Array.from({ length: evaluate.samples }, () => '');
    // The same random numbers every time, so that a change is the model's.
    const samples = await collectAll(model, vocabulary, prompts, generate, { seed: this.#config.seed, batch: BATCH });
    const text = samples[0]?.text ?? '';
    return { ...event, samples: diagnose(samples, this.#config.language), text };
  }

  /** Makes texts and curves durable enough for the checkpoint that is saved next. */
  async save(): Promise<void> {
    await this.#heldOut.save(this.#config.dir, this.#disk);
    await this.#curves.flush();
  }
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
