// One shard over a network that lies: what comes out is what was published, or one clear error.
import { createHash } from 'node:crypto';
import { crc32, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cut, cutBlocks } from '../../src/engine/blocks.ts';
import { RewindError } from '../../src/engine/rewind.ts';
import { type Doubted, type SteadyOptions, steadyCuts } from '../../src/engine/steady-cuts.ts';
import type { ShardStart } from '../../src/engine/stream.ts';
import { SourceError } from '../../src/errors.ts';
import type { Shard, Transport } from '../../src/pipeline/define.ts';
import { Integrity } from '../../src/sources/fetch/integrity.ts';
import { formats } from '../../src/sources/parse/index.ts';
import { readShard } from '../../src/sources/read.ts';
import { failureOf, noise, overwritten } from '../helpers/transports.ts';

const signal = new AbortController().signal;
const limits = { block: 2000, record: 4000 };
const text = Buffer.from(
  Array.from({ length: 400 }, (_, line) => `{"n":${line},"text":"${noise(20, line).toString('hex')}"}\n`).join(''),
);

type Lie = (published: Buffer) => Buffer | SourceError;

interface Told {
  /** What each reading of the file gives; the truth once they are used up. */
  readonly lies: readonly (Lie | undefined)[];
  readonly codec?: Shard['codec'];
  readonly published?: Buffer;
  readonly checksum?: 'sha256' | 'md5';
  readonly from?: ShardStart;
}

/** The shard's cuts over a transport that lies; counts the readings, and renewals. */
function reading({ lies, codec = 'none', published = text, checksum, from = { offset: 0, ordinal: 0 } }: Told) {
  let readings = 0;
  const doubts: Doubted[] = [];
  const transport: Transport = {
    base: 'https://lies.example/',
    async *open(_path, { start = 0 } = {}) {
      const told = (start === 0 ? lies[readings++] : lies[readings - 1])?.(published) ?? published;
      if (told instanceof SourceError) throw told;
      for (let at = start; at < told.length; at += 700) yield told.subarray(at, Math.min(told.length, at + 700));
    },
    list: async () => [],
    folders: async () => [],
    size: async () => published.length,
    range: async () => new ArrayBuffer(0),
  };
  const shard: Shard = {
    id: 'shard',
    path: 'shard',
    codec,
    format: 'jsonl',
    ...(checksum === undefined
      ? {}
      : { checksum: { algorithm: checksum, value: createHash(checksum).update(published).digest('hex') } }),
  };
  const pass: SteadyOptions['pass'] = (_, earlier) => {
    const integrity = new Integrity(transport, shard, earlier);
    const decoded = overwritten(readShard(integrity.transport, shard, { signal }));
    async function* after(): AsyncGenerator<Uint8Array> {
      for await (const chunk of decoded) {
        const gone = Math.min(skip, chunk.length);
        crc = crc32(chunk.subarray(0, gone), crc);
        skip -= gone;
        if (gone < chunk.length) yield chunk.subarray(gone);
      }
    }
    let skip = from.offset;
    let crc = 0;
    return { chunks: after(), integrity, skipped: () => (skip === 0 ? crc : undefined) };
  };
  const cuts = steadyCuts({
    listed: { source: 's', shard },
    format: formats.jsonl,
    limits,
    from,
    signal,
    pass,
    onDoubt: (doubt) => doubts.push(doubt),
  });
  return { cuts, doubts, readings: () => readings };
}

const plain = ({ bytes, check: _, print: _crc, ...cut }: Cut) => ({
  ...cut,
  text: Buffer.from(bytes).toString('latin1'),
});

async function taken(cuts: AsyncIterable<Cut>, into: Cut[] = []): Promise<Cut[]> {
  for await (const cut of cuts) into.push(cut);
  return into;
}

async function* whole(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}
const honest = (bytes = text): Promise<Cut[]> => taken(cutBlocks(whole(bytes), formats.jsonl, limits));

const flip =
  (at: number): Lie =>
  (bytes) => {
    const bent = Buffer.from(bytes);
    const place = at % bent.length;
    bent[place] = (bent[place] ?? 0) ^ 1;
    return bent;
  };
