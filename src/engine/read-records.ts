// A plan's documents in the order of its run, read in this process: for a look at the first few, not for whole corpora.

import type { Context, Document, Reject } from '../pipeline/define.ts';
import type { Plan } from '../pipeline/plan.ts';
import { loadRegistry } from '../pipeline/plugins.ts';
import { decodeBz2Stream } from '../sources/decode/bz2-stream.ts';
import { formats } from '../sources/parse/index.ts';
import { createSources, listShards, shardOpener } from './shards.ts';
import { type ListedShard, type StreamCursor, sourceOrder, startCursor, streamBlocks } from './stream.ts';

/** A record of the stream: a document, or why it became none. */
export type Reading =
  | { readonly kind: 'document'; readonly source: string; readonly document: Document }
  | { readonly kind: 'reject'; readonly source: string; readonly shard: string; readonly reject: Reject }
  | { readonly kind: 'skipped'; readonly source: string; readonly reasons: Readonly<Record<string, number>> };

/** Where to read from: by default the beginning of all shards as listed now. */
export interface From {
  readonly shards: readonly ListedShard[];
  readonly cursor: StreamCursor;
}

/** Yields every record in the order of the run. Ending the iteration closes the sources. */
export async function* readRecords(plan: Plan, context: Context, from?: From): AsyncGenerator<Reading> {
  const sources = createSources(plan, await loadRegistry(plan.plugins), context);
  const shards = from?.shards ?? (await listShards(sources, plan));
  const open = shardOpener({
    sources,
    limits: plan.stream,
    signal: context.signal,
    runTask: async ({ bytes }) => decodeBz2Stream(bytes),
    onOpen: () => undefined,
  });
  for await (const { source, shard, cut } of streamBlocks(
    shards,
    from?.cursor ?? startCursor(plan.stream.open),
    open,
    sourceOrder(plan),
  )) {
    const { bytes, offset, firstOrdinal } = cut;
    const parsed = formats[shard.format].parse(bytes, { firstOrdinal, offset, fields: shard.fields });
    const rejects = cut.reject === undefined ? parsed.rejects : [...parsed.rejects, cut.reject];
    const records = [
      ...parsed.documents.map((document) => ({ ordinal: document.ordinal, document })),
      ...rejects.map((reject) => ({ ordinal: reject.ordinal, reject })),
    ].sort((a, b) => a.ordinal - b.ordinal);
    for (const record of records) {
      if ('reject' in record) yield { kind: 'reject', source, shard: shard.id, reject: record.reject };
      else {
        const { ordinal, text, url, meta } = record.document;
        const document = { id: `${source}/${shard.id}#${ordinal}`, text, meta };
        yield { kind: 'document', source, document: url === undefined ? document : { ...document, url } };
      }
    }
    if (Object.keys(parsed.skipped).length > 0) yield { kind: 'skipped', source, reasons: parsed.skipped };
  }
}
