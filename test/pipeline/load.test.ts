import { describe, expect, it } from 'vitest';
import { InvalidPipelineError, parsePlan } from '../../src/pipeline/load.ts';
import type { Problem } from '../../src/pipeline/problems.ts';

const good = `name: t
sources:
  - mc4: { mirror: ./m }
filters: [normalize, length: { min: 10 }]
dedup: { exact: true, minhash: { bands: 14 } }
sinks:
  - text: { shard: 1MB }
`;

async function problems(text: string, set: readonly string[] = []): Promise<readonly Problem[]> {
  const error = await parsePlan(text, '/p/x.yaml', set).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof InvalidPipelineError) return error.problems;
  throw new Error(`expected an InvalidPipelineError, got ${String(error)}`);
}

describe('a pipeline file', () => {
  it('becomes a plan with defaults', async () => {
    const plan = await parsePlan(good, '/p/x.yaml');
    expect(plan).toMatchObject({
      name: 't',
      language: 'ja',
      baseDir: '/p',
      stream: { open: 4, block: 2 ** 20, work: 100e6 },
      sources: [{ name: 'mc4', label: 'mc4', options: { mirror: './m' } }],
      filters: [{ name: 'normalize' }, { name: 'length', options: { min: 10 } }],
      dedupers: [
        { name: 'exact', options: {} },
        { name: 'minhash', options: { bands: 14 } },
      ],
    });
  });

  it('is named after the file when it has no name', async () => {
    expect((await parsePlan(good.replace('name: t\n', ''), '/p/my-corpus.yaml')).name).toBe('my-corpus');
  });

  it('tells every problem in one go, each with its place and the nearest name', async () => {
    const found = await problems(`name: "a/b"
languag: ja
sources:
  - mc5: {}
  - mc4: { shard: 0-3 }
filters:
  - normalise
  - length: { min: many }
dedup:
  minhsh: true
  minhash: { bandz: 14 }
disk: { budget: 20XB }
sinks:
  - text: { compress: zst }
`);
    expect(found.map(({ line, column, path, nearest }) => [line, column, path, nearest])).toEqual([
      [1, 7, 'name', undefined],
      [2, 1, 'languag', 'language'],
      [4, 5, 'sources.0.mc5', 'mc4'],
      [5, 12, 'sources.1.mc4.shard', 'shards'],
      [7, 5, 'filters.0', 'normalize'],
      [8, 20, 'filters.1.length.min', undefined],
      [10, 3, 'dedup.minhsh', 'minhash'],
      [11, 14, 'dedup.minhash.bandz', 'bands'],
      [12, 17, 'disk.budget', undefined],
      [14, 23, 'sinks.0.text.compress', 'zstd'],
    ]);
    expect(found.find(({ path }) => path === 'filters.1.length.min')?.message).toBe('expected number, found "many"');
    expect(found.find(({ path }) => path === 'disk.budget')?.message).toContain('20GB');
  });

  it('has no weight for a source that is not there', async () => {
    expect(await problems(`${good}trainer: { mixture: { mc4: 1, wiki: 2 } }\n`)).toEqual([
      expect.objectContaining({ path: 'trainer.mixture.wiki', line: 8, message: expect.stringContaining('mc4') }),
    ]);
    const plain = await parsePlan(`${good}trainer: {}\n`, '/p/x.yaml');
    const mixed = await parsePlan(`${good}trainer: { mixture: { mc4: 1 } }\n`, '/p/x.yaml');
    expect(mixed.identity).not.toBe(plain.identity);
  });

  it('says where YAML itself is broken', async () => {
    expect(await problems('name: t\nsources: [a\n')).toMatchObject([
      { line: 3, message: expect.stringContaining('not valid YAML') },
    ]);
  });

  it('must have sources, and one plugin per list item', async () => {
    const found = await problems('sources:\n  - mc4: {}\n    cc100: {}\nfilters: normalize\n');
    expect(found).toMatchObject([
      { line: 2, message: expect.stringContaining('expected one source per list item, found mc4, cc100') },
      { line: 4, path: 'filters', message: expect.stringContaining('expected array') },
    ]);
    expect(await problems('name: t\n')).toMatchObject([{ path: 'sources' }]);
  });

  it('refuses to keep shards for a consumer that there is not', async () => {
    expect(await problems(good.replace('shard: 1MB', 'retain: consumed'))).toMatchObject([
      { line: 7, path: 'sinks.0.text.retain' },
    ]);
  });

  it('takes overrides before checking', async () => {
    const plan = await parsePlan(good, '/p/x.yaml', [
      'disk.budget=5MB',
      'sources.0.mc4.mirror=./other',
      'trainer=null',
    ]);
    expect(plan.disk.budget).toBe(5e6);
    expect(plan.sources[0]?.options).toEqual({ mirror: './other' });
    expect(await problems(good, ['disk.budgt=5MB'])).toMatchObject([{ path: 'disk.budgt', nearest: 'budget' }]);
    await expect(parsePlan(good, '/p/x.yaml', ['nonsense'])).rejects.toMatchObject({
      code: 'arguments.set',
      exitCode: 2,
    });
  });

  it('takes limits for servers, with units, and a folder to keep fetched files in', async () => {
    const text = `${good}fetch: { attempts: 3, connect: 5s, firstByte: 2m, stall: 1.5, firstDelay: 20ms, bandwidth: 50MB }\ncache: { dir: ./kept, budget: 2GB }\n`;
    const { fetch, cache } = await parsePlan(text, '/p/x.yaml');
    expect(fetch).toMatchObject({
      attempts: 3,
      connect: 5000,
      firstByte: 120_000,
      stall: 1500,
      firstDelay: 20,
      bandwidth: 50e6,
      redirects: 10,
      headers: 32768,
    });
    expect(cache).toEqual({ dir: '/p/kept', budget: 2e9 });
    const plain = await parsePlan(good, '/p/x.yaml');
    expect(plain.cache).toBeUndefined();
    expect(plain.fetch.bandwidth).toBeUndefined();
  });

  it('refuses durations and sizes that are none, and fewer connections than open shards', async () => {
    const found = await problems(
      `${good}stream: { open: 8 }\nfetch: { stall: soon, connect: -1, bandwidth: 0, headers: 1GB, connections: 4, bandwith: 1 }\ncache: { dir: x }\n`,
    );
    const at = (path: string): string | undefined => found.find((problem) => problem.path === path)?.message;
    expect(at('fetch.stall')).toMatch(/30s/);
    expect(at('fetch.bandwidth')).toMatch(/above 0/);
    expect(at('fetch.headers')).toMatch(/1KiB to 1MiB/);
    expect(found.map(({ path }) => path)).toEqual(expect.arrayContaining(['fetch.connect', 'cache.budget']));
    expect(found.map(({ message }) => message).join('\n')).toContain('bandwidth');
    const few = await problems(`${good}stream: { open: 8 }\nfetch: { connections: 4 }\n`);
    expect(few).toMatchObject([{ path: 'fetch.connections', line: 9, message: expect.stringContaining('at least 8') }]);
  });

  it('keeps its identity when only the disk or the network’s limits change, and loses it when the output would change', async () => {
    const { identity } = await parsePlan(good, '/p/x.yaml');
    expect((await parsePlan(`${good}disk: { budget: 1GB }\n`, '/p/x.yaml')).identity).toBe(identity);
    expect((await parsePlan(`${good}fetch: { attempts: 2 }\n`, '/p/x.yaml')).identity).toBe(identity);
    expect((await parsePlan(good.replace('bands: 14', 'bands: 7'), '/p/x.yaml')).identity).not.toBe(identity);
    expect((await parsePlan(`${good}stream: { open: 2 }\n`, '/p/x.yaml')).identity).not.toBe(identity);
  });

  it('gives the second use of a source a label of its own', async () => {
    const plan = await parsePlan(
      good.replace('  - mc4: { mirror: ./m }', '  - mc4: {}\n  - mc4: { language: en }'),
      '/p/x.yaml',
    );
    expect(plan.sources.map(({ label }) => label)).toEqual(['mc4', 'mc4-2']);
  });

  it('is data: YAML cannot run code or explode', async () => {
    expect(
      (
        await problems(
          `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'
            .split('')
            .map((name, at) => `${name}: &${name} [${`*${'abcdefgh'[at]},`.repeat(9)}]`)
            .join('\n')}\n`,
        ).catch((error: unknown) => String(error))
      ).length,
    ).toBeGreaterThan(0);
  });
});
