// A whole training in this process: documents from a list, through the true feed, into a folder of the test's.
import { mkdir } from 'node:fs/promises';
import { Feed as FeedServer } from '../../src/feed/server.ts';
import type { Disk } from '../../src/pipeline/define.ts';
import { Commands } from '../../src/trainer/commands.ts';
import { Feed } from '../../src/trainer/feed.ts';
import { type TrainerOptions, trainerOptions } from '../../src/trainer/options.ts';
import type { TrainerEvent } from '../../src/trainer/protocol.ts';
import type { Random } from '../../src/trainer/random.ts';
import { train } from '../../src/trainer/train.ts';

type Options = Parameters<typeof trainerOptions.parse>[0];
export type EventOf<Name extends TrainerEvent['event']> = Extract<TrainerEvent, { event: Name }>;

export interface TrainingRun {
  readonly dir: string;
  readonly texts: readonly string[];
  readonly options: Options;
  readonly seed?: number;
  readonly disk?: Disk;
  /** What the feed does after the last document: the corpus ends, or the engine dies. */
  readonly end?: 'ends' | 'breaks';
  /** Throws to end the training as a crash would, saving nothing. */
  onEvent?(event: TrainerEvent, commands: Commands): void;
}

export const LIMITLESS: Disk = { reserve: async () => undefined, release: () => undefined };

/** As small as a model can be that still learns: a step takes a few milliseconds. */
export const TINY = {
  tokenizer: { train: { vocab: 300, documents: 40 } },
  model: { layers: 1, width: 16, heads: 2, context: 32 },
  optimizer: { rate: 1e-2, warmup: 5, schedule: 'constant' },
  batch: 4,
  heldOut: 0.05,
  evaluate: { every: 1000, tokens: 1024 },
  checkpoint: { every: 20 },
  generate: { tokens: 1 },
  backend: 'wasm',
} as const;

export const idOf = (number: number): string => `files/in.jsonl#${number}`;

/** Characters that no corpus of a test holds, in no order: nothing to learn. */
export const poisonText = (length: number, random: Random): string =>
  Array.from({ length }, () => String.fromCodePoint(0x4e00 + Math.floor(random.next() * 20_000))).join('');

/** What training said, in order; the error that ended it, if one did. */
export async function trainOn({ dir, texts, options, seed = 1, disk = LIMITLESS, end = 'ends', onEvent }: TrainingRun) {
  await mkdir(dir, { recursive: true });
  const server = new FeedServer(0, { limit: 2 ** 30, disk, onConsumed: async () => undefined });
  const lines = texts.map((text, number) => {
    const document = { id: idOf(number), source: 'files', url: `https://example.jp/${number}`, text };
    return Buffer.from(`${JSON.stringify(document)}\n`);
  });
  const offsets = Uint32Array.from({ length: lines.length + 1 }, (_, index) =>
    lines.slice(0, index).reduce((sum, { length }) => sum + length, 0),
  );
  const socketPath = await server.listen();
  await server.push(Buffer.concat(lines), offsets, Array.from(lines.keys()));
  if (end === 'ends') server.end();
  const feed = new Feed(socketPath);
  const commands = new Commands();
  const events: TrainerEvent[] = [];
  const parsed: TrainerOptions = trainerOptions.parse(options);
  let error: unknown;
  try {
    const emit = (event: TrainerEvent): void => {
      events.push(event);
      onEvent?.(event, commands);
      if (end === 'breaks' && event.event === 'step') server.abort();
    };
    const config = { socketPath, dir, options: parsed, seed, language: 'ja', resume: true };
    await train(config, { feed, commands, emit });
  } catch (thrown) {
    error = thrown;
  } finally {
    await feed.close();
    await server.close();
  }
  return { events, error };
}

export function eventsOf<Name extends TrainerEvent['event']>(
  events: readonly TrainerEvent[],
  name: Name,
): EventOf<Name>[] {
  return events.filter((event): event is EventOf<Name> => event.event === name);
}
