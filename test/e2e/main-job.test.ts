import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RunRecord } from '../../src/engine/record.ts';
import { cli, recordOf, temporaryFolder } from '../helpers/cli.ts';

let cwd: string;
let record: RunRecord;
let stdout: string;

// The bundled pipeline by its name, from a folder that holds nothing, with a model that trains in seconds.
beforeAll(async () => {
  cwd = await temporaryFolder();
  const model = ['layers=1', 'width=16', 'heads=2'].flatMap((option) => ['--set', `trainer.model.${option}`]);
  const ended = await cli(['run', 'pipelines/sample.yaml', ...model, '--set', 'trainer.batch=16'], { cwd });
  expect(ended.code, ended.stderr).toBe(0);
  stdout = ended.stdout;
  record = await recordOf(join(cwd, 'runs/sample'));
}, 300_000);

describe('the main job on the sample', () => {
  it('holds at most a tenth of the decoded bytes on disk, fixed overheads apart and listed', () => {
    const { disk, bytes, shards } = record;
    expect(disk.stream).toBeLessThanOrEqual(0.1 * bytes.decoded);
    expect(disk.peak).toBeLessThanOrEqual(disk.stream + disk.fixed);
    expect(Object.keys(disk.parts)).toEqual(
      expect.arrayContaining(['checkpoint', 'tokenizer', 'ballast', 'journal', 'shards']),
    );
    expect(shards.length).toBeGreaterThan(5);
    expect(shards.some(({ retained }) => retained)).toBe(false);
    for (const part of ['grows with the corpus', 'fixed overheads', 'peak of checkpoint'])
      expect(stdout).toContain(part);
  });

  it('trains before the last shard is opened, on every kept document, and learns', async () => {
    const log = await readFile(join(cwd, 'runs/sample/log.jsonl'), 'utf8');
    const firstStep = log.indexOf('"msg":"trainer.step"');
    expect(firstStep).toBeGreaterThan(0);
    expect(firstStep).toBeLessThan(log.lastIndexOf('"msg":"shard.open"'));
    expect(record.trainer).toMatchObject({ reason: 'end', documents: record.documents.kept });
    const { first, last } = JSON.parse(JSON.stringify(record.trainer?.perplexity));
    expect(last).toBeLessThan(first / 3);
  });
});
