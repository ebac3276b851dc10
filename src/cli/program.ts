// All commands of `seiryu`.
import { Command } from 'commander';
import { version } from '../version.ts';
import { ablateCommand } from './ablate.ts';
import { applyCommand } from './apply.ts';
import { blameCommand } from './blame.ts';
import { checkCommand } from './check.ts';
import { clustersCommand } from './clusters.ts';
import { doctorCommand } from './doctor.ts';
import { evalCommand } from './eval.ts';
import { explainCommand } from './explain.ts';
import { exportCommand } from './export.ts';
import { generateCommand } from './generate.ts';
import { indexCommand } from './index-command.ts';
import { linesCommand } from './lines.ts';
import { lmCommand } from './lm.ts';
import { modelsCommand } from './models.ts';
import { pluginsCommand } from './plugins.ts';
import { previewCommand } from './preview.ts';
import { reportCommand } from './report.ts';
import { runCommand } from './run.ts';
import { sourcesCommand } from './sources.ts';
import { trainCommand } from './train.ts';
import { tuneCommand } from './tune.ts';
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
  clustersCommand,
  reportCommand,
  verifyCommand,
  trainCommand,
  generateCommand,
  evalCommand,
  ablateCommand,
  exportCommand,
  modelsCommand,
  blameCommand,
  sourcesCommand,
  tuneCommand,
  linesCommand,
  lmCommand,
  indexCommand,
  pluginsCommand,
  doctorCommand,
];
for (const command of commands) program.addCommand(command);
