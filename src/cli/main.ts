#!/usr/bin/env node
// Entry of the command line: runs a command and turns what it throws into a message and an exit code.
import { setFlagsFromString } from 'node:v8';
import { CommanderError } from 'commander';
import { describePlace, SeiryuError, systemCode } from '../errors.ts';
import { hideLogins } from '../pipeline/hide-logins.ts';
import { programWith } from './program.ts';

function explain(error: unknown): number {
  const write = (text: string): void => void process.stderr.write(hideLogins(text));
  if (error instanceof SeiryuError) {
    const place = error.place === undefined ? '' : ` (${describePlace(error.place)})`;
    write(`seiryu: ${error.message}${place} [${error.code}]\n`);
    if (error.fix !== undefined) write(`  ${error.fix}\n`);
    return error.exitCode;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  write(
    `seiryu: an unexpected error; this is a bug.\n${text}\n  Please report it with the lines above and the run's log.jsonl: see CONTRIBUTING.md.\n`,
  );
  return 1;
}

// Blocks come and go outside the heap, and V8 counts them against a limit of a small multiple of the 20 MB that live in it:
// without this it marks the whole heap once for every 7 MB of corpus, an eighth of a run's CPU time, and finds nothing.
setFlagsFromString('--heap-growing-percent=200');

/** Commands that do more than print: their work goes on when the reader of what they print has gone. */
const WORKING = new Set(['run', 'train', 'ablate', 'index', 'lm']);

// `| head` closes the pipe when it has what it wants.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: unknown) => {
    if (systemCode(error) !== 'EPIPE') throw error;
    if (!WORKING.has(process.argv[2] ?? '')) process.exit(0);
  });
}

const program = await programWith(process.argv[2]);
for (const command of [program, ...program.commands]) command.exitOverride();
try {
  await program.parseAsync();
} catch (error) {
  // commander has printed its own message; help and version end well, everything else is a wrong argument.
  process.exitCode = error instanceof CommanderError ? (error.exitCode === 0 ? 0 : 2) : explain(error);
}
