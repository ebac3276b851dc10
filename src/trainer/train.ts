// A training: from the first document, or the last checkpoint, to the end of the corpus or of what was asked for.
import { chooseBackend } from './backends.ts';
import { loadCheckpoint, removePartial } from './checkpoint.ts';
import { Documents } from './documents.ts';
import type { TrainerConfig } from './protocol.ts';
import { Session } from './session.ts';
import { begin, goOn, type TrainerContext } from './start.ts';

/** Trains as `config` says. Resolves when the corpus, `until` or a stop command ended it, all saved. */
export async function train(config: TrainerConfig, context: TrainerContext): Promise<void> {
  const { name, why, refused } = await chooseBackend(config.options.backend);
  context.emit({ event: 'backend', name, why, refused: refused.map((one) => ({ ...one })) });
  await removePartial(config.dir, context.feed);
  const checkpoint = config.resume ? await loadCheckpoint(config.dir) : undefined;
  const documents = new Documents(context.feed, checkpoint?.state.documents ?? 0, context.commands);
  const start =
    checkpoint === undefined ? await begin(config, context, documents) : await goOn(config, context, checkpoint);
  if (start === undefined) {
    const perplexity = { first: null, last: null };
    context.emit({ event: 'done', reason: 'stopped', steps: 0, tokens: 0, documents: 0, perplexity, waitedShare: 0 });
    return;
  }
  const session = new Session(config, context, documents, start);
  try {
    await session.run();
  } finally {
    session.dispose();
  }
}
