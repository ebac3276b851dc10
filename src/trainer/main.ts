// The trainer process: its configuration comes as the first line of stdin, commands as later ones; events leave on stdout.
import { mkdir } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { asDiskError, errorMessage, SeiryuError } from '../errors.ts';
import { Commands } from './commands.ts';
import { Feed } from './feed.ts';
import { withOrigin } from './import/origin.ts';
import { type TrainerEvent, trainerCommand, trainerConfig } from './protocol.ts';
import { train } from './train.ts';

// Libraries greet people on stdout, which belongs to the engine.
console.log = console.error;
console.info = console.error;

const emit = (event: TrainerEvent): void => {
  process.stdout.write(`${JSON.stringify(event)}\n`);
};

async function main(): Promise<number> {
  const commands = new Commands();
  const lines = createInterface({ input: process.stdin });
  const firstLine = new Promise<string>((resolve) => {
    lines.once('line', (line) => {
      lines.on('line', (later) => commands.give(trainerCommand.parse(JSON.parse(later))));
      resolve(line);
    });
    lines.once('close', () => {
      commands.give({ stop: true });
      resolve('');
    });
  });
  let feed: Feed | undefined;
  try {
    const given = trainerConfig.parse(JSON.parse(await firstLine));
    const config = { ...given, options: await withOrigin(given.options) };
    await mkdir(config.dir, { recursive: true });
    feed = new Feed(config.socketPath);
    await train(config, { feed, commands, emit });
    return 0;
  } catch (cause) {
    const error = asDiskError(cause, 'a file of the trainer');
    const known = error instanceof SeiryuError ? error : undefined;
    emit({
      event: 'error',
      code: known?.code ?? 'trainer.bug',
      message: errorMessage(error),
      ...(known?.fix === undefined ? {} : { fix: known.fix }),
    });
    if (known === undefined) console.error(error);
    return known !== undefined && [2, 4, 5].includes(known.exitCode) ? known.exitCode : 1;
  } finally {
    await feed?.close();
  }
}

const code = await main();
process.stdout.write('', () => process.exit(code));
