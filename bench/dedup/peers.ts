// The peers from PyPI, in a virtual environment of their own below bench/.data, or in the one that SEIRYU_VENV names.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { DATA } from '../corpus.ts';

export const pythonPeers = ['rensa', 'datasketch', 'datatrove', 'hojichar'] as const;
export type PythonPeer = (typeof pythonPeers)[number];

export interface Job {
  /** A file with a JSON list of texts. */
  readonly texts: string;
  readonly bands: number;
  readonly rows: number;
  readonly shingle: number;
}

const measured = z.object({ cpu: z.number(), wall: z.number(), version: z.string(), python: z.string() });
export type PeerRun = z.output<typeof measured>;

const requirements = new URL('requirements.txt', import.meta.url).pathname;
const script = new URL('peers.py', import.meta.url).pathname;

/** Makes the environment when it is missing or of other versions; needs python3 with venv, and PyPI or a mirror of it. */
export function peerPython(): string {
  const given = process.env.SEIRYU_VENV;
  if (given !== undefined && given !== '') return join(given, 'bin/python');
  const venv = join(DATA, 'dedup-peers');
  const path = join(venv, 'bin/python');
  const mark = join(venv, 'requirements.txt');
  const pinned = readFileSync(requirements, 'utf8');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === pinned) return path;
  rmSync(venv, { recursive: true, force: true });
  mkdirSync(DATA, { recursive: true });
  execFileSync('python3', ['-m', 'venv', venv], { stdio: 'inherit' });
  const options = ['--quiet', '--disable-pip-version-check', '-r', requirements];
  execFileSync(path, ['-m', 'pip', 'install', ...options], { stdio: 'inherit' });
  writeFileSync(mark, pinned);
  return path;
}

/** Signs all texts once with a peer; seconds of signing alone. */
export function signWith(python: string, peer: PythonPeer, { texts, bands, rows, shingle }: Job): PeerRun {
  const counts = [bands * rows, bands, shingle].map(String);
  // One core, as ours: numpy's libraries would start threads.
  const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', RAYON_NUM_THREADS: '1' };
  const printed = execFileSync(python, [script, peer, texts, ...counts], { encoding: 'utf8', env });
  return measured.parse(JSON.parse(printed.trim().split('\n').at(-1) ?? ''));
}
