// Standard input: what another program pipes in.
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { errorMessage, SourceError } from '../errors.ts';
import { type CodecName, type Context, define, type Transport } from '../pipeline/define.ts';

const codecNames = ['auto', 'none', 'gzip', 'xz', 'zstd', 'bz2'] as const;
/** The bytes that files of a codec begin with. */
const MAGIC: readonly (readonly [CodecName, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['bz2', [0x42, 0x5a, 0x68]],
];
const LONGEST_MAGIC = 6;
/**
 * Milliseconds from the end of the input to believing it. Ctrl-C ends the whole pipe, and the other program's end may be
 * seen before our own signal: taken for the corpus' end, it would be committed, and the rest never read.
 */
const GRACE = 250;

export const stdin = define({
  kind: 'source',
  name: 'stdin',
  summary: 'Standard input: what another program pipes in, as JSON lines, text or MediaWiki XML.',
  licence: 'Yours to know.',
  options: z.strictObject({
    format: z
      .enum(['jsonl', 'blank-line', 'mediawiki-xml', 'cirrus', 'wet'])
      .default('jsonl')
      .describe('How records stand in it. Parquet is read from its end, so it cannot be piped: use files.'),
    codec: z.enum(codecNames).default('auto').describe('How it is compressed. auto goes by its first bytes.'),
    text: z.string().min(1).default('text').describe('jsonl, cirrus: field with the text; dots go into nested fields.'),
    url: z.string().min(1).default('url').describe('jsonl: field with the address, where there is one.'),
  }),
  create({ format, codec, text, url }, context) {
    const input = new Input(context);
    const hasFields = format === 'jsonl' || format === 'cirrus';
    return {
      transport: input.transport,
      async *shards() {
        yield {
          id: 'stdin',
          path: '-',
          codec: codec === 'auto' ? await input.codec() : codec,
          format,
          ...(hasFields ? { fields: { text, url } } : {}),
        };
      },
    };
  },
});

/** Reads standard input once, from its start; its first bytes may be looked at before. */
class Input {
  readonly #context: Context;
  /** What was read and not yet given on. */
  readonly #ahead: Uint8Array[] = [];
  #chunks: AsyncIterator<Uint8Array> | undefined;
  #interrupted: Promise<never> | undefined;
  #opened = false;

  constructor(context: Context) {
    this.#context = context;
  }

  readonly transport: Transport = {
    base: 'standard input',
    once: true,
    open: (path, { start = 0, signal } = {}) => this.#open(path, start, signal),
    list: async () => [{ path: '-' }],
    folders: async () => [],
    size: async () => undefined,
    range: async () => {
      throw new SourceError('Standard input cannot be read from any place.', {
        code: 'stdin.range',
        fix: 'Write it into a file and use the source files.',
      });
    },
  };

  async codec(): Promise<CodecName> {
    let head = Buffer.concat(this.#ahead);
    while (head.length < LONGEST_MAGIC) {
      const chunk = await this.#next();
      if (chunk === undefined) break;
      this.#ahead.push(chunk);
      head = Buffer.concat(this.#ahead);
    }
    const found = MAGIC.find(([, magic]) => magic.every((byte, at) => head[at] === byte));
    return found?.[0] ?? 'none';
  }

  async *#open(path: string, start: number, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
    if (path !== '-') throw new SourceError(`Standard input holds no ${path}.`, { code: 'fetch.not_found' });
    if (this.#opened) {
      throw new SourceError('Standard input was read before, and is gone.', {
        code: 'stdin.once',
        fix: 'Name the source stdin once only, or write it into a file and use the source files.',
      });
    }
    this.#opened = true;
    let left = start;
    for (;;) {
      signal?.throwIfAborted();
      const chunk = this.#ahead.shift() ?? (await this.#next());
      if (chunk === undefined) return;
      if (chunk.length > left) yield left === 0 ? chunk : chunk.subarray(left);
      left = Math.max(0, left - chunk.length);
    }
  }

  async #next(): Promise<Uint8Array | undefined> {
    const { signal, interrupt } = this.#context;
    this.#chunks ??= this.#start();
    this.#interrupted ??= interruption(interrupt);
    try {
      const { value, done } = await Promise.race([this.#chunks.next(), this.#interrupted]);
      if (done !== true) return value;
      if (interrupt !== undefined) await Promise.race([delay(GRACE), this.#interrupted]);
      return undefined;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof SourceError) throw error;
      throw new SourceError(`Standard input could not be read: ${errorMessage(error)}`, {
        code: 'stdin.failed',
        fix: 'Look at the program that writes into the pipe.',
        cause: error,
      });
    }
  }

  #start(): AsyncIterator<Uint8Array> {
    const { stdin: input = process.stdin, signal } = this.#context;
    if (input.isTTY === true) {
      throw new SourceError('Standard input is a terminal: nothing is piped in.', {
        code: 'stdin.terminal',
        fix: 'Pipe something in, e.g. `zcat texts.jsonl.gz | seiryu run PIPELINE`. To go on with a stopped run pipe the same bytes in again: what was read is skipped.',
      });
    }
    // A pipe that is left open would keep the process from ending.
    if (signal.aborted) input.destroy();
    else void once(signal, 'abort').then(() => input.destroy());
    return bytesOf(input);
  }
}

async function* bytesOf(input: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const chunk of input) if (chunk instanceof Uint8Array) yield chunk;
}

/** Rejects when the run is interrupted: a pipe may stay silent for ever, and its end then is not the corpus' end. */
function interruption(interrupt: AbortSignal | undefined): Promise<never> {
  const interrupted = async (): Promise<never> => {
    if (interrupt === undefined) return new Promise<never>(() => undefined);
    if (!interrupt.aborted) await once(interrupt, 'abort');
    throw new SourceError('Reading standard input was interrupted.', {
      code: 'stdin.interrupted',
      fix: 'Run the same command again with the same bytes piped in: it goes on where it stopped.',
    });
  };
  const promise = interrupted();
  promise.catch(() => undefined);
  return promise;
}
