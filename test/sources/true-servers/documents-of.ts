// What a source reads, all the way to documents, as a run does: list, fetch, decode, frame, cut, parse. And how a test opens one.
import { parquetWriteBuffer } from 'hyparquet-writer';
import { cutBlocks } from '../../../src/engine/blocks.ts';
import type { JsonObject, Parsed, Source } from '../../../src/pipeline/define.ts';
import { plugins } from '../../../src/registry.gen.ts';
import { formats } from '../../../src/sources/parse/index.ts';
import { readShard } from '../../../src/sources/read.ts';
import { contextOf } from '../../helpers/transports.ts';

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

export interface Who {
  /** Of the pipeline file. */
  readonly language?: string;
  /** In HF_TOKEN. */
  readonly token?: string;
}

export function open(name: string, options: JsonObject, { language = 'ja', token }: Who = {}): Source {
  const plugin = plugins.find((each) => each.kind === 'source' && each.name === name);
  if (plugin?.kind !== 'source') throw new Error(`no source ${name}`);
  const env: Record<string, string> = token === undefined ? {} : { HF_TOKEN: token };
  return plugin.create(plugin.options.parse(options), contextOf({ language, env }));
}

export const lines = (...records: readonly unknown[]): Buffer =>
  Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(''));

/** A Parquet file with a column of texts and one of addresses. */
export const parquet = (texts: readonly string[], column = 'text'): Uint8Array =>
  new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'url', data: texts.map((_, index) => `https://ja.wikipedia.org/wiki/${index}`), type: 'STRING' },
        { name: column, data: [...texts], type: 'STRING' },
      ],
    }),
  );
