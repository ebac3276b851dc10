import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli, outputsOf, recordOf, temporaryFolder } from '../helpers/cli.ts';
import { pipelineText, writeCorpus } from '../helpers/corpus.ts';

let cwd: string;

beforeAll(async () => {
  cwd = await temporaryFolder();
  await writeCorpus(cwd, { shards: [900, 700, 800, 600] });
  await writeFile(join(cwd, 'test.yaml'), pipelineText({ disk: '{ budget: 50MB, reserve: 0 }' }));
  expect(await cli(['run', 'test.yaml', '--out', 'whole'], { cwd })).toMatchObject({ code: 0 });
});

describe('the disk budget', () => {
  it('stops a run that needs more, with exit 4 and how much is missing, and a larger one resumes to the same output', async () => {
    const { budget, peak } = (await recordOf(join(cwd, 'whole'))).disk;
    expect(peak).toBeLessThan(budget);
    for (const [step, share] of [0.3, 0.5, 0.8].entries()) {
      const small = Math.round(peak * share);
      const { code, stderr } = await cli(['run', 'test.yaml', '--out', 'cut', '--set', `disk.budget=${small}`], {
        cwd,
      });
      expect(code, stderr).toBe(4);
      expect(stderr).toMatch(/are missing \(\d+ bytes\)/);
      expect(stderr).toContain('disk.budget');
      const record = await recordOf(join(cwd, 'cut'));
      expect(record.status).toBe('stopped');
      expect(record.error?.exit).toBe(4);
      expect(record.disk.used).toBeLessThanOrEqual(small);
      expect(record.sessions).toBe(step + 1);
      // What it says is on disk is all that is there.
      const held = execFileSync('du', ['-sb', '--apparent-size', join(cwd, 'cut')], { encoding: 'utf8' });
      const folders = 3 * 4096;
      expect(Number.parseInt(held, 10)).toBeLessThan(small + folders);
    }
    expect(await cli(['run', 'test.yaml', '--out', 'cut'], { cwd })).toMatchObject({ code: 0 });
    expect(await outputsOf(join(cwd, 'cut'))).toEqual(await outputsOf(join(cwd, 'whole')));
  });

  it('keeps the volume’s reserve for others', async () => {
    const { code, stderr } = await cli(['run', 'test.yaml', '--out', 'reserve', '--set', 'disk.reserve=1000TB'], {
      cwd,
    });
    expect(code).toBe(4);
    expect(stderr).toContain('disk.reserve');
  });
});

/** A volume of 2 MB that really fills; false where this user may not mount one. */
function mountSmallVolume(path: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', path], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('a volume that fills', () => {
  let volume: string;
  let mounted = false;

  beforeAll(async () => {
    volume = join(cwd, 'volume');
    await mkdir(volume);
    mounted = mountSmallVolume(volume);
  });

  afterAll(() => {
    if (mounted) execFileSync('umount', [volume]);
  });

  it('stops the run with exit 4 and whole files, and with more space it resumes to the same output', async (context) => {
    if (!mounted) context.skip();
    const out = join(volume, 'run');
    const { code, stderr } = await cli(['run', 'test.yaml', '--out', out], { cwd });
    expect(code, stderr).toBe(4);
    expect(stderr).toMatch(/disk\.(full|reserve)/);
    expect((await recordOf(out)).status).toBe('stopped');
    execFileSync('mount', ['-o', 'remount,size=30m', volume]);
    expect(await cli(['run', 'test.yaml', '--out', out], { cwd })).toMatchObject({ code: 0 });
    expect(await outputsOf(out)).toEqual(await outputsOf(join(cwd, 'whole')));
  });
});
