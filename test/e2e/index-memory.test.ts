// An index that has less memory than it needs, and a journal that was damaged: the run ends as if nothing had happened, or says so.
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { cli, outputsOf, recordOf, temporaryFolder } from '../helpers/cli.ts';
import { pipelineText, writeCorpus } from '../helpers/corpus.ts';

let cwd: string;
let whole: Map<string, string>;

const run = (out: string, ...set: string[]) =>
  cli(['run', 'test.yaml', '--out', out, '--workers', '1', ...set.flatMap((each) => ['--set', each])], { cwd });
const outputs = (out: string): Promise<Map<string, string>> => outputsOf(join(cwd, out));

beforeAll(async () => {
  cwd = await temporaryFolder();
  await writeCorpus(cwd, { shards: [2600, 2400] });
  const parts = { filters: '[]', sinks: '[{ text: { shard: 1MB } }]', dedup: '{ exact: true, minhash: {} }' };
  await writeFile(join(cwd, 'test.yaml'), pipelineText(parts));
  expect(await run('whole')).toMatchObject({ code: 0 });
  whole = await outputs('whole');
}, 120_000);

describe('an index with less memory than it needs', () => {
  it('stops the run with exit 4, says so at 80 % before, and more memory resumes to the same output, also after its journal was damaged', async () => {
    const { code, stdout, stderr } = await run('cut', 'dedup.minhash.memory=1MB', 'dedup.minhash.full=stop');
    expect(code, stderr).toBe(4);
    expect(stderr).toContain('dedup.minhash.memory');
    expect(stdout).toMatch(/minhash: 8\d % of its memory is taken/);
    const stopped = await recordOf(join(cwd, 'cut'));
    expect(stopped.error).toMatchObject({ code: 'index.memory', exit: 4 });
    expect(stopped.documents.kept).toBeGreaterThan(2000);
    expect((stopped.growth?.tables.bytes ?? 0) + (stopped.growth?.sketches.bytes ?? 0)).toBeLessThanOrEqual(1e6);

    const journal = await readFile(join(cwd, 'cut/state/journal.bin'));
    for (const at of [20, Math.floor(journal.length / 2), journal.length - 3]) {
      const out = `damaged-${at}`;
      await cp(join(cwd, 'cut'), join(cwd, out), { recursive: true });
      const damaged = Buffer.from(journal);
      damaged[at] = (damaged[at] ?? 0) ^ 0x40;
      await writeFile(join(cwd, out, 'state/journal.bin'), damaged);
      const resumed = await run(out);
      expect(resumed.code, resumed.stderr).toBe(0);
      expect(resumed.stdout).toMatch(/The journal is damaged/);
      expect(await outputs(out)).toEqual(whole);
    }
    expect(await run('cut')).toMatchObject({ code: 0 });
    expect(await outputs('cut')).toEqual(whole);
  }, 240_000);

  it('spills within the disk budget and writes the same', async () => {
    expect(await run('spilled', 'dedup.minhash.memory=1200KB')).toMatchObject({ code: 0 });
    expect(await outputs('spilled')).toEqual(whole);
    const { disk, documents, growth } = await recordOf(join(cwd, 'spilled'));
    expect(disk.parts.index).toBeGreaterThan(200_000);
    // The index of `exact`, which has no limit, is counted with the tables.
    const most = 1.2e6 + 32 * documents.kept;
    expect((growth?.tables.bytes ?? 0) + (growth?.sketches.bytes ?? 0)).toBeLessThanOrEqual(most);
  }, 120_000);

  it('goes on in Bloom mode at the same document, whatever the workers and after a stop', async () => {
    const set = ['dedup.minhash.memory=1200KB', 'dedup.minhash.full=bloom'];
    expect(await run('bloom', ...set)).toMatchObject({ code: 0 });
    const flags = set.flatMap((each) => ['--set', each]);
    const stopped = await cli(
      ['run', 'test.yaml', '--out', 'bloom-2', '--workers', '2', ...flags, '--set', 'disk.budget=1800KB'],
      { cwd },
    );
    expect(stopped.code, stopped.stderr).toBe(4);
    expect(await cli(['run', 'test.yaml', '--out', 'bloom-2', '--workers', '2', ...flags], { cwd })).toMatchObject({
      code: 0,
    });
    expect(await outputs('bloom-2')).toEqual(await outputs('bloom'));
    const { dedup } = await recordOf(join(cwd, 'bloom'));
    expect(dedup).toHaveProperty(['minhash.sampled-drops']);
  }, 240_000);
});
