// Turns the state of a run into its record and its progress.
import { performance } from 'node:perf_hooks';
import { errorMessage, InterruptedError, SeiryuError } from '../errors.ts';
import type { JsonObject } from '../pipeline/define.ts';
import { hideLogins } from '../pipeline/hide-logins.ts';
import type { Plan } from '../pipeline/plan.ts';
import { version } from '../version.ts';
import type { Governor } from './governor.ts';
import { type Growth, growthOf, outlookOf } from './growth.ts';
import { peakMemory } from './peak-memory.ts';
import { type Progress, secondsLeft, totalBytes } from './progress.ts';
import { type RunRecord, writeRecord } from './record.ts';
import type { RunPaths } from './run-folder.ts';
import type { Session } from './session.ts';
import type { ListedShard } from './stream.ts';
import type { Counted } from './survey-pass.ts';
import { addSeconds, emptySeconds, emptyTally, isBalanced, sum, type Tally } from './tally.ts';

const round = (seconds: number): number => Math.round(seconds * 1000) / 1000;

export class Reporter {
  readonly #plan: Plan;
  readonly #paths: RunPaths;
  readonly #governor: Governor;
  readonly #sessions: number;
  readonly #workers: number;
  readonly #start = performance.now();
  readonly #cpu = process.cpuUsage();
  #session: Session | undefined;
  #shards: readonly ListedShard[] = [];
  #total: number | undefined;
  #before = { fetched: 0, decoded: 0 };
  #recordBytes = 0;
  #journalHead = 0;
  readonly #firstSeconds = emptySeconds();
  #first: RunRecord['firstPass'];
  phase: Progress['phase'] = 'listing';
  /** Requests that failed and were made again, in this process. */
  retries = 0;
  /** What went wrong between servers and this run, earlier sessions included. */
  faults: Readonly<Record<string, number>> = {};

  /** Bytes of filters' tables that all workers share. */
  tables = 0;
  /** What the surveys found, by label. */
  surveys: Readonly<Record<string, JsonObject>> = {};
  #counted: Readonly<Counted> | undefined;

  readonly #forward = { skipped: 0, toSkip: 0 };

  constructor(plan: Plan, paths: RunPaths, governor: Governor, sessionsBefore: number, workers: number) {
    this.#plan = plan;
    this.#paths = paths;
    this.#governor = governor;
    this.#sessions = sessionsBefore + 1;
    this.#workers = workers;
  }

  /** Pass one begins. */
  counting(shards: readonly ListedShard[], counted: Readonly<Counted>): void {
    this.#shards = shards;
    this.#total = totalBytes(shards.map(({ shard }) => shard.size));
    this.#counted = counted;
    this.#before = { ...counted };
    this.phase = 'counting';
  }

