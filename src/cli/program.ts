// All commands of `seiryu`.
import { Command } from 'commander';
import { version } from '../version.ts';
import { applyCommand } from './apply.ts';
import { checkCommand } from './check.ts';
import { doctorCommand } from './doctor.ts';
import { explainCommand } from './explain.ts';
import { generateCommand } from './generate.ts';
import { indexCommand } from './index-command.ts';
import { lmCommand } from './lm.ts';
import { pluginsCommand } from './plugins.ts';
import { previewCommand } from './preview.ts';
import { reportCommand } from './report.ts';
import { runCommand } from './run.ts';
import { sourcesCommand } from './sources.ts';
import { verifyCommand } from './verify.ts';

export const program = new Command('seiryu')
  .description(
    '清流: streams web corpora from where they are published into a trainer, cleaned and deduplicated on the way.',
  )
  .version(version)
  .showHelpAfterError('(seiryu --help lists the commands)')
  .addHelpText(
    'after',
    '\nExit codes: 0 done · 1 unexpected error · 2 invalid pipeline file or arguments · 3 source failed (resumable) ·\n4 disk budget or volume full (resumable) · 5 training diverged · 130 interrupted (resumable)',
  );

const commands = [
  runCommand,
  checkCommand,
  previewCommand,
  applyCommand,
  explainCommand,
  reportCommand,
  verifyCommand,
  generateCommand,
  sourcesCommand,
  lmCommand,
  indexCommand,
  pluginsCommand,
  doctorCommand,
];
for (const command of commands) program.addCommand(command);
