// A month of bad luck in a minute: whatever the network does, a run's output is what it would have been.
import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import glob from 'fast-glob';
import { beforeAll, describe, expect, it } from 'vitest';
import { compress } from 'zstd-napi';
import { Random } from '../../src/trainer/random.ts';
import { cli, outputsOf, recordOf, SAMPLE, temporaryFolder } from '../helpers/cli.ts';
import { documentText, pipelineText } from '../helpers/corpus.ts';
import { FaultPlan } from '../helpers/fault-plan.ts';
import { type MirrorOptions, startMirror } from '../helpers/mirror-server.ts';

const MC4 = 'datasets/allenai/c4/resolve/main/multilingual';
const OSCAR = 'datasets/oscar-corpus/OSCAR-2301/resolve/main/ja_meta';
const DUMP = 'jawiki/20250601';
const WIKI = 'jawiki-20250601-pages-articles-multistream.xml.bz2';
const LIMITS =
  '{ attempts: 60, firstAttempts: 60, firstDelay: 1ms, longestDelay: 4ms, firstByte: 20s, stall: 1s, slowest: 1kB }';

const sizes = new Map<string, number>();
let mirrored: string;

async function put(root: string, path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), bytes);
}

const digest = (algorithm: string, bytes: Uint8Array): string => createHash(algorithm).update(bytes).digest('hex');

/** mC4 and OSCAR in many small shards, and the sample's Wikipedia and CC-100, with the checksums that their hosts publish. */
async function writeMirror(root: string): Promise<void> {
  const random = new Random(7);
  let number = 0;
  const lines = (count: number, record: (text: string) => object): Buffer =>
    Buffer.from(
      Array.from({ length: count }, () => `${JSON.stringify(record(documentText(number++, random)))}\n`).join(''),
    );
  const digits = (value: number): string => String(value).padStart(5, '0');
  for (let shard = 0; shard < 90; shard++) {
    const decoded = lines(60, (text) => ({ text, timestamp: '2020-01-01T00:00:00Z', url: `https://例.jp/${number}` }));
    await put(root, `${MC4}/c4-ja.tfrecord-${digits(shard)}-of-00090.json.gz`, gzipSync(decoded));
  }
  const sums: string[] = [];
  for (let shard = 1; shard <= 30; shard++) {
    const decoded = lines(60, (content) => ({ content, warc_headers: { 'warc-target-uri': 'https://例.jp/' } }));
    const name = `ja_meta_part_${shard}.jsonl.zst`;
    const bytes = compress(decoded, { compressionLevel: 3, checksumFlag: true });
    await put(root, `${OSCAR}/${name}`, bytes);
    sums.push(`${digest('sha256', bytes)}  ${name}\n`);
  }
  await put(root, `${OSCAR}/checksum.sha256`, Buffer.from(sums.join('')));
  const wiki = await readFile(join(SAMPLE, DUMP, WIKI));
  await put(root, `${DUMP}/${WIKI}`, wiki);
  await put(root, `${DUMP}/jawiki-20250601-md5sums.txt`, Buffer.from(`${digest('md5', wiki)}  ${WIKI}\n`));
  await cp(join(SAMPLE, 'cc-100'), join(root, 'cc-100'), { recursive: true });
}

beforeAll(async () => {
  mirrored = await temporaryFolder();
  await writeMirror(mirrored);
});

const sources = (mirror: string): string => {
  const at = JSON.stringify(mirror);
  return `[wikipedia: { date: "20250601", mirror: ${at} }, cc100: { mirror: ${at} }, oscar: { mirror: ${at} }, mc4: { mirror: ${at} }]`;
};

async function run(cwd: string, name: string, parts: { sources: string; block: string; open: number }) {
  const stream = `{ open: ${parts.open}, block: ${parts.block} }`;
  const text = `${pipelineText({ name, sources: parts.sources, stream })}fetch: ${LIMITS}\n`;
  await writeFile(join(cwd, `${name}.yaml`), text);
  const ended = await cli(['run', `${name}.yaml`], { cwd, env: { HF_TOKEN: '' } });
  return { ...ended, dir: join(cwd, 'runs', name) };
}

