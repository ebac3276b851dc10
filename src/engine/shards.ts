// The run's shards: listed once, opened at a cursor.
import { crc32 } from 'node:zlib';
import { SourceError } from '../errors.ts';
import type { Context, Source } from '../pipeline/define.ts';
import type { Plan } from '../pipeline/plan.ts';
import type { Registry } from '../pipeline/plugins.ts';
import type { Cache } from '../sources/fetch/cache.ts';
import { Integrity } from '../sources/fetch/integrity.ts';
import { formats } from '../sources/parse/index.ts';
import { readShard } from '../sources/read.ts';
import { SeekPoints } from '../sources/seek.ts';
import { interleave } from './interleave.ts';
import { type Doubted, type SteadyOptions, steadyCuts } from './steady-cuts.ts';
import type { ListedShard, OpenShard, ShardOpener } from './stream.ts';

export type Bz2Task = (task: { kind: 'bz2'; bytes: Uint8Array }) => Promise<Uint8Array[]>;

export function createSources(plan: Plan, registry: Registry, context: Context): ReadonlyMap<string, Source> {
  return new Map(
    plan.sources.map(({ name, label, options }) => {
      const plugin = registry.source.get(name);
      if (plugin === undefined) throw new Error(`the plan names an unknown source: ${name}`);
      return [label, plugin.create(plugin.options.parse(options), context)];
    }),
  );
}

/** All shards, in the order in which they are read: that of the sources, or side by side where the plan mixes them. */
export async function listShards(
  sources: ReadonlyMap<string, Source>,
  { trainer }: Pick<Plan, 'trainer'>,
): Promise<ListedShard[]> {
  const listed: ListedShard[] = [];
  for (const [label, source] of sources) {
    const before = listed.length;
    for await (const shard of source.shards()) {
      listed.push({
        source: label,
        shard: shard.size === undefined ? { ...shard, ...(await sizeOf(source, shard.path)) } : shard,
      });
    }
    if (listed.length === before) {
      throw new SourceError(`The source ${label} lists no shards at ${source.transport.base}.`, {
        code: 'source.empty',
        fix: 'Check the source’s options (language, version, shards) and its mirror.',
        place: { source: label },
      });
    }
  }
  return interleave(listed, trainer?.mixture);
}

/** Folder mirrors know sizes at no cost; over HTTP only listings do, and a request for each shard is not worth it. */
async function sizeOf(source: Source, path: string): Promise<{ size?: number }> {
  if (/^https?:/.test(source.transport.base)) return {};
  const size = await source.transport.size(path);
  return size === undefined ? {} : { size };
}

export interface OpenOptions {
  readonly sources: ReadonlyMap<string, Source>;
  /** Keeps fetched files. */
  readonly cache?: Cache | undefined;
  readonly limits: { readonly block: number; readonly record: number; readonly ratio: number };
  readonly signal: AbortSignal;
  readonly runTask: Bz2Task;
  onOpen(listed: ListedShard, offset: number): void;
  /** Hears of decoded bytes that a resumed shard has to skip: how many more, and how many were. */
  onForward?(bytes: { readonly toSkip?: number; readonly skipped?: number }): void;
  /** A reading of the shard may be wrong; it is read again. */
  onDoubt?(listed: ListedShard, doubt: Doubted): void;
}

export function shardOpener(options: OpenOptions): ShardOpener {
  const { sources, cache, limits, signal, runTask, onOpen, onForward, onDoubt } = options;
  return (listed, from): OpenShard => {
    const source = sources.get(listed.source);
    if (source === undefined) throw new Error(`the journal names an unknown source: ${listed.source}`);
    let fetched = 0;
    onOpen(listed, from.offset);
    const transport =
      cache === undefined || source.transport.once === true
        ? source.transport
        : cache.of(source.transport, listed.shard);
    const points = new SeekPoints(from.point);
    const format = formats[listed.shard.format];
    const pass: SteadyOptions['pass'] = (reading, earlier) => {
      // Whatever made a reading doubtful, the next one begins at the file's first byte, so that all of it is checked.
      const point = reading === 'renewed' ? undefined : from.point;
      if (reading === 'renewed') transport.renew?.(listed.shard.path);
      fetched = point?.compressed ?? 0;
      const integrity = new Integrity(transport, listed.shard, earlier);
      const decoded = readShard(integrity.transport, listed.shard, {
        signal,
        runTask,
        ratio: limits.ratio,
        from: point,
        onPoint: (passed) => points.add(passed),
        onInput: (bytes) => {
          fetched += bytes;
        },
      });
      const toSkip = from.offset - (point?.decoded ?? 0);
      onForward?.({ toSkip });
      const skip = new Skip(toSkip, listed, (skipped) => onForward?.({ skipped }));
      // A reading from a seek point on knows nothing of the bytes before it.
      const rest = skip.over(decoded);
      const chunks = format.frame?.(rest) ?? rest;
      // A reading from a seek point on knows nothing of the bytes before it; and prints are those of framed bytes.
      const comparable = point === undefined && format.frame === undefined;
      return { chunks, integrity, skipped: () => (comparable ? skip.crc : undefined) };
    };
    const cuts = steadyCuts({
      listed,
      format,
      limits,
      from,
      signal,
      once: source.transport.once === true,
      pass,
      onDoubt: (doubt) => onDoubt?.(listed, doubt),
    });
    return { cuts, fetched: () => fetched, pointBefore: (offset) => points.before(offset) };
  };
}

/** Fast-forward: drops the first decoded bytes, which a resumed run has read before. */
class Skip {
  readonly #count: number;
  readonly #listed: ListedShard;
  readonly #onSkip: (bytes: number) => void;
  #crc = 0;
  #left: number;

  constructor(count: number, listed: ListedShard, onSkip: (bytes: number) => void) {
    this.#onSkip = onSkip;
    this.#count = count;
    this.#left = count;
    this.#listed = listed;
  }

  /** CRC-32 of what was dropped, once all of it was. */
  get crc(): number | undefined {
    return this.#left === 0 ? this.#crc : undefined;
  }

  async *over(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      const gone = Math.min(this.#left, chunk.length);
      if (gone > 0) this.#crc = crc32(chunk.subarray(0, gone), this.#crc);
      this.#left -= gone;
      if (gone > 0) this.#onSkip(gone);
      if (gone < chunk.length) yield gone === 0 ? chunk : chunk.subarray(gone);
    }
    if (this.#left === 0) return;
    const { source, shard } = this.#listed;
    throw new SourceError(
      `The shard is shorter than when it was read before: ${this.#left} of ${this.#count} decoded bytes are missing.`,
      {
        code: 'source.changed',
        fix: 'The published file changed. Begin anew with --fresh, or point `mirror:` at the old copy.',
        place: { source, shard: shard.id },
      },
    );
  }
}
