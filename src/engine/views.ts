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
export const textEntry = (text: string): string => `${withoutEmptyLines(text)}\n\n`;

function withoutEmptyLines(text: string): string {
  if (!text.includes('\n\n') && !text.startsWith('\n') && !text.endsWith('\n')) return text;
  return text
    .split('\n')
    .filter((line) => line !== '')
    .join('\n');
}

/** One JSON object and a newline. */
export function jsonEntry(source: string, { id, url, text, meta }: ViewedDocument): string {
  return `${JSON.stringify(url === undefined ? { id, source, text, meta } : { id, source, url, text, meta })}\n`;
}

const NEWLINE = 0x0a;

/** Views of a block's documents; `textBytes` are the UTF-8 bytes of each text as it is. (documents) */
export interface EncodedDocuments {
  readonly views: Partial<Record<SinkView, EncodedView>>;
  readonly textBytes: Uint32Array<ArrayBuffer>;
}

/** Encodes blocks one after another; keeps one buffer that grows to the largest. */
export function createEncoder(
  views: readonly SinkView[],
): (source: string, documents: readonly ViewedDocument[]) => EncodedDocuments {
  let scratch = Buffer.allocUnsafeSlow(0);
  const room = (units: number): void => {
    // UTF-8 takes at most three bytes a UTF-16 unit.
    if (scratch.length < units * 3) scratch = Buffer.allocUnsafeSlow(units * 3);
  };
  const taken = (offsets: Uint32Array<ArrayBuffer>): EncodedView => {
    const bytes = new Uint8Array(offsets[offsets.length - 1] ?? 0);
    bytes.set(scratch.subarray(0, bytes.length));
    return { bytes, offsets };
  };

  const texts = (documents: readonly ViewedDocument[], textBytes: Uint32Array): EncodedView => {
    room(documents.reduce((sum, { text }) => sum + text.length + 2, 0));
    const offsets = new Uint32Array(documents.length + 1);
    let at = 0;
    for (const [index, { text }] of documents.entries()) {
      const inner = withoutEmptyLines(text);
      const written = scratch.write(inner, at, 'utf8');
      // What is left out are line feeds, a byte each: cheaper than to measure the text as well.
      textBytes[index] = written + text.length - inner.length;
      at += written;
      scratch[at++] = NEWLINE;
      scratch[at++] = NEWLINE;
      offsets[index + 1] = at;
    }
    return taken(offsets);
  };

  const objects = (source: string, documents: readonly ViewedDocument[]): EncodedView => {
    const entries = documents.map((document) => jsonEntry(source, document));
    room(entries.reduce((sum, entry) => sum + entry.length, 0));
    const offsets = new Uint32Array(documents.length + 1);
    let at = 0;
    for (const [index, entry] of entries.entries()) {
      at += scratch.write(entry, at, 'utf8');
      offsets[index + 1] = at;
    }
    return taken(offsets);
  };

  return (source, documents) => {
    const textBytes = new Uint32Array(documents.length);
    const encoded: Partial<Record<SinkView, EncodedView>> = {};
    if (views.includes('text')) encoded.text = texts(documents, textBytes);
    else for (const [index, { text }] of documents.entries()) textBytes[index] = Buffer.byteLength(text, 'utf8');
    if (views.includes('json')) encoded.json = objects(source, documents);
    return { views: encoded, textBytes };
  };
}
