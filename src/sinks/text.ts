// The `text` sink: plain text for a trainer, one blank line between documents.
import { define } from '../pipeline/define.ts';
import { ShardFiles, shardOptions } from './shard-files.ts';

const NEWLINE = 0x0a;
const END = Buffer.from('\n\n');

export const text = define({
  kind: 'sink',
  name: 'text',
  summary: 'Text shards: one paragraph a line, one blank line between documents (the format of CC100), plain or zstd.',
  view: 'text',
  options: shardOptions,
  create: (options, context) => new ShardFiles(context, { ...options, extension: 'txt', encode: encodeText }),
});

/** A document without blank lines, so that a blank line always means a new document. Linear. */
export function encodeText(document: Uint8Array): readonly Uint8Array[] {
  const paragraphs: Uint8Array[] = [];
  let start = 0;
  while (start < document.length) {
    const end = document.indexOf(NEWLINE, start);
    const stop = end < 0 ? document.length : end;
    if (stop > start)
      paragraphs.push(paragraphs.length === 0 ? document.subarray(start, stop) : document.subarray(start - 1, stop));
    start = stop + 1;
  }
  return [...paragraphs, END];
}
