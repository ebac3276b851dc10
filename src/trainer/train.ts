// A training: from the first document, or the last checkpoint, to the end of the corpus or of what was asked for.
import { chooseBackend } from './backends.ts';
import { type Checkpoint, loadCheckpoint } from './checkpoint.ts';
import { CheckpointStore } from './checkpoint-store.ts';
import { Documents } from './documents.ts';
import { Evaluations } from './evaluation/evaluations.ts';
import { isHeldOut } from './held-out.ts';
import { History } from './history.ts';
import { openBatches } from './open-batches.ts';
import type { TrainerConfig, TrainerEvent } from './protocol.ts';
import { Session } from './session.ts';
import type { Kept } from './standing.ts';
import { begin, goOn, type TrainerContext } from './start.ts';

/**
 * Trains as `config` says. Resolves when the corpus, `until` or a stop command ended it, all saved.
 * @throws DivergedError `trainer.diverged` (exit 5), with the best checkpoint kept.
 */
export async function train(config: TrainerConfig, context: TrainerContext): Promise<void> {
  const { options, dir } = config;
  const { name, why, refused } = await chooseBackend(options.backend);
  context.emit({ event: 'backend', name, why, refused: refused.map((one) => ({ ...one })) });
  const store = await CheckpointStore.open(dir, context.feed, options.checkpoint.keep);
  if (!config.resume) await store.clear();
  const checkpoint = await loadCheckpoint(dir);
  const history = await History.open(dir, context.feed, {
    limit: options.guard.history,
    number: store.next - 1,
    waiting: checkpoint?.state.rescue.waiting ?? 0,
  });
  const evaluations = await Evaluations.open(config, context.feed, checkpoint?.state ?? { step: 0, documents: 0 });
  const documents = new Documents(context.feed, checkpoint?.state.documents ?? 0, context.commands);
  try {
    await trainOn(config, context, documents, checkpoint, { store, history, evaluations });
  } finally {
    await documents.close();
  }
}

async function trainOn(
  config: TrainerConfig,
  context: TrainerContext,
  documents: Documents,
  checkpoint: Checkpoint | undefined,
  kept: Kept,
): Promise<void> {
  const { history, evaluations } = kept;
  const start =
    checkpoint === undefined ? await begin(config, context, documents) : await goOn(config, context, checkpoint);
  if (start === undefined) {
    const perplexity = { first: null, last: null };
    context.emit({ event: 'done', reason: 'stopped', steps: 0, tokens: 0, documents: 0, perplexity, waitedShare: 0 });
    return;
  }
  // Read already, and trained on later: the first evaluation shall have something to measure.
  for (const document of start.first) if (isHeldOut(document, config.options.heldOut)) evaluations.offer(document);
  const emit = (event: TrainerEvent): void => {
    context.emit(event);
    evaluations.observe(event);
  };
  const batches = await openBatches(config, { ...context, emit }, documents, start, {
    onDocument: ({ tokens, ...named }) => history.note({ ...named, text: start.tokenizer.decode(tokens) }),
    onHeldOut: (document) => evaluations.offer(document),
  });
  const session = new Session(config, { ...context, emit }, { documents, batches, start, kept });
  try {
    await session.run();
  } finally {
    session.dispose();
    await batches.close();
  }
}
