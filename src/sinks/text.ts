// The `text` sink: plain text for a trainer, one blank line between documents.
import { define } from '../pipeline/define.ts';
import { ShardFiles, shardOptions } from './shard-files.ts';

export const text = define({
  kind: 'sink',
  name: 'text',
  summary: 'Text shards: one paragraph a line, one blank line between documents (the format of CC100), plain or zstd.',
  view: 'text',
  options: shardOptions,
  create: (options, context) => new ShardFiles(context, { ...options, extension: 'txt' }),
});
