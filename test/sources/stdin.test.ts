// Standard input: what it is taken for, that it is read once, and how a stopped run goes on with it.
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { gzip, loadBzip2, xz, zstd } from '../../scripts/sample/codecs.ts';
import { readShard } from '../../src/sources/read.ts';
import { stdin } from '../../src/sources/stdin.ts';
import { contextOf, failureOf, joined, shardsOf, untilError } from '../helpers/transports.ts';

const text = Buffer.from('{"text":"港"}\n{"text":"駅"}\n');
const bz2 = await loadBzip2();
const signal = new AbortController().signal;
const inChunks = (bytes: Uint8Array, size: number): Readable =>
  Readable.from(
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      Buffer.from(bytes.subarray(index * size, (index + 1) * size)),
    ),
  );
const open = (input: Readable, options: object = {}, given = {}) =>
  stdin.create(stdin.options.parse(options), contextOf({ stdin: input, ...given }));

describe('standard input', () => {
  it.each([
    ['none', text],
    ['gzip', gzip(text)],
    ['xz', xz(text)],
    ['zstd', zstd(text)],
    ['bz2', bz2(text)],
  ])('is recognised by its first bytes as %s, however they come, and read to its end', async (codec, bytes) => {
    for (const size of [1, 5, 4096]) {
      const source = open(inChunks(bytes, size));
      const [shard] = await shardsOf(source);
      expect(shard).toEqual({ id: 'stdin', path: '-', codec, format: 'jsonl', fields: { text: 'text', url: 'url' } });
      if (shard === undefined) throw new Error('no shard');
      expect(await joined(readShard(source.transport, shard, { signal }))).toEqual(text);
    }
  });

  it('may be empty or shorter than any mark', async () => {
    for (const bytes of ['', 'B', 'BZ']) {
      const source = open(inChunks(Buffer.from(bytes), 1));
      expect(await shardsOf(source)).toMatchObject([{ codec: 'none' }]);
      expect(String(await joined(source.transport.open('-')))).toBe(bytes);
    }
  });

  it('is what the options say, without a look at it', async () => {
    const source = open(inChunks(text, 8), { codec: 'xz', format: 'cirrus', text: 'body' });
    expect(await shardsOf(source)).toMatchObject([{ codec: 'xz', format: 'cirrus', fields: { text: 'body' } }]);
    expect(await joined(source.transport.open('-'))).toEqual(text);
  });

  it('begins where it is told to, so that a stopped run goes on with the same bytes piped in again', async () => {
    for (let start = 0; start <= text.length + 1; start++) {
      const source = open(inChunks(text, 5));
      await shardsOf(source);
      expect(await joined(source.transport.open('-', { start }))).toEqual(text.subarray(start));
    }
  });

  it('can be read once only, and says so', async () => {
    const { transport } = open(inChunks(text, 5));
    expect(transport.once).toBe(true);
    await joined(transport.open('-'));
    expect(await failureOf(joined(transport.open('-')))).toMatchObject({ name: 'SourceError', code: 'stdin.once' });
    expect(await failureOf(transport.range('-', 0, 1))).toMatchObject({ code: 'stdin.range' });
    expect(await transport.size('-')).toBeUndefined();
  });

  it('that is a terminal is an error that says how to pipe, and how to go on', async () => {
    const terminal = Object.assign(inChunks(text, 5), { isTTY: true });
    const error = await failureOf(shardsOf(open(terminal)));
    expect(error).toMatchObject({ name: 'SourceError', code: 'stdin.terminal', exitCode: 3 });
    expect(error.fix).toMatch(/zcat .* \| seiryu run .* again/s);
  });

  it('that breaks is an error of the source, after what came before it', async () => {
    const broken = Readable.from(
      (async function* () {
        yield text;
        throw new Error('EIO');
      })(),
    );
    const { bytes, error } = await untilError(open(broken).transport.open('-'));
    expect(bytes).toEqual(text);
    expect(error).toMatchObject({ name: 'SourceError', code: 'stdin.failed' });
  });

  it('is let go when the run ends, so that an endless pipe does not hold the process', async () => {
    const abort = new AbortController();
    const endless = new Readable({ read() {} });
    const source = open(endless, {}, { signal: abort.signal });
    const waiting = shardsOf(source);
    abort.abort(new Error('the end'));
    await expect(waiting).rejects.toThrow('the end');
    expect(endless.destroyed).toBe(true);
  });

  it.each(['waits', 'has just ended'])('that is interrupted while it %s is not taken for whole', async (state) => {
    const interrupt = new AbortController();
    const pipe = new Readable({ read() {} });
    pipe.push('{"text":"港');
    const chunks = open(pipe, { codec: 'none' }, { interrupt: interrupt.signal }).transport.open('-');
    const iterator = chunks[Symbol.asyncIterator]();
    expect(String((await iterator.next()).value)).toBe('{"text":"港');
    const waiting = iterator.next();
    if (state === 'has just ended') {
      pipe.push(null);
      await once(pipe, 'end');
    }
    interrupt.abort('SIGINT');
    expect(await failureOf(waiting)).toMatchObject({ name: 'SourceError', code: 'stdin.interrupted' });
  });

  it('is touched by nobody until its bytes are asked for', () => {
    let read = 0;
    const input = new Readable({
      read() {
        read++;
      },
    });
    open(input);
    expect(read).toBe(0);
  });
});
