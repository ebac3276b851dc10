// The loop of a run: takes finished blocks in order through gate, sinks and feed, and commits.
import { performance } from 'node:perf_hooks';
import { InterruptedError, MemoryError, type SeiryuError, SourceError } from '../errors.ts';
import type { Sink, SinkView } from '../pipeline/define.ts';
import { type Decider, factsOf } from './decider.ts';
import type { Match } from './gate.ts';
import type { Governor } from './governor.ts';
import { MemoryWatch } from './growth.ts';
import type { Checkpoint, Journal } from './journal.ts';
import type { Logger } from './log.ts';
import type { Fate } from './match-blocks.ts';
import type { Matches } from './matches.ts';
import type { BlockResult } from './process.ts';
import type { Quarantine } from './quarantine.ts';
import type { Block, StreamCursor } from './stream.ts';
import { addBlock, addSeconds, type CpuSeconds, emptySeconds, type Tally } from './tally.ts';
import type { Training } from './training.ts';

/**
 * Milliseconds between two commits while blocks come in: at least this, and so much longer on a slow disk that waiting for it
 * takes no more than a tenth of the time. Journalled bytes that force a commit.
 */
const COMMIT_EVERY = 200;
const COMMIT_SHARE = 0.1;
const LONGEST_BETWEEN_COMMITS = 10_000;
const COMMIT_BYTES = 8 * 2 ** 20;

export interface PlannedSink {
  readonly label: string;
  readonly view: SinkView;
  readonly sink: Sink;
}

export interface SessionParts {
  readonly governor: Governor;
  readonly gate: Decider;
  readonly sinks: readonly PlannedSink[];
  readonly quarantine: Quarantine;
  /** Absent where the pipeline asks for none. */
  readonly matches: Matches | undefined;
  /** Index of each shard in the run's list, by `source/shard`. */
  readonly shardNumbers: ReadonlyMap<string, number>;
  readonly journal: Journal;
  readonly log: Logger;
  /** Counts up to the checkpoint that the session goes on from. */
  readonly tally: Tally;
  readonly cursor: StreamCursor;
}

export interface ProcessedBlock {
  readonly block: Block;
  readonly result: BlockResult;
}

export class Session {
  readonly parts: SessionParts;
  readonly tally: Tally;
  readonly seconds: CpuSeconds = emptySeconds();
  training: Training | undefined;
  /** Told what the user should know while the run goes on. */
  onNotice: (line: string) => void = () => undefined;
  readonly #memory = new MemoryWatch();
  #cursor: StreamCursor;
  /** Checks that the dedupers made in earlier sessions. */
  readonly #countedBefore: Readonly<Record<string, number>>;
  /** What the journal holds last. */
  committed: Checkpoint | undefined;
  #lastCommit = performance.now();
  #commitEvery = COMMIT_EVERY;
  /** Something happened since the last commit. */
  #dirty = true;
  #stop: { readonly error?: unknown; readonly note?: string } | undefined;

  constructor(parts: SessionParts, committed: Checkpoint | undefined) {
    this.parts = parts;
    this.tally = parts.tally;
    this.#cursor = parts.cursor;
    this.#countedBefore = { ...parts.tally.dedup };
    this.committed = committed;
  }

  get cursor(): StreamCursor {
    return this.#cursor;
  }

  /** Why the run ends before the corpus does. */
  get stopped(): { readonly error?: unknown; readonly note?: string } | undefined {
    return this.#stop;
  }

