import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/trainer/random.ts';
import { cli, outputsOf, recordOf, SAMPLE, temporaryFolder } from '../helpers/cli.ts';
import { pipelineText } from '../helpers/corpus.ts';
import { type Mirror, type MirrorOptions, type Misbehaviour, startMirror } from '../helpers/mirror-server.ts';
import { sampleSources } from '../helpers/sample.ts';

async function runOver(mirror: string, cwd: string, name: string, env: Readonly<Record<string, string>> = {}) {
  const file = `${name}.yaml`;
  await writeFile(join(cwd, file), pipelineText({ name, sources: sampleSources(mirror), stream: '{ block: 128KiB }' }));
  const ended = await cli(['run', file], { cwd, env: { HF_TOKEN: '', ...env } });
  return { ...ended, dir: join(cwd, 'runs', name) };
}

async function served<T>(options: MirrorOptions, use: (mirror: Mirror) => Promise<T>): Promise<T> {
  const mirror = await startMirror(SAMPLE, options);
  try {
    return await use(mirror);
  } finally {
    await mirror.close();
  }
}

describe('the sample over HTTP', () => {
  it('gives what it gives from a folder, though the network fails now and then', async () => {
    const cwd = await temporaryFolder();
    const folder = await runOver(SAMPLE, cwd, 'folder');
    expect(folder.code, folder.stderr).toBe(0);
    const random = new Random(17);
    let faults = 0;
    const misbehave = ({ path, earlier }: { path: string; earlier: number }): Misbehaviour | undefined => {
      // The sample has neither the state of a dump nor md5sums.txt, so nothing of them could break off.
      if (path.endsWith('dumpstatus.json') || path.endsWith('md5sums.txt')) return undefined;
      if (path.startsWith('api/') || earlier > 2 || random.next() < 0.4) return undefined;
      faults++;
      const after = Math.floor(random.next() * 60_000);
      return random.next() < 0.5 ? { kind: 'cut', after } : { kind: 'reset' };
    };
    const http = await served({ hub: true, misbehave }, (mirror) => runOver(mirror.base, cwd, 'http'));
    expect(http.code, http.stderr).toBe(0);
    expect(faults).toBeGreaterThan(5);
    expect(await outputsOf(http.dir)).toEqual(await outputsOf(folder.dir));
    // Why the run stood still is in its log.
    const log = await readFile(join(http.dir, 'log.jsonl'), 'utf8');
    expect(log.split('"msg":"fetch.retry"').length - 1).toBe(faults);
    const [a, b] = [await recordOf(http.dir), await recordOf(folder.dir)];
    expect(a.documents).toEqual(b.documents);
    expect(a.bytes).toEqual(b.bytes);
  });

  it('is fetched once when the pipeline keeps what it fetched, and leaves nothing but the run when it does not', async () => {
    const cwd = await temporaryFolder();
    const text = pipelineText({ name: 'kept', sources: sampleSources('MIRROR'), stream: '{ block: 128KiB }' });
    await served({ hub: true }, async ({ base, requests }) => {
      const published = (): number => requests.filter(({ path }) => /\.(?:gz|bz2|xz|zst)$/.test(path)).length;
      const go = async (name: string, more: string) => {
        await writeFile(join(cwd, `${name}.yaml`), `${text.replaceAll('MIRROR', base)}${more}`);
        const before = published();
        const ended = await cli(['run', `${name}.yaml`, '--out', name], { cwd, env: { HF_TOKEN: '' } });
        expect(ended.code, ended.stderr).toBe(0);
        return { requests: published() - before, outputs: await outputsOf(join(cwd, name)) };
      };
      const cache = 'cache: { dir: fetched, budget: 100MB }\n';
      const [without, first, second] = [await go('without', ''), await go('first', cache), await go('second', cache)];
      // One shard of the sample is published damaged: it is read twice before that is believed.
      expect([without.requests, first.requests, second.requests]).toEqual([13, 13, 1]);
      expect(first.outputs).toEqual(without.outputs);
      expect(second.outputs).toEqual(without.outputs);
      expect((await recordOf(join(cwd, 'second'))).disk.parts.cache).toBeGreaterThan(100_000);
    });
    expect((await readdir(join(cwd, 'without'))).sort()).toEqual(
      ['log.jsonl', 'quarantine.jsonl', 'run.json', 'shards', 'state'].sort(),
    );
  });

  it('sends the token to a gated source, and never writes it anywhere', async () => {
    const cwd = await temporaryFolder();
    const token = 'hf_secret_0123456789';
    const { code, stdout, stderr, dir } = await served({ hub: true, token }, (mirror) =>
      runOver(mirror.base, cwd, 'wrong', { HF_TOKEN: token }),
    );
    // Only OSCAR sends the token; the others are refused, and the run ends as a source that failed.
    expect(code).toBe(3);
    const log = await readFile(join(dir, 'log.jsonl'), 'utf8');
    const record = await readFile(join(dir, 'run.json'), 'utf8');
    for (const text of [stdout, stderr, log, record]) expect(text).not.toContain(token);
  });
});
