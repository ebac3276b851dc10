// The command line as a user meets it: the compiled program in a process of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RunRecord, runRecordSchema } from '../../src/engine/record.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export const SAMPLE = fileURLToPath(new URL('../../sample/', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

export interface CliOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What is piped in; nothing by default. `open`: a pipe that the test writes into. */
  readonly input?: Uint8Array | 'open';
}

export function start(args: readonly string[], { cwd, env, input }: CliOptions = {}): Started {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  // A program that was killed, or has what it wants, reads no further.
  child.stdin?.on('error', () => undefined);
  if (input !== 'open') child.stdin?.end(input);
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, ended };
}

export const cli = (args: readonly string[], options?: CliOptions): Promise<Ended> => start(args, options).ended;

export const temporaryFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'seiryu-test-'));

export async function recordOf(dir: string): Promise<RunRecord> {
  return runRecordSchema.parse(JSON.parse(await readFile(join(dir, 'run.json'), 'utf8')));
}

/** Size and sha256 of every file under a run's shards* folders and of its quarantine, by path. */
export async function outputsOf(dir: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = relative(dir, join(entry.parentPath, entry.name));
    if (!path.startsWith('shards') && path !== 'quarantine.jsonl') continue;
    const bytes = await readFile(join(dir, path));
    files.set(path, `${bytes.length} bytes, sha256 ${createHash('sha256').update(bytes).digest('hex')}`);
  }
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}
