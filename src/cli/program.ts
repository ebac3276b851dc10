// All commands of `seiryu`. Only the one that is asked for is loaded: the libraries of all others take half a second.
import { Command } from 'commander';
import { version } from '../version.ts';

/** In the order of `--help`. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import('./run.ts')).runCommand,
  check: async () => (await import('./check.ts')).checkCommand,
  preview: async () => (await import('./preview.ts')).previewCommand,
  apply: async () => (await import('./apply.ts')).applyCommand,
  explain: async () => (await import('./explain.ts')).explainCommand,
  clusters: async () => (await import('./clusters.ts')).clustersCommand,
  report: async () => (await import('./report.ts')).reportCommand,
  verify: async () => (await import('./verify.ts')).verifyCommand,
  train: async () => (await import('./train.ts')).trainCommand,
  generate: async () => (await import('./generate.ts')).generateCommand,
  eval: async () => (await import('./eval.ts')).evalCommand,
  ablate: async () => (await import('./ablate.ts')).ablateCommand,
  export: async () => (await import('./export.ts')).exportCommand,
  models: async () => (await import('./models.ts')).modelsCommand,
  blame: async () => (await import('./blame.ts')).blameCommand,
  sources: async () => (await import('./sources.ts')).sourcesCommand,
  tune: async () => (await import('./tune.ts')).tuneCommand,
  lines: async () => (await import('./lines.ts')).linesCommand,
  lm: async () => (await import('./lm.ts')).lmCommand,
  index: async () => (await import('./index-command.ts')).indexCommand,
  plugins: async () => (await import('./plugins.ts')).pluginsCommand,
  doctor: async () => (await import('./doctor.ts')).doctorCommand,
};

/** With the command `name` alone where there is one of that name, else with all of them. */
export async function programWith(name: string | undefined): Promise<Command> {
  const program = new Command('seiryu')
    .description(
      '清流: streams web corpora from where they are published into a trainer, cleaned and deduplicated on the way.',
    )
    .version(version)
    .showHelpAfterError('(seiryu --help lists the commands)')
    .addHelpText(
      'after',
      '\nExit codes: 0 done · 1 unexpected error · 2 invalid pipeline file or arguments · 3 source failed (resumable) ·\n4 disk budget or volume full (resumable) · 5 training diverged · 130 interrupted (resumable)',
    );
  const asked = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  const loading = asked === undefined ? Object.values(commands).map((load) => load()) : [asked()];
  for (const command of await Promise.all(loading)) program.addCommand(command);
  return program;
}
