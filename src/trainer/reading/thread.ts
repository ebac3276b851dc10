// The reading thread: takes documents from the feed and encodes them while the trainer's own thread computes steps.
import { workerData } from 'node:worker_threads';
import { errorMessage, SeiryuError } from '../../errors.ts';
import type { EncodedDocument } from '../batches/batches.ts';
import { Feed } from '../feed.ts';
import { isHeldOut } from '../held-out.ts';
import { parseTokenizer } from '../tokenizer/file.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { Answer, NumberedDocument, ReaderData, Request } from './messages.ts';

/** UTF-16 units of text in an answer: few messages, and little that is read before it is needed. */
const ANSWER = 8 * 1024;

const { socketPath, from, port }: ReaderData = workerData;

class Reader {
  readonly #feed = new Feed(socketPath);
  readonly #documents = this.#numbered();
  /** Units of text of each answer that is not used up. */
  readonly #out: number[] = [];
  #freed: (() => void) | undefined;

  async *#numbered(): AsyncGenerator<NumberedDocument> {
    let number = from;
    for await (const document of this.#feed.documents(from)) yield { ...document, number: number++ };
  }

  /** Sends one answer of texts, or the end. */
  async texts(): Promise<void> {
    const documents: NumberedDocument[] = [];
    for (let units = 0; units < ANSWER; ) {
      const next = await this.#documents.next();
      if (next.done === true) break;
      documents.push(next.value);
      units += next.value.text.length;
    }
    send(documents.length === 0 ? { kind: 'end' } : { kind: 'texts', documents });
  }

  /** Encodes to the end, `ahead` bytes of text in advance. */
  async encode({ tokenizer: json, heldOut, ahead, first }: Extract<Request, { kind: 'encode' }>): Promise<void> {
    const tokenizer = parseTokenizer(json, 'tokenizer.json');
    let documents: EncodedDocument[] = [];
    let units = 0;
    const flush = async () => {
      // A UTF-16 unit is three bytes of UTF-8 at most.
      while (this.#out.length > 0 && this.#out.reduce((a, b) => a + b, units) * 3 > ahead)
        await new Promise<void>((resolve) => {
          this.#freed = resolve;
        });
      this.#out.push(units);
      send({ kind: 'encoded', documents });
      documents = [];
      units = 0;
    };
    for await (const document of this.#all(first)) {
      documents.push(encoded(document, tokenizer, heldOut));
      units += document.text.length;
      if (units >= ANSWER) await flush();
    }
    if (documents.length > 0) await flush();
    send({ kind: 'end' });
  }

  taken(): void {
    this.#out.shift();
    this.#freed?.();
  }

  async *#all(first: readonly NumberedDocument[]): AsyncGenerator<NumberedDocument> {
    yield* first;
    yield* this.#documents;
  }
}

function encoded(document: NumberedDocument, tokenizer: Tokenizer, heldOut: number): EncodedDocument {
  const { text, ...named } = document;
  if (isHeldOut(document, heldOut)) return { ...named, tokens: new Int32Array(0), heldOut: text };
  return { ...named, tokens: Int32Array.from([...tokenizer.encode(text), tokenizer.endOfDocument]) };
}

function send(answer: Answer): void {
  const buffers = answer.kind === 'encoded' ? answer.documents.map(({ tokens }) => tokens.buffer) : [];
  const moved = buffers.filter((buffer) => buffer instanceof ArrayBuffer);
  port.postMessage(answer, moved);
}

function fail(error: unknown): void {
  const known = error instanceof SeiryuError ? error : undefined;
  send({
    kind: 'error',
    message: errorMessage(error),
    ...(known === undefined ? {} : { code: known.code }),
    ...(known?.fix === undefined ? {} : { fix: known.fix }),
  });
}

const reader = new Reader();
port.on('message', (request: Request) => {
  if (request.kind === 'taken') reader.taken();
  else (request.kind === 'texts' ? reader.texts() : reader.encode(request)).catch(fail);
});
