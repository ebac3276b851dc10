// gzip: several members in a row, decoded by Node's zlib off this thread, pumped one write at a time.
import { createGunzip } from 'node:zlib';
import { systemCode } from '../../errors.ts';
import { corrupt, truncated } from './damage.ts';

/** Output comes in slices of at most this many bytes, whatever the compression ratio. */
const OUTPUT = 256 * 1024;

/**
 * Decodes gzip members (RFC 1952). Everything decodable before a truncation is yielded, then DecodeError; on corrupt
 * data the output of the last native call (at most 256 KiB) is lost with it, always the same bytes. Zero bytes after
 * the last member are padding; anything else there is corrupt, never dropped in silence.
 */
export async function* gunzip(pieces: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
  const pump = new GunzipPump();
  try {
    for await (const piece of pieces) {
      yield* pump.write(piece);
    }
    yield* pump.end();
  } finally {
    pump.close();
  }
}

type Event = { readonly output: Uint8Array } | 'ended' | 'written' | { readonly error: unknown };

/**
 * Turns zlib's Transform into a pull decoder. `push` is taken over and always answers "full": so each native call's
 * output arrives here before a later call can fail (a destroyed stream would throw its buffer away), and the next
 * native call starts only when the consumer asks for more.
 */
class GunzipPump {
  readonly #stream = createGunzip({ chunkSize: OUTPUT });
  readonly #events: Event[] = [];
  #wake: (() => void) | undefined;
  #fed = 0;
  #ended = false;
  #finishing = false;

  constructor() {
    this.#stream.push = (chunk: Uint8Array | null) => {
      this.#tell(chunk === null ? 'ended' : { output: chunk });
      return false;
    };
    this.#stream.on('error', (error) => this.#tell({ error }));
  }

  async *write(piece: Buffer): AsyncGenerator<Uint8Array> {
    this.#fed += piece.length;
    if (this.#ended) return this.#checkPadding(piece);
    this.#stream.write(piece, (error) => {
      if (!error) this.#tell('written');
    });
    yield* this.#drain('written');
    if (this.#ended) this.#checkPadding(piece.subarray(piece.length - (this.#fed - this.#stream.bytesWritten)));
  }

  async *end(): AsyncGenerator<Uint8Array> {
    if (this.#ended) return;
    this.#finishing = true;
    this.#stream.end();
    yield* this.#drain('ended');
  }

  close(): void {
    this.#stream.close();
  }

  async *#drain(until: 'written' | 'ended'): AsyncGenerator<Uint8Array> {
    for (;;) {
      const event = await this.#next();
      if (event === 'ended') {
        this.#ended = true;
        return;
      }
      if (event === 'written') {
        if (until === 'written') return;
        continue;
      }
      if ('error' in event) {
        const cut = this.#finishing && systemCode(event.error) === 'Z_BUF_ERROR';
        throw cut ? truncated('gzip') : corrupt('gzip', event.error);
      }
      yield event.output;
      // Starts the native call that `push` held back; does nothing when the write is complete.
      this.#stream._read(0);
    }
  }

  #checkPadding(bytes: Buffer): void {
    if (bytes.some((byte) => byte !== 0))
      throw corrupt('gzip', new Error('bytes that are no gzip member follow the last one'));
  }

  #tell(event: Event): void {
    this.#events.push(event);
    this.#wake?.();
  }

  async #next(): Promise<Event> {
    for (;;) {
      const event = this.#events.shift();
      if (event !== undefined) return event;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
