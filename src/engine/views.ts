// Documents as sinks take them: encoded in the workers, so that the main thread only cuts and writes.
import type { JsonObject, SinkView } from '../pipeline/define.ts';

export interface EncodedView {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** (documents + 1): where each document begins. */
  readonly offsets: Uint32Array<ArrayBuffer>;
}

export interface ViewedDocument {
  readonly id: string;
  readonly url?: string;
  readonly text: string;
  readonly meta: JsonObject;
}

/** One paragraph a line and an empty line at the end; none within, so that an empty line always means a new document. Linear. */
export function textEntry(text: string): string {
  const inner = text.includes('\n\n') || text.startsWith('\n') || text.endsWith('\n') ? withoutEmptyLines(text) : text;
  return `${inner}\n\n`;
}

const withoutEmptyLines = (text: string): string =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .join('\n');

/** One JSON object and a newline. */
export function jsonEntry(source: string, { id, url, text, meta }: ViewedDocument): string {
  return `${JSON.stringify(url === undefined ? { id, source, text, meta } : { id, source, url, text, meta })}\n`;
}

/** All documents of a block in one buffer of UTF-8. */
export function encodeView(view: SinkView, source: string, documents: readonly ViewedDocument[]): EncodedView {
  const entries = documents.map(
    view === 'text' ? ({ text }) => textEntry(text) : (document) => jsonEntry(source, document),
  );
  const scratch = Buffer.allocUnsafe(entries.reduce((sum, entry) => sum + entry.length * 3, 0));
  const offsets = new Uint32Array(entries.length + 1);
  let at = 0;
  for (const [index, entry] of entries.entries()) {
    at += scratch.write(entry, at, 'utf8');
    offsets[index + 1] = at;
  }
  const bytes = new Uint8Array(at);
  bytes.set(scratch.subarray(0, at));
  return { bytes, offsets };
}
