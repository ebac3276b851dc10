import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InvalidPipelineError, parsePlan } from '../../src/pipeline/load.ts';

const folder = mkdtempSync(join(tmpdir(), 'seiryu-across-'));
mkdirSync(join(folder, 'runs/2024'), { recursive: true });
writeFileSync(join(folder, 'web.index'), '');

const plan = (dedup: string) =>
  parsePlan(`sources: [files: { glob: "*.jsonl" }]\ndedup: ${dedup}\nsinks: [text]\n`, join(folder, 'p.yaml'));

async function problemsOf(dedup: string): Promise<readonly string[]> {
  try {
    await plan(dedup);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidPipelineError)) throw error;
    return error.problems.map(({ line, path, message }) => `${line} ${path}: ${message}`);
  }
}

describe('dedup across documents and runs', () => {
  it('is one pass against nothing when the file says nothing of it', async () => {
    expect((await plan('{ exact: true }')).dedup).toMatchObject({ mode: 'stream', memory: 2e9, against: [] });
  });

  it('takes earlier runs and index files relative to the pipeline file', async () => {
    const { dedup, dedupers } = await plan('{ exact: true, memory: 500MB, against: [runs/2024, ./web.index] }');
    expect(dedup).toMatchObject({
      mode: 'stream',
      memory: 5e8,
      against: [join(folder, 'runs/2024'), join(folder, 'web.index')],
    });
    expect(dedupers.map(({ name }) => name)).toEqual(['exact']);
  });

  it('is part of what a run folder goes on with, but its memory is not', async () => {
    const plain = await plan('{ exact: true }');
    const identities = await Promise.all(
      ['{ exact: true, mode: global }', '{ exact: true, against: [web.index] }', '{ exact: true, memory: 1GB }'].map(
        async (dedup) => (await plan(dedup)).identity,
      ),
    );
    expect(identities.map((identity) => identity === plain.identity)).toEqual([false, false, true]);
  });

  it('says where an earlier run is missing, and that signatures are needed', async () => {
    expect(await problemsOf('{ exact: true, against: [web.index, runs/1999] }')).toEqual([
      `2 dedup.against.1: expected the folder of an earlier run or an index file, found nothing at ${join(folder, 'runs/1999')}`,
    ]);
    expect(await problemsOf('{ mode: global }')).toEqual([expect.stringContaining('expected dedupers beside it')]);
    expect(await problemsOf('{ exact: true, mode: twice }')).toEqual([expect.stringContaining('stream | global')]);
    expect(await problemsOf('{ exact: true, agains: [web.index] }')).toContainEqual(
      expect.stringContaining('did you mean "against"?'),
    );
  });
});