async function serving<T>(folder: string, options: MirrorOptions, use: (base: string) => Promise<T>): Promise<T> {
  await using mirror = await startMirror(folder, options);
  return await use(mirror.base);
}

const filesOf = (root: string): Promise<string[]> => glob('**', { cwd: root, onlyFiles: true });

describe('a run over a network that fails a thousand times', () => {
  it('gives what it gives undisturbed, byte for byte, and counts every fault under its kind', async () => {
    const cwd = await temporaryFolder();
    for (const path of await filesOf(mirrored)) sizes.set(path, (await stat(join(mirrored, path))).size);
    const calm = await run(cwd, 'calm', { sources: sources(mirrored), block: '256KiB', open: 12 });
    expect(calm.code, calm.stderr).toBe(0);

    const plan = new FaultPlan({
      random: new Random(11),
      size: (path) => sizes.get(path),
      mayLie: (path) => /\.(?:gz|zst)$/.test(path),
      slowOnes: 10,
    });
    const stormy = await serving(mirrored, { misbehave: (seen) => plan.serving(seen, 'signed') }, (network) =>
      serving(
        mirrored,
        {
          // As the hub does: large files lie on a content network, reached by addresses that are good for a while.
          misbehave: (seen) =>
            seen.path.startsWith('datasets/') && sizes.has(seen.path)
              ? plan.redirecting(seen, network)
              : plan.serving(seen, 'plain'),
        },
        (hub) => run(cwd, 'stormy', { sources: sources(hub), block: '256KiB', open: 12 }),
      ),
    );
    expect(stormy.code, stormy.stderr).toBe(0);
    expect(plan.total).toBeGreaterThanOrEqual(1000);

    expect(await outputsOf(stormy.dir)).toEqual(await outputsOf(calm.dir));
    const [record, undisturbed] = [await recordOf(stormy.dir), await recordOf(calm.dir)];
    expect(record.documents).toEqual(undisturbed.documents);
    expect(record.bytes).toEqual(undisturbed.bytes);

    const { damaged = 0, checksum = 0, length = 0, changed = 0, ...others } = record.faults;
    const { stall = 0, slow = 0, reset = 0, truncated = 0, ...told } = others;
    const { lie = 0, closed = 0, changed: changes = 0, ...rest } = plan.counts;
    const { stall: stalls = 0, slow: drips = 0, reset: resets = 0, truncated: cuts = 0, ...done } = rest;
    // A machine under load may make good answers look late; a fault of such an answer then goes unseen.
    const late = stall - stalls + (slow - drips);
    expect(late).toBeGreaterThanOrEqual(0);
    const expectAbout = (actual: number, expected: number, what: string): void =>
      expect(Math.abs(actual - expected), what).toBeLessThanOrEqual(late);
    expect(Object.keys(told).sort()).toEqual(Object.keys(done).sort());
    for (const [kind, times] of Object.entries(done)) expectAbout(told[kind] ?? 0, times, kind);
    // Wrong bytes are told by the decoder or by the checksum, whichever meets them first; or by their length, when an
    // earlier answer, of which no byte came, told another.
    expectAbout(damaged + checksum + length + changed, lie + changes, 'lies');
    expect(changed + late).toBeGreaterThanOrEqual(changes);
    expect(damaged + checksum).toBeGreaterThan(20);
    // Of a connection that is reset in a body, the reader may meet the end first.
    expectAbout(reset + truncated, resets + cuts + closed, 'closed connections');
    expect(reset + late).toBeGreaterThanOrEqual(resets);
    expect(truncated + late).toBeGreaterThanOrEqual(cuts);
    for (const kind of [
      'truncated',
      'reset',
      'closed',
      'lie',
      'status.429',
      'status.503',
      'expired',
      'range',
      'changed',
    ])
      expect(plan.counts[kind], kind).toBeGreaterThan(20);
    expect([stalls, drips]).toEqual([10, 10]);
    // CC-100 publishes no checksum.
    expect(record.checks).toEqual({ unpublished: 1, verified: 121 });
  });
});