const cutAt =
  (at: number): Lie =>
  (bytes) =>
    bytes.subarray(0, at % bytes.length);
const twice =
  (at: number): Lie =>
  (bytes) =>
    Buffer.concat([bytes.subarray(0, (at % bytes.length) + 1), bytes.subarray(at % bytes.length)]).subarray(
      0,
      bytes.length,
    );
const page: Lie = () => Buffer.from('<html>Please log in</html>');
const changed: Lie = () => new SourceError('changed', { code: 'source.changed' });

const lie = fc.oneof(
  fc.nat().map(flip),
  fc.nat().map(cutAt),
  fc.nat().map(twice),
  fc.constant(page),
  fc.constant(changed),
);

describe('a shard over a network that lies', () => {
  it('comes out as it was published, whatever is sent the first time, and after going back', async () => {
    const expected = (await honest()).map(plain);
    await fc.assert(
      fc.asyncProperty(
        lie,
        fc.constantFrom<Shard['codec']>('none', 'gzip'),
        fc.constantFrom(undefined, 'sha256' as const, 'md5' as const),
        async (first, codec, checksum) => {
          // Without compression only a checksum tells.
          if (codec === 'none' && checksum === undefined) return;
          const published = codec === 'gzip' ? gzipSync(text, { level: 1 }) : text;
          const told = { lies: [first], codec, published, ...(checksum === undefined ? {} : { checksum }) };
          const out: Cut[] = [];
          const { cuts } = reading(told);
          try {
            await taken(cuts, out);
          } catch (error) {
            if (!(error instanceof RewindError)) throw error;
            // As the run does: everything from the wrong byte on is taken back, and read from there.
            while ((out.at(-1)?.end ?? 0) > error.offset) out.pop();
            const last = out.at(-1);
            const from = { offset: last?.end ?? 0, ordinal: (last?.firstOrdinal ?? 0) + (last?.records ?? 0) };
            await taken(reading({ ...told, lies: [], from }).cuts, out);
          }
          expect(out.map(plain)).toEqual(expected);
          if (checksum !== undefined) expect(out.at(-1)?.check).toBe('verified');
        },
      ),
      { numRuns: 300 },
    );
  });

  it('goes back where a wrong byte after a block made the block end early', async () => {
    const expected = (await honest()).map(plain);
    const [, second] = expected;
    // The line end that the second block ends with: with the next byte wrong its last record would not have fitted.
    const out: Cut[] = [];
    const told = { lies: [flip((second?.end ?? 0) - 1)], checksum: 'md5' as const };
    const error = await failureOf(taken(reading(told).cuts, out));
    expect(error).toMatchObject({ code: 'run.rewind', offset: second?.offset });
    expect(out.map(plain)[0]).toEqual(expected[0]);
    expect(out[1]?.end).toBeLessThan(second?.end ?? 0);
  });

  it('goes on after the last block when only what follows was wrong', async () => {
    const { cuts, doubts, readings } = reading({ lies: [cutAt(15_000)], checksum: 'sha256' });
    const out = await taken(cuts);
    expect(out.map(plain)).toEqual((await honest()).map(plain));
    expect(readings()).toBe(2);
    expect(doubts.map(({ kind }) => kind)).toEqual(['checksum']);
  });

  it('is not given its last block before its checksum was found right', async () => {
    const out: Cut[] = [];
    const wrong = flip(text.length - 3);
    const error = await failureOf(taken(reading({ lies: [wrong, wrong], checksum: 'md5' }).cuts, out));
    expect(error).toMatchObject({ code: 'source.checksum', exitCode: 3 });
    const md5 = (bytes: Buffer): string => createHash('md5').update(bytes).digest('hex');
    const sent = wrong(text);
    if (!Buffer.isBuffer(sent)) throw new Error('the lie sends no bytes');
    expect(error.message).toContain(`its md5 is ${md5(sent)}, expected ${md5(text)}`);
    expect(out.some(({ last }) => last)).toBe(false);
  });

  it('is damaged for good when it is damaged at the same place twice: the rest is quarantined, with its byte', async () => {
    const published = gzipSync(text).subarray(0, 9000);
    for (const checksum of [undefined, 'sha256'] as const) {
      const told = { lies: [], codec: 'gzip' as const, published, ...(checksum === undefined ? {} : { checksum }) };
      const { cuts, readings } = reading(told);
      const out = await taken(cuts);
      const last = out.at(-1);
      expect(last).toMatchObject({ last: true, check: 'damaged', reject: { reason: 'shard.truncated' } });
      expect(last?.reject?.offset).toBe(last?.offset);
      expect(Buffer.concat(out.map(({ bytes }) => bytes))).toEqual(text.subarray(0, last?.offset));
      expect(readings()).toBe(2);
    }
  });

  it('fails when it is damaged twice and is not what was published', async () => {
    const wrong: Lie = (bytes) => bytes.subarray(0, 9000);
    const told = { lies: [wrong, wrong, wrong], codec: 'gzip' as const, published: gzipSync(text) };
    expect(await failureOf(taken(reading({ ...told, checksum: 'sha256' }).cuts))).toMatchObject({
      code: 'source.checksum',
    });
  });

  it('is not taken for damaged as long as other bytes come each time', async () => {
    // All of them before the decoder gives anything: by what was decoded they look the same.
    const lies = [2000, 4000, 3000].map(
      (at): Lie =>
        (bytes) =>
          Buffer.concat([bytes.subarray(0, at), noise(500)]),
    );
    const { cuts, doubts } = reading({ lies, codec: 'gzip', published: gzipSync(text) });
    expect((await taken(cuts)).map(plain)).toEqual((await honest()).map(plain));
    expect(doubts.map(({ kind, reached }) => [kind, reached])).toEqual(Array(3).fill(['damaged', 0]));
  });

  it('is given up on when it is other each time', async () => {
    const lies = [9000, 8000, 7000, 6000, 5000].map(cutAt);
    const error = await failureOf(taken(reading({ lies, codec: 'gzip', published: gzipSync(text) }).cuts));
    expect(error).toMatchObject({ code: 'source.unsteady', exitCode: 3 });
  });

  it('is read again when it changed, and is an error when it changes again', async () => {
    const once = reading({ lies: [changed] });
    expect((await taken(once.cuts)).map(plain)).toEqual((await honest()).map(plain));
    expect(once.doubts.map(({ kind }) => kind)).toEqual(['changed']);
    expect(await failureOf(taken(reading({ lies: [changed, changed] }).cuts))).toMatchObject({
      code: 'source.changed',
    });
  });

  it('goes on from any block in another session, when what lies before it is what was delivered then', async () => {
    const first = await taken(reading({ lies: [] }).cuts);
    for (const { end, firstOrdinal, records, print } of first.slice(0, -1)) {
      expect(print).toBe(crc32(text.subarray(0, end)));
      const from = { offset: end, ordinal: firstOrdinal + records, ...(print === undefined ? {} : { print }) };
      const rest = await taken(reading({ lies: [], from }).cuts);
      expect(rest).toEqual(first.filter(({ offset }) => offset >= end));
      const moved = { lies: [], published: Buffer.from(text.toString('latin1').replace('"n":7', '"n":8')), from };
      await expect(taken(reading(moved).cuts)).rejects.toMatchObject({ code: 'run.rewind', offset: 0 });
    }
  });

  it('knows no print of what lies before a block once a record was too long to hold', async () => {
    const published = Buffer.concat([text.subarray(0, 1000), Buffer.from(`${'x'.repeat(9000)}\n`), text]);
    const cuts = await taken(reading({ lies: [], published }).cuts);
    const long = cuts.findIndex(({ reject }) => reject !== undefined);
    expect(cuts.slice(0, long).every(({ print }) => print !== undefined)).toBe(true);
    expect(cuts.slice(long).every(({ print }) => print === undefined)).toBe(true);
  });

  it('says that nothing was compared where no checksum is known', async () => {
    const out = await taken(reading({ lies: [] }).cuts);
    expect(out.at(-1)?.check).toBe('unpublished');
  });
});
