import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../src/engine/record.ts';
import { Random } from '../../src/trainer/random.ts';
import { cli, outputsOf, recordOf, SAMPLE, start, temporaryFolder } from '../helpers/cli.ts';
import { SLOW } from '../helpers/corpus.ts';

const PIPELINE = `name: resume
plugins: [./slow.mjs]
sources:
  - wikipedia: { date: "20250601", mirror: "${SAMPLE}" }
  - cc100: { mirror: "${SAMPLE}" }
  - oscar: { mirror: "${SAMPLE}" }
  - mc4: { mirror: "${SAMPLE}" }
stream: { block: 64KiB }
filters: [slow, normalize, strip-urls, breadcrumbs, boilerplate, length]
dedup: { exact: true, minhash: true }
disk: { budget: 100MB, reserve: 10MB }
sinks: [text: { shard: 100KB, compress: zstd }, jsonl: { shard: 300KB }]
`;

const KILLS = 25;

const countsOf = ({ documents, bytes, sources, shards }: RunRecord) => ({ documents, bytes, sources, shards });

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

describe('a run killed at any moment', () => {
  it('goes on each time and ends with every file and every count as if nothing had happened', async () => {
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, 'slow.mjs'), SLOW);
    await writeFile(join(cwd, 'p.yaml'), PIPELINE);
    expect(await cli(['run', 'p.yaml', '--out', 'whole', '--workers', '2'], { cwd })).toMatchObject({ code: 0 });

    const random = new Random(Math.floor(Math.random() * 2 ** 32));
    const journal = join(cwd, 'cut/state/journal.bin');
    let kills = 0;
    while (kills < KILLS) {
      const before = await sizeOf(journal);
      const { child, ended } = start(['run', 'p.yaml', '--out', 'cut', '--workers', '2'], { cwd });
      let over = false;
      void ended.then(() => {
        over = true;
      });
      // Mostly some time after a commit of this session, so that the run comes forward; sometimes at any moment at all.
      if (kills % 4 !== 0) while (!over && (await sizeOf(journal)) <= before) await delay(5);
      await delay(random.next() * (kills % 4 === 0 ? 900 : 150));
      child.kill('SIGKILL');
      const { signal } = await ended;
      if (signal !== 'SIGKILL') break;
      kills++;
    }
    expect(kills).toBe(KILLS);
    expect(await cli(['run', 'p.yaml', '--out', 'cut', '--workers', '2'], { cwd })).toMatchObject({ code: 0 });
    expect(await outputsOf(join(cwd, 'cut'))).toEqual(await outputsOf(join(cwd, 'whole')));
    const matchesOf = (run: string): Promise<Buffer> => readFile(join(cwd, run, 'state/matches.bin'));
    expect((await matchesOf('cut')).equals(await matchesOf('whole'))).toBe(true);
    const [cut, whole] = [await recordOf(join(cwd, 'cut')), await recordOf(join(cwd, 'whole'))];
    expect(countsOf(cut)).toEqual(countsOf(whole));
    expect(cut.sessions).toBeGreaterThan(1);
    expect(await cli(['verify', 'cut'], { cwd })).toMatchObject({ code: 0 });
  }, 300_000);
});