  /** A pass over the stream begins. */
  begin(session: Session, shards: readonly ListedShard[], phase: 'signing' | 'streaming'): void {
    this.#session = session;
    this.#counted = undefined;
    this.#shards = shards;
    // The head is the list of shards and little else.
    this.#journalHead = Buffer.byteLength(JSON.stringify(shards));
    this.#total = totalBytes(shards.map(({ shard }) => shard.size));
    const { fetched, decoded } = session.tally.bytes;
    this.#before = { fetched, decoded };
    this.phase = phase;
    if (phase === 'streaming') addSeconds(session.seconds, this.#firstSeconds);
  }

  /** The first pass of the global mode is through. */
  signed(): void {
    if (this.#session !== undefined) addSeconds(this.#firstSeconds, this.#session.seconds);
  }

  /** The clustering has decided. */
  decided({ rows, kept, clusters }: { readonly rows: number; readonly kept: number; readonly clusters: number }): void {
    this.#first = this.#firstPass({ kept, clusters, signed: rows });
    this.#session = undefined;
  }

  /** What the published size of the corpus means for the indexes' memory; empty when all fit, or nobody knows. */
  outlook(): string[] {
    const session = this.#session;
    if (session === undefined) return [];
    const { documents, bytes } = session.tally;
    return outlookOf(session.parts.gate.indexes, this.#total, { kept: documents.kept, fetched: bytes.fetched });
  }

  #growth(): Growth | undefined {
    const session = this.#session;
    if (session === undefined) return undefined;
    const { gate, journal } = session.parts;
    const { fetched } = session.tally.bytes;
    return growthOf({
      indexes: gate.indexes,
      kept: gate.admitted,
      journal: journal.bytes,
      journalled: session.committed?.tally.documents.kept ?? 0,
      journalHead: this.#journalHead,
      read: this.#total === undefined ? undefined : Math.min(1, fetched / Math.max(1, this.#total)),
    });
  }

  /** Decoded bytes that a resumed shard has to skip, or has skipped. */
  forwarded({ toSkip = 0, skipped = 0 }: { readonly toSkip?: number; readonly skipped?: number }): void {
    this.#forward.toSkip += toSkip;
    this.#forward.skipped += skipped;
  }

  progress(): Progress {
    const tally = this.#session?.tally ?? countedTally(this.#counted);
    const { read, kept, dropped, quarantined } = tally.documents;
    const seconds = (performance.now() - this.#start) / 1000;
    const decoded = tally.bytes.decoded - this.#before.decoded;
    const cursor = this.#session?.cursor;
    const open = cursor?.slots.filter((slot) => slot !== null && !slot.ended).length ?? 0;
    return {
      phase: this.phase,
      documents: { read, kept, dropped: sum(dropped), quarantined },
      bytes: tally.bytes,
      shards: { ended: Math.max(0, (cursor?.next ?? 0) - open), listed: this.#shards.length },
      disk: { used: this.#governor.used, budget: this.#governor.budget },
      index: this.#session?.parts.gate.bytes ?? 0,
      growth: this.#growth(),
      seconds,
      speed: seconds > 0 ? decoded / seconds : 0,
      read: this.#total === undefined ? undefined : Math.min(1, tally.bytes.fetched / Math.max(1, this.#total)),
      left: secondsLeft(tally.bytes.fetched, this.#total, this.#before.fetched, seconds),
      retries: this.retries,
      forward: this.#forward.skipped < this.#forward.toSkip ? { ...this.#forward } : undefined,
      trainer: this.#session?.training?.latest,
    };
  }

  /** Writes run.json. The counts are those of the last commit: what the folder holds is what the record says. */
  async write(status: RunRecord['status'], extra: Partial<Pick<RunRecord, 'note' | 'error'>>): Promise<RunRecord> {
    const record = this.#build(status, extra);
    if (status === 'done' && !isBalanced(record)) {
      throw new Error(`documents do not add up: ${JSON.stringify(record.documents)}`);
    }
    const size = 2 * Buffer.byteLength(JSON.stringify(record, null, 2));
    if (size > this.#recordBytes && status !== 'stopped') {
      await this.#governor.reserve(size - this.#recordBytes, 'record');
      this.#recordBytes = size;
    }
    await writeRecord(this.#paths.dir, record);
    return record;
  }

  writeStopped(error: unknown): Promise<RunRecord> {
    const known = error instanceof SeiryuError;
    const status =
      error instanceof InterruptedError ? 'interrupted' : known && error.exitCode !== 5 ? 'stopped' : 'failed';
    const details = {
      code: known ? error.code : 'bug',
      message: hideLogins(errorMessage(error)),
      exit: known ? error.exitCode : 1,
    };
    return this.write(status, { error: details });
  }

  #build(status: RunRecord['status'], extra: Partial<Pick<RunRecord, 'note' | 'error'>>): RunRecord {
    const session = this.#session;
    const isFirst = this.phase === 'signing' || this.phase === 'clustering';
    const tally = (isFirst ? undefined : session?.committed?.tally) ?? emptyTally();
    const firstPass = isFirst ? this.#firstPass() : this.#first;
    const sinks = session?.parts.sinks ?? [];
    const seconds = session?.seconds ?? emptySeconds();
    const { user, system } = process.cpuUsage(this.#cpu);
    const total = (user + system) / 1e6;
    const measured =
      seconds.parse + sum(seconds.filters) + seconds.sign + seconds.encode + seconds.gate + seconds.sinks;
    const trainer = this.#trainer();
    return {
      seiryu: version,
      versions: {
        node: process.versions.node,
        icu: process.versions.icu ?? 'none',
        unicode: process.versions.unicode ?? 'none',
      },
      pipeline: {
        name: this.#plan.name,
        sha256: this.#plan.sha256,
        identity: this.#plan.identity,
        file: this.#plan.file,
        set: [...this.#plan.set],
      },
      status,
      ...extra,
      documents: sortedCounts(tally.documents),
      bytes: { ...tally.bytes, written: sinks.reduce((bytes, { sink }) => bytes + sink.written, 0) },
      disk: this.#governor.summary(),
      growth: this.#growth(),
      dedup: sorted(tally.dedup),
      memory: { index: session?.parts.gate.bytes ?? 0, tables: this.tables, peak: peakMemory() },
      seconds: {
        wall: round((performance.now() - this.#start) / 1000),
        cpu: {
          total: round(total),
          // Fetching, decompressing and cutting happen in native threads: what the measured stages leave over.
          decode: round(Math.max(0, total - measured)),
          parse: round(seconds.parse),
          filters: Object.fromEntries(Object.entries(seconds.filters).map(([name, value]) => [name, round(value)])),
          sign: round(seconds.sign),
          encode: round(seconds.encode),
          gate: round(seconds.gate),
          sinks: round(seconds.sinks),
        },
      },
      sources: tally.sources,
      ...(firstPass === undefined ? {} : { firstPass }),
      faults: sorted(this.faults),
      checks: sorted(tally.checks),
      shards: sinks.flatMap(({ sink }) => [...sink.shards]),
      ...(trainer === undefined ? {} : { trainer }),
      ...(Object.keys(this.surveys).length === 0 ? {} : { surveys: { ...this.surveys } }),
      workers: this.#workers,
      sessions: this.#sessions,
    };
  }

  #firstPass(decided?: NonNullable<RunRecord['firstPass']>['decided']): NonNullable<RunRecord['firstPass']> {
    const tally = this.#session?.committed?.tally ?? emptyTally();
    const { read, kept } = tally.documents;
    const { fetched, decoded } = tally.bytes;
    const documents = { read, signed: kept };
    return { documents, bytes: { fetched, decoded }, ...(decided === undefined ? {} : { decided }) };
  }

  #trainer(): RunRecord['trainer'] {
    const training = this.#session?.training;
    if (training === undefined) return undefined;
    const { latest, rescues } = training;
    const { backend, tokenizer, model, step, done, generated, diagnostics } = latest;
    return {
      backend: backend?.name ?? null,
      vocabulary: tokenizer?.vocabulary ?? null,
      parameters: model?.parameters ?? null,
      steps: done?.steps ?? step?.step ?? 0,
      tokens: done?.tokens ?? step?.tokens ?? 0,
      documents: done?.documents ?? step?.documents ?? 0,
      loss: step?.loss ?? null,
      perplexity: done?.perplexity ?? null,
      waitedShare: done?.waitedShare ?? null,
      reason: done?.reason ?? null,
      heldOut: diagnostics === undefined ? null : { perByte: diagnostics.perByte, sources: diagnostics.sources },
      samples: diagnostics?.samples ?? null,
      rescues: rescues.map((rescue) => ({ ...rescue, skipped: rescue.skipped && { ...rescue.skipped } })),
      generated: generated?.text ?? null,
    };
  }
}

/** Of pass one only what was read is known. */
function countedTally(counted: Readonly<Counted> | undefined): Tally {
  const tally = emptyTally();
  if (counted === undefined) return tally;
  const { read, fetched, decoded } = counted;
  return { ...tally, documents: { ...tally.documents, read }, bytes: { fetched, decoded, kept: 0 } };
}

function sortedCounts(documents: RunRecord['documents']): RunRecord['documents'] {
  return { ...documents, dropped: sorted(documents.dropped) };
}

const sorted = (counts: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
