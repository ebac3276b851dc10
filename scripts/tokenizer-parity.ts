// `npx tsx scripts/tokenizer-parity.ts`: learned tokenizers in PyPI's `tokenizers`, text by text; fails on any difference.
//
// Makes a virtual environment in build/ from the pinned requirements; SEIRYU_VENV names one to use instead.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { parseTokenizer } from '../src/trainer/tokenizer/file.ts';
import { learnTokenizer } from '../src/trainer/tokenizer/learn.ts';
import { parityTexts } from './tokenizer-parity/texts.ts';

const TEXTS = 10_000;
const VOCABULARY = 4_000;
const HERE = new URL('./tokenizer-parity/', import.meta.url).pathname;
const BUILD = new URL('../build/tokenizer-parity/', import.meta.url).pathname;
const SAMPLE = new URL('../sample/truth.jsonl.gz', import.meta.url).pathname;

const sampleLine = z.object({ clean: z.array(z.string()).default([]) });
const encoded = z.tuple([z.array(z.int()), z.string()]);

function python(): string {
  const given = process.env.SEIRYU_VENV;
  if (given !== undefined) return join(given, 'bin/python');
  const venv = join(BUILD, 'venv');
  if (!existsSync(join(venv, 'ready'))) {
    execFileSync('python3', ['-m', 'venv', venv], { stdio: 'inherit' });
    const requirements = join(HERE, 'requirements.txt');
    execFileSync(join(venv, 'bin/pip'), ['install', '--quiet', '-r', requirements], { stdio: 'inherit' });
    writeFileSync(join(venv, 'ready'), '');
  }
  return join(venv, 'bin/python');
}

mkdirSync(BUILD, { recursive: true });
const prose = gunzipSync(readFileSync(SAMPLE))
  .toString('utf8')
  .trim()
  .split('\n')
  .map((line) => sampleLine.parse(JSON.parse(line)).clean.join('\n'))
  .filter((text) => text !== '');
const texts = parityTexts(prose, TEXTS);
const interpreter = python();
for (const model of ['bpe', 'unigram'] as const) {
  const path = join(BUILD, `${model}.json`);
  const json = learnTokenizer(prose, { model, vocab: VOCABULARY });
  writeFileSync(path, json);
  const ours = parseTokenizer(json, path);
  const lines = execFileSync(interpreter, [join(HERE, 'encode.py'), path], {
    input: texts.map((text) => `${JSON.stringify(text)}\n`).join(''),
    maxBuffer: 2 ** 28,
    encoding: 'utf8',
  });
  const theirs = lines.trim().split('\n');
  const differences = texts.filter((text, index) => {
    const [ids, decoded] = encoded.parse(JSON.parse(theirs[index] ?? ''));
    return ids.join() !== ours.encode(text).join() || decoded !== text || ours.decode(ids) !== text;
  });
  console.log(`${model}: ${texts.length - differences.length} of ${texts.length} texts encode and decode alike`);
  for (const text of differences.slice(0, 5)) console.error(JSON.stringify(text));
  if (differences.length > 0) process.exitCode = 1;
}
