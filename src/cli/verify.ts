// `seiryu verify`: checks a run's shards and counts against its record.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { fileSize } from '../durable-files.ts';
import { type RunRecord, readRecord } from '../engine/record.ts';
import { isBalanced } from '../engine/tally.ts';
import { PipelineError, SeiryuError } from '../errors.ts';

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}

/** Everything in a run's folder that does not agree with its record. */
export async function findDifferences(dir: string, record: RunRecord): Promise<string[]> {
  const found: string[] = [];
  if (!isBalanced(record))
    found.push(`documents: read is not kept + dropped + quarantined: ${JSON.stringify(record.documents)}`);
  for (const { path, sha256: expected, bytes, retained } of record.shards) {
    const size = await fileSize(join(dir, path));
    if (!retained) {
      if (size !== undefined) found.push(`${path}: should have been deleted after its reader consumed it`);
    } else if (size === undefined) found.push(`${path}: missing`);
    else if (size !== bytes) found.push(`${path}: ${size} bytes, recorded ${bytes}`);
    else if ((await sha256(join(dir, path))) !== expected) found.push(`${path}: the content changed (sha256 differs)`);
  }
  return found;
}

export const verifyCommand = new Command('verify')
  .summary('check a run’s shards and counts against its record')
  .description('Checks sizes, checksums and counts of a run against its run.json. Exit 1 when something differs.')
  .argument('<dir>', 'folder of a run')
  .action(async (dir: string) => {
    const record = await readRecord(dir);
    if (record === undefined) {
      throw new PipelineError(`${dir} holds no run.json that can be read.`, {
        code: 'run.none',
        fix: 'Give the folder of a run, e.g. runs/sample.',
      });
    }
    const found = await findDifferences(dir, record);
    if (found.length > 0) {
      throw new SeiryuError(
        `${found.length} difference${found.length === 1 ? '' : 's'} in ${dir}:\n  ${found.join('\n  ')}`,
        {
          code: 'verify.differs',
          fix: 'Restore the files, or run the pipeline again with --fresh.',
        },
      );
    }
    const kept = record.shards.filter(({ retained }) => retained).length;
    process.stdout.write(
      `${dir}: ${record.documents.read} documents add up, ${kept} shards have their recorded checksums\n`,
    );
  });
