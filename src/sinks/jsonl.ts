// The `jsonl` sink: one JSON object a line, with the document's id, source, URL and the record's own metadata.
import { define } from '../pipeline/define.ts';
import { ShardFiles, shardOptions } from './shard-files.ts';

export const jsonl = define({
  kind: 'sink',
  name: 'jsonl',
  summary: 'JSONL shards: `{id, source, url, text, meta}`, one document a line, plain or zstd.',
  view: 'json',
  options: shardOptions,
  create: (options, context) => new ShardFiles(context, { ...options, extension: 'jsonl' }),
});
