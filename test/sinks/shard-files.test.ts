import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decompress } from 'zstd-napi';
import { textEntry } from '../../src/engine/views.ts';
import type { Disk, ShardRecord, Sink, SinkBatch } from '../../src/pipeline/define.ts';
import { text } from '../../src/sinks/text.ts';

const free: Disk = { reserve: async () => undefined, release: () => undefined };
const newDir = (): string => mkdtempSync(join(tmpdir(), 'seiryu-sink-'));

function batch(texts: readonly string[]): SinkBatch {
  const documents = texts.map(textEntry);
  const offsets = new Uint32Array(documents.length + 1);
  for (const [index, document] of documents.entries())
    offsets[index + 1] = (offsets[index] ?? 0) + Buffer.byteLength(document);
  return { bytes: Buffer.from(documents.join('')), offsets, kept: documents.map((_, index) => index) };
}

const openText = (dir: string, options: object, disk = free): Sink =>
  text.create(text.options.parse(options), { dir, folder: 'shards', disk });

async function begin(dir: string, options: object): Promise<Sink> {
  const sink = openText(dir, options);
  await sink.restore(undefined, []);
  return sink;
}

const files = (dir: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(join(dir, 'shards')).map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(dir, 'shards', name)))
        .digest('hex'),
    ]),
  );

describe('text shards', () => {
  it('hold documents in order, one blank line between them, none within', async () => {
    const dir = newDir();
    const sink = await begin(dir, {});
    await sink.write(batch(['一行目\n\n二行目', '次の文書']));
    await sink.close();
    expect(readFileSync(join(dir, 'shards/00000.txt'), 'utf8')).toBe('一行目\n二行目\n\n次の文書\n\n');
    expect(sink.shards).toMatchObject([{ path: 'shards/00000.txt', documents: 2, retained: true }]);
  });

  it('encode a document without any blank line', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        const encoded = textEntry(`${a}\n\n\n${b}\n`);
        expect(encoded.endsWith('\n\n')).toBe(true);
        expect(encoded.slice(0, -2).split('\n')).toEqual(
          encoded.length > 2 ? `${a}\n${b}`.split('\n').filter((line) => line !== '') : [''],
        );
      }),
    );
  });

  it('never grow beyond their size unless one document does', async () => {
    const dir = newDir();
    const sink = await begin(dir, { shard: 100 });
    await sink.write(batch(Array.from({ length: 40 }, (_, index) => 'x'.repeat(index))));
    await sink.write(batch(['y'.repeat(300)]));
    await sink.close();
    const sizes = sink.shards.map(({ bytes }) => bytes);
    expect(sizes.filter((bytes) => bytes > 100)).toEqual([302]);
    expect(sink.shards.reduce((sum, { documents }) => sum + documents, 0)).toBe(41);
  });

  it('are whole zstd files when compressed', async () => {
    const dir = newDir();
    const sink = await begin(dir, { compress: 'zstd' });
    await sink.write(batch(['清流が流れる。'.repeat(100)]));
    await sink.close();
    const bytes = readFileSync(join(dir, 'shards/00000.txt.zst'));
    expect(decompress(bytes).toString()).toBe(`${'清流が流れる。'.repeat(100)}\n\n`);
  });

  it('stand under a temporary name until they are whole', async () => {
    const dir = newDir();
    const sink = await begin(dir, {});
    await sink.write(batch(['a']));
    expect(Object.keys(files(dir))).toEqual(['00000.txt.part']);
    await sink.close();
    expect(Object.keys(files(dir))).toEqual(['00000.txt']);
  });

  it('are the same after any crash and resume', async () => {
    const batches = fc.array(fc.array(fc.string({ maxLength: 30 }), { maxLength: 6 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        batches,
        fc.nat(),
        fc.nat(),
        fc.constantFrom('none', 'zstd'),
        async (all, commitAt, crashAt, compress) => {
          const options = { shard: 60, compress };
          const steady = newDir();
          const undisturbed = await begin(steady, options);
          for (const documents of all) await undisturbed.write(batch(documents));
          await undisturbed.close();

          const dir = newDir();
          const first = await begin(dir, options);
          const finished: ShardRecord[] = [];
          const from = commitAt % (all.length + 1);
          for (const documents of all.slice(0, from)) await first.write(batch(documents));
          const committed = await first.commit();
          finished.push(...committed.finished);
          for (const documents of all.slice(from, from + (crashAt % 5))) await first.write(batch(documents));
          if (crashAt % 2 === 0) await first.close();

          const second = openText(dir, options);
          await second.restore(committed.state, finished);
          for (const documents of all.slice(from)) await second.write(batch(documents));
          await second.close();
          expect(files(dir)).toEqual(files(steady));
          expect(second.shards).toEqual(undisturbed.shards);
          for (const each of [steady, dir]) rmSync(each, { recursive: true });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('go, once consumed, only when committed and wholly consumed', async () => {
    const dir = newDir();
    const released: number[] = [];
    const sink = openText(
      dir,
      { shard: 10, retain: 'consumed' },
      { ...free, release: (bytes) => void released.push(bytes) },
    );
    await sink.restore(undefined, []);
    await sink.write(batch(['aaaaaa', 'bbbbbb', 'cccccc', 'dddddd']));
    await sink.consumed(4);
    expect(released).toEqual([]);
    await sink.commit();
    await sink.consumed(2);
    expect(released).toEqual([8, 8]);
    expect(existsSync(join(dir, 'shards/00001.txt'))).toBe(false);
    expect(existsSync(join(dir, 'shards/00002.txt'))).toBe(true);
    expect(sink.shards.map(({ retained }) => retained)).toEqual([false, false, true]);
  });
});