describe('bytes that turn out wrong after they were committed', () => {
  it('are taken back: the run goes on from before them, to the same output', async () => {
    const folder = await temporaryFolder();
    const random = new Random(23);
    for (const shard of [0, 1, 2]) {
      const lines = Array.from({ length: 900 }, (_, number) =>
        JSON.stringify({ text: documentText(shard * 1000 + number, random) }),
      );
      // Not compressed, so that one wrong bit decodes, and only the checksum at the end tells.
      await put(
        folder,
        `${MC4}/c4-ja.tfrecord-0000${shard}-of-00003.json.gz`,
        gzipSync(lines.join('\n'), { level: 0 }),
      );
    }
    const cwd = await temporaryFolder();
    const mc4 = (mirror: string) => ({
      sources: `[mc4: { mirror: ${JSON.stringify(mirror)} }]`,
      block: '32KiB',
      open: 2,
    });
    const calm = await run(cwd, 'calm', mc4(folder));
    expect(calm.code, calm.stderr).toBe(0);
    const wrong = await serving(
      folder,
      {
        misbehave: ({ path, earlier }) =>
          path.endsWith('00001-of-00003.json.gz') && earlier === 0 ? { kind: 'flip', at: 400_000 } : undefined,
      },
      (base) => run(cwd, 'wrong', mc4(base)),
    );
    expect(wrong.code, wrong.stderr).toBe(0);
    expect(await outputsOf(wrong.dir)).toEqual(await outputsOf(calm.dir));
    const record = await recordOf(wrong.dir);
    expect(record.documents).toEqual((await recordOf(calm.dir)).documents);
    expect(record.faults).toEqual({ damaged: 1 });
    expect(record.checks).toEqual({ verified: 3 });
    expect(await readFile(join(wrong.dir, 'log.jsonl'), 'utf8')).toContain('"msg":"run.rewind"');
  });
});

describe('a file that is not the one published', () => {
  const name = 'ja_meta_part_1.jsonl.zst';

  it.each(['over HTTP', 'from a folder'])('%s fails for good, naming what was expected and what came', async (way) => {
    const folder = await temporaryFolder();
    const line = `${JSON.stringify({ content: documentText(1, new Random(3)) })}\n`;
    const published = compress(Buffer.from(line.repeat(40)), {});
    const other = compress(Buffer.from(line.repeat(41)), {});
    const expected = digest('sha256', published);
    await put(folder, `${OSCAR}/${name}`, other);
    await put(folder, `${OSCAR}/checksum.sha256`, Buffer.from(`${expected}  ${name}\n`));
    const cwd = await temporaryFolder();
    const read = (mirror: string) =>
      run(cwd, 'other', { sources: `[oscar: { mirror: ${JSON.stringify(mirror)} }]`, block: '64KiB', open: 1 });
    // A server without the hub's lists, as a plain mirror is.
    const { code, stderr, dir } =
      way === 'from a folder' ? await read(folder) : await serving(folder, { hub: false }, read);
    expect(code).toBe(3);
    expect(stderr).toContain(name);
    expect(stderr).toContain(`its sha256 is ${digest('sha256', other)}, expected ${expected}`);
    expect(stderr).toContain('[source.checksum]');
    const record = await recordOf(dir);
    expect(record.faults).toEqual({ checksum: 2 });
    // The end of the shard was not committed: the run can go on once the file is right.
    expect(record.documents.read).toBe(0);
    expect(record.checks).toEqual({});
    if (way !== 'from a folder') return;
    await put(folder, `${OSCAR}/${name}`, published);
    expect((await read(folder)).code).toBe(0);
    const mended = await recordOf(dir);
    expect(mended.documents.read).toBe(40);
    expect(mended.checks).toEqual({ verified: 1 });
    expect(mended.faults).toEqual({ checksum: 2 });
  });
});
