// The peers from PyPI, in a virtual environment of their own below bench/.data.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { DATA } from '../corpus.ts';
import type { Page } from './pages.ts';

/** wikiextractor expands templates unless told not to; our pages come without the pages that define them. */
export const peers = ['mwparserfromhell', 'wikiextractor', 'wikiextractor--no-templates'] as const;
export type Peer = (typeof peers)[number];
const pinned = ['mwparserfromhell==0.7.2', 'wikiextractor==3.1.0'];
const venv = join(DATA, 'wikitext-peers');

const measured = z.object({ cpu: z.number(), wall: z.number(), version: z.string(), python: z.string() });
const record = z.object({ text: z.string() });

export interface PeerRun extends z.output<typeof measured> {
  readonly texts: string[];
}

/** Makes the environment when it is missing; needs python3 with venv, and PyPI or a mirror of it. */
function python(): string {
  const path = join(venv, 'bin/python');
  const mark = join(venv, pinned.join('+'));
  if (existsSync(mark)) return path;
  rmSync(venv, { recursive: true, force: true });
  mkdirSync(DATA, { recursive: true });
  execFileSync('python3', ['-m', 'venv', venv], { stdio: 'inherit' });
  execFileSync(path, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...pinned], {
    stdio: 'inherit',
  });
  writeFileSync(mark, '');
  return path;
}

/** Reads pages with a peer; the times are of reading alone, in seconds. */
export function readWith(peer: Peer, pages: readonly Page[]): PeerRun {
  const folder = mkdtempSync(join(tmpdir(), 'seiryu-peer-'));
  try {
    const [source, target] = [join(folder, 'pages.jsonl'), join(folder, 'texts.jsonl')];
    writeFileSync(source, pages.map((page) => `${JSON.stringify(page)}\n`).join(''));
    const script = new URL('peers.py', import.meta.url).pathname;
    const printed = execFileSync(python(), [script, peer, source, target], { encoding: 'utf8' });
    const texts = readFileSync(target, 'utf8').trimEnd().split('\n');
    return { ...measured.parse(JSON.parse(printed)), texts: texts.map((line) => record.parse(JSON.parse(line)).text) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
