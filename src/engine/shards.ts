// The run's shards: listed once, opened at a cursor.
import { SourceError } from '../errors.ts';
import type { Context, Source } from '../pipeline/define.ts';
import type { Plan } from '../pipeline/plan.ts';
import type { Registry } from '../pipeline/plugins.ts';
import { formats } from '../sources/parse/index.ts';
import { readShard } from '../sources/read.ts';
import { cutBlocks } from './blocks.ts';
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

/** All shards in source order. */
export async function listShards(sources: ReadonlyMap<string, Source>): Promise<ListedShard[]> {
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
  return listed;
}

/** Folder mirrors know sizes at no cost; over HTTP only listings do, and a request for each shard is not worth it. */
async function sizeOf(source: Source, path: string): Promise<{ size?: number }> {
  if (/^https?:/.test(source.transport.base)) return {};
  const size = await source.transport.size(path);
  return size === undefined ? {} : { size };
}

export interface OpenOptions {
  readonly sources: ReadonlyMap<string, Source>;
  readonly limits: { readonly block: number; readonly record: number };
  readonly signal: AbortSignal;
  readonly runTask: Bz2Task;
  onOpen(listed: ListedShard, offset: number): void;
}

export function shardOpener({ sources, limits, signal, runTask, onOpen }: OpenOptions): ShardOpener {
  return (listed, from): OpenShard => {
    const source = sources.get(listed.source);
    if (source === undefined) throw new Error(`the journal names an unknown source: ${listed.source}`);
    let fetched = 0;
    onOpen(listed, from.offset);
    const decoded = readShard(source.transport, listed.shard, {
      signal,
      runTask,
      onInput: (bytes) => {
        fetched += bytes;
      },
    });
    const format = formats[listed.shard.format];
    const bytes = skipBytes(decoded, from.offset, listed);
    const cuts = cutBlocks(format.frame?.(bytes) ?? bytes, format, limits, from);
    return { cuts, fetched: () => fetched };
  };
}

/** Fast-forward: drops the first `count` decoded bytes of a shard that a resumed run has read before. */
async function* skipBytes(
  chunks: AsyncIterable<Uint8Array>,
  count: number,
  { source, shard }: ListedShard,
): AsyncGenerator<Uint8Array> {
  let left = count;
  for await (const chunk of chunks) {
    if (left >= chunk.length) {
      left -= chunk.length;
      continue;
    }
    yield left === 0 ? chunk : chunk.subarray(left);
    left = 0;
  }
  if (left > 0) {
    throw new SourceError(
      `The shard is shorter than when it was read before: ${left} of ${count} decoded bytes are missing.`,
      {
        code: 'source.changed',
        fix: 'The published file changed. Begin anew with --fresh, or point `mirror:` at the old copy.',
        place: { source, shard: shard.id },
      },
    );
  }
}
