// `seiryu report`: what a run did, from its record.
import { Command } from 'commander';
import { readRecord } from '../engine/record.ts';
import { PipelineError } from '../errors.ts';
import { reportLines } from '../watch/report.ts';

export const reportCommand = new Command('report')
  .summary('what a run read, kept, dropped and saved')
  .description('Prints what a run read, kept, dropped and why, its disk and its time.')
  .argument('<dir>', 'folder of a run')
  .option('--json', 'the record as JSON', false)
  .action(async (dir: string, flags: { json: boolean }) => {
    const record = await readRecord(dir);
    if (record === undefined) {
      throw new PipelineError(`${dir} holds no run.json that can be read.`, {
        code: 'run.none',
        fix: 'Give the folder of a run, e.g. runs/sample.',
      });
    }
    process.stdout.write(`${flags.json ? JSON.stringify(record, null, 2) : reportLines(record).join('\n')}\n`);
  });