  /** Ends the run after the block in hand, in a state that can be resumed. The first reason counts. */
  stop(reason: { readonly error?: unknown; readonly note?: string }): void {
    if (this.#stop !== undefined) return;
    this.#stop = reason;
    this.training?.stop();
  }

  /** Takes all blocks, in order. Throws what the stream or a sink throws, after committing what is whole. */
  async take(blocks: AsyncIterable<ProcessedBlock>): Promise<void> {
    try {
      for await (const block of blocks) {
        await this.#takeBlock(block);
        if (this.#stop !== undefined) break;
        if (performance.now() - this.#lastCommit >= this.#commitEvery || this.parts.gate.pendingBytes >= COMMIT_BYTES)
          await this.commit();
      }
    } catch (error) {
      // A source that failed, or an index that is full, leaves everything before it whole; a writer that failed does not.
      if (error instanceof SourceError || error instanceof MemoryError) await this.commit();
      throw error;
    }
    await this.commit();
  }

  async commit(): Promise<void> {
    const { sinks, quarantine, matches, journal, gate } = this.parts;
    if (!this.#dirty) return;
    for (const line of this.#memory.check(gate.indexes, gate.admitted)) this.onNotice(line);
    const begin = performance.now();
    const commits = [];
    for (const { sink } of sinks) commits.push(await sink.commit());
    const checkpoint: Checkpoint = {
      cursor: this.#cursor,
      tally: structuredClone(this.tally),
      sinks: commits,
      quarantine: await quarantine.commit(),
      ...(matches === undefined ? {} : { matches: await matches.commit() }),
    };
    await journal.append(checkpoint, gate.takePending());
    this.committed = checkpoint;
    this.#lastCommit = performance.now();
    const took = this.#lastCommit - begin;
    this.#commitEvery = Math.min(LONGEST_BETWEEN_COMMITS, Math.max(COMMIT_EVERY, took / COMMIT_SHARE));
    this.#dirty = false;
  }

  /** Finishes the open shards and commits them. */
  async closeSinks(): Promise<void> {
    const { sinks } = this.parts;
    const clock = performance.now();
    for (const { sink } of sinks) await sink.close();
    this.#dirty = true;
    this.seconds.sinks += (performance.now() - clock) / 1000;
    await this.commit();
  }

  async #takeBlock({ block, result }: ProcessedBlock): Promise<void> {
    const { gate, sinks, quarantine, log } = this.parts;
    const { source, shard, cut, fetched } = block;
    const start = performance.now();
    await gate.settle(result.count);
    const number = gate.admitted;
    const { kept, duplicates, matches } = gate.decide(result.count, result.signatures, factsOf(block));
    const decided = performance.now();
    await this.parts.matches?.add({
      shard: this.parts.shardNumbers.get(`${source}/${shard.id}`) ?? 0,
      number,
      fates: fatesOf(result.ordinals, number, matches),
    });
    const rejects = cut.reject === undefined ? result.rejects : [...result.rejects, cut.reject];
    await quarantine.add(source, shard.id, rejects);
    for (const { ordinal, offset, reason } of rejects)
      log.warn({ source, shard: shard.id, ordinal, offset, reason }, 'quarantine');
    for (const { view, sink } of sinks) {
      const encoded = result.views[view];
      if (encoded === undefined) throw new Error(`the worker made no ${view} view`);
      if (kept.length > 0) await sink.write({ bytes: encoded.bytes, offsets: encoded.offsets, kept });
    }
    this.seconds.gate += (decided - start) / 1000;
    this.seconds.sinks += (performance.now() - decided) / 1000;
    addSeconds(this.seconds, result.seconds);
    const read = result.read + (cut.reject === undefined ? 0 : 1);
    const outcome = { source, fetched, decoded: cut.end - cut.offset, kept, duplicates };
    addBlock(this.tally, { ...outcome, result: { ...result, read, rejects } });
    for (const [name, count] of Object.entries(gate.counts))
      this.tally.dedup[name] = (this.#countedBefore[name] ?? 0) + count;
    if (cut.check !== undefined) this.tally.checks[cut.check] = (this.tally.checks[cut.check] ?? 0) + 1;
    this.#cursor = block.after;
    this.#dirty = true;
    if (cut.last) log.info({ source, shard: shard.id }, 'shard.end');
    const json = result.views.json;
    if (this.training !== undefined && json !== undefined) await this.training.push(json, kept);
  }
}

/** What became of a block's documents, in order. (ordinals: documents) */
function fatesOf(ordinals: Uint32Array, number: number, matches: readonly Match[]): Fate[] {
  const fates: Fate[] = [];
  let next = number;
  let at = 0;
  for (const [document, ordinal] of ordinals.entries()) {
    const match = matches[at];
    if (match?.document !== document) {
      fates.push({ ordinal, kept: next++ });
      continue;
    }
    at++;
    const { deduper, earlier, agreement } = match;
    fates.push({ ordinal, earlier, deduper, band: agreement.band, similarity: agreement.similarity });
  }
  return fates;
}

/** The error that an interrupt (SIGINT, SIGTERM) leaves. */
export function interrupted(signal: string): SeiryuError {
  return new InterruptedError(`Interrupted by ${signal}; the block in hand was finished and committed.`, {
    code: 'run.interrupted',
    fix: 'Run the same command again: it goes on where it stopped.',
  });
}
