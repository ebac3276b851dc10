// What a trained arm is worth: perplexity on the text held out of all arms, and what is wrong with what it writes.
import { readHeldOutFile } from '../trainer/evaluation/held-out-texts.ts';
import type { AblationSettings } from './settings.ts';
import type { ArmResult } from './summary.ts';

/** Samples written at once. */
const BATCH = 32;
/** The same draws for every arm. */
const SEED = 1;

export async function measureArm(
  trainer: string,
  heldOut: string,
  { samples: count, sampleTokens, backend }: AblationSettings,
  language: string,
): Promise<Omit<ArmResult, 'arm' | 'seed' | 'tokens' | 'documents'>> {
  // TensorFlow.js takes a second to load: only when there is something to measure.
  const [{ openTrained }, { collectAll }, { diagnose }, { measureTexts, perplexityOf, totalOf }] = await Promise.all([
    import('../trainer/trained.ts'),
    import('../trainer/generation/generate.ts'),
    import('../trainer/evaluation/diagnose.ts'),
    import('../trainer/evaluation/perplexity.ts'),
  ]);
  const { model, tokenizer } = await openTrained(trainer, backend);
  try {
    const { perByte, perToken } = perplexityOf(
      totalOf(await measureTexts(model, tokenizer, await readHeldOutFile(heldOut))),
    );
    const options = {
      tokens: sampleTokens,
      temperature: 0.8,
      topK: 40,
      topP: 1,
      repetitionPenalty: 1,
      noRepeatNgram: 0,
      stop: [],
    };
    const prompts = Array.from({ length: count }, () => '');
    const found = diagnose(
      await collectAll(model, tokenizer, prompts, options, { seed: SEED, batch: BATCH }),
      language,
    );
    return {
      perByte,
      perToken,
      looping: found.looping,
      boilerplate: found.boilerplate,
      found: found.found,
      repetition: found.repetition[3] ?? 0,
      distinct: found.distinct[1] ?? 0,
    };
  } finally {
    model.dispose();
  }
}
