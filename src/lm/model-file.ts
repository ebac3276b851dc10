// The file of a language model: what `seiryu lm` writes and the `perplexity` filter reads.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { z } from 'zod';
import { errorMessage, PipelineError } from '../errors.ts';
import { bytesOf } from './layout.ts';
import { FORMAT, headerSchema, type Model, type ModelHeader, reserveLines } from './model.ts';

const MAGIC = 'SEIRYULM';
/** Bytes before the header. */
const START = 12;
const MOST_HEADER = 1 << 20;
/** Bytes read at once. */
const PIECE = 1 << 26;

/** The file's bytes: magic, u32 header length, header as JSON padded so that the lines begin at a multiple of 64, lines. Little-endian. */
export function encodeModel({ header, words }: Pick<Model, 'header' | 'words'>): Uint8Array[] {
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.alloc(64 * Math.ceil((json.length + START) / 64) - START, ' ');
  json.copy(padded);
  const start = Buffer.alloc(START);
  start.write(MAGIC, 'latin1');
  start.writeUInt32LE(padded.length, 8);
  return [start, padded, new Uint8Array(words.buffer, words.byteOffset, words.byteLength)];
}

/** Reads a model's header, and all of it when it is asked for. Throws PipelineError `lm.file` for what is no model. */
export function readModel(path: string): { header: ModelHeader; load(): Model } {
  return {
    header: withFile(path, (file) => headerOf(path, file).header),
    load: () => withFile(path, (file) => loaded(path, file)),
  };
}

function withFile<T>(path: string, use: (file: number) => T): T {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    throw wrong(path, `cannot be read: ${errorMessage(error)}`);
  }
  try {
    return use(file);
  } finally {
    closeSync(file);
  }
}

function headerOf(path: string, file: number): { header: ModelHeader; start: number } {
  const head = Buffer.alloc(START);
  readSync(file, head, 0, START, 0);
  const length = head.readUInt32LE(8);
  if (head.toString('latin1', 0, 8) !== MAGIC || length > MOST_HEADER)
    throw wrong(path, 'is no language model of Seiryu');
  const json = Buffer.alloc(length);
  readSync(file, json, 0, length, START);
  try {
    const said: unknown = JSON.parse(json.toString('utf8'));
    const { format } = z.object({ format: z.int() }).parse(said);
    if (format !== FORMAT) throw wrong(path, `has format ${format}, and this version of Seiryu reads format ${FORMAT}`);
    const header = headerSchema.parse(said);
    if (fstatSync(file).size !== START + length + bytesOf(header)) throw new Error('it is cut short');
    return { header, start: START + length };
  } catch (error) {
    throw error instanceof PipelineError ? error : wrong(path, `is damaged: ${errorMessage(error)}`);
  }
}

function loaded(path: string, file: number): Model {
  const { header, start } = headerOf(path, file);
  const lines = reserved(path, header);
  const bytes = new Uint8Array(lines.words.buffer, lines.words.byteOffset, lines.words.byteLength);
  for (let filled = 0; filled < bytes.length; ) {
    const read = readSync(file, bytes, filled, Math.min(bytes.length - filled, PIECE), start + filled);
    if (read === 0) throw wrong(path, 'was cut while it was read');
    filled += read;
  }
  return { header, ...lines };
}

function reserved(path: string, header: ModelHeader): Pick<Model, 'words' | 'memory'> {
  try {
    return reserveLines(header);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new PipelineError(
      `The language model ${path} takes ${bytesOf(header)} bytes of memory, which are not to be had.`,
      {
        code: 'lm.memory',
        fix: 'Make a smaller one: `seiryu lm` with a larger --prune or a smaller --order.',
        cause: error,
      },
    );
  }
}

const wrong = (path: string, what: string): PipelineError =>
  new PipelineError(`The language model ${path} ${what}.`, {
    code: 'lm.file',
    fix: 'Make one with `seiryu lm`, and give its path relative to the folder of the pipeline file.',
  });
