// Held-out documents as text, some of each source: what perplexity by source, and by byte, is measured on.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { fileSize, replaceFile } from '../../durable-files.ts';
import { errorMessage, systemCode, TrainerError } from '../../errors.ts';
import type { TrainerDisk } from '../checkpoint.ts';
import type { MeasuredText } from './perplexity.ts';

export const HELD_OUT_FILE = 'held-out.jsonl';

const heldOutLine = z.object({
  /** The document's number in the feed. */
  number: z.int().nonnegative(),
  id: z.string(),
  source: z.string(),
  text: z.string(),
});
export type HeldOutText = z.output<typeof heldOutLine> & MeasuredText;

/** A source that has room for less than this is full: a few characters measure nothing. */
const SHORTEST = 64;

/**
 * Keeps the first held-out documents of each source up to a number of bytes, the last one cut. Memory and file: that number
 * for each source of the pipeline file.
 */
export class HeldOutTexts {
  readonly #limit: number;
  readonly #texts: HeldOutText[];
  readonly #numbers = new Set<number>();
  readonly #bytes = new Map<string, number>();
  #saved: number;

  constructor(bytesPerSource: number, texts: readonly HeldOutText[] = []) {
    this.#limit = bytesPerSource;
    this.#texts = [...texts];
    this.#saved = texts.length;
    for (const text of texts) this.#count(text);
  }

  get texts(): readonly HeldOutText[] {
    return this.#texts;
  }

  /** Offered again, a document is not taken again. */
  offer({ number, id, source, text }: HeldOutText): void {
    const left = this.#limit - (this.#bytes.get(source) ?? 0);
    if (left < SHORTEST || text === '' || this.#numbers.has(number)) return;
    const kept = { number, id, source, text: firstBytes(text, left) };
    this.#texts.push(kept);
    this.#count(kept);
  }

  /** Makes the file hold what this does, when it does not yet. Before a checkpoint, so that none is newer than its texts. */
  async save(dir: string, disk: TrainerDisk): Promise<void> {
    if (this.#saved === this.#texts.length) return;
    const path = join(dir, HELD_OUT_FILE);
    const bytes = Buffer.from(this.#texts.map((text) => `${JSON.stringify(text)}\n`).join(''));
    // For a moment both the old and the new file are on disk.
    await disk.reserve(bytes.length, 'held-out');
    const before = (await fileSize(path)) ?? 0;
    await replaceFile(path, bytes);
    if (before > 0) await disk.release(before, 'held-out');
    this.#saved = this.#texts.length;
  }

  #count({ number, source, text }: HeldOutText): void {
    this.#numbers.add(number);
    this.#bytes.set(source, (this.#bytes.get(source) ?? 0) + Buffer.byteLength(text));
  }
}

/** The longest beginning of `text` of at most `limit` UTF-8 bytes that cuts no character. */
function firstBytes(text: string, limit: number): string {
  if (Buffer.byteLength(text) <= limit) return text;
  const bytes = Buffer.from(text);
  let end = limit;
  // 10xxxxxx goes on with a character that began before.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end).toString('utf8');
}

/**
 * The texts in a trainer's folder, those of documents numbered below `documents` only: the others come again from the feed.
 * None without a file.
 */
export async function readHeldOut(dir: string, documents = Number.POSITIVE_INFINITY): Promise<HeldOutText[]> {
  return (await readHeldOutFile(join(dir, HELD_OUT_FILE))).filter(({ number }) => number < documents);
}

/** All texts of a file that `HeldOutTexts` saved; none without a file. */
export async function readHeldOutFile(path: string): Promise<HeldOutText[]> {
  let content: string;
  try {
    content = await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return [];
    throw error;
  }
  try {
    const lines = content.split('\n').filter((line) => line !== '');
    return lines.map((line) => heldOutLine.parse(JSON.parse(line)));
  } catch (error) {
    throw new TrainerError(`${path} is damaged: ${errorMessage(error).split('\n')[0]}`, {
      code: 'held_out.invalid',
      fix: 'Restore it, or start over with --fresh.',
      cause: error,
    });
  }
}
