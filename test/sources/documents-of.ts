// What a source reads, all the way to documents, as a run does: list, fetch, decode, frame, cut, parse.
import { cutBlocks } from '../../src/engine/blocks.ts';
import type { Parsed, Source } from '../../src/pipeline/define.ts';
import { formats } from '../../src/sources/parse/index.ts';
import { readShard } from '../../src/sources/read.ts';

export interface Read {
  readonly shards: string[];
  readonly texts: string[];
  readonly urls: (string | undefined)[];
  readonly skipped: Record<string, number>;
  readonly rejects: Parsed['rejects'];
}

export async function documentsOf(source: Source): Promise<Read> {
  const read: Read = { shards: [], texts: [], urls: [], skipped: {}, rejects: [] };
  const signal = new AbortController().signal;
  for await (const shard of source.shards()) {
    read.shards.push(shard.id);
    const format = formats[shard.format];
    const decoded = readShard(source.transport, shard, { signal });
    const cuts = cutBlocks(format.frame?.(decoded) ?? decoded, format, { block: 4096, record: 1 << 20 });
    for await (const { bytes, firstOrdinal, offset, reject } of cuts) {
      const { documents, rejects, skipped } = format.parse(bytes, { firstOrdinal, offset, fields: shard.fields });
      read.texts.push(...documents.map(({ text }) => text));
      read.urls.push(...documents.map(({ url }) => url));
      read.rejects.push(...rejects, ...(reject === undefined ? [] : [reject]));
      for (const [reason, times] of Object.entries(skipped)) read.skipped[reason] = (read.skipped[reason] ?? 0) + times;
    }
  }
  return read;
}
