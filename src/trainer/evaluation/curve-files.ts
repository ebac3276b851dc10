// The curves of a training on disk: one file for TensorBoard, one CSV; a resumed training goes on in both.
import { appendFile, readFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { asDiskError, systemCode } from '../../errors.ts';
import type { TrainerDisk } from '../checkpoint.ts';
import { bytesUpTo, fileHeader, type Point, pointFrame } from './tfevents.ts';

/** TensorBoard takes every file whose name holds `tfevents`. */
export const EVENTS_FILE = 'events.out.tfevents.seiryu';
export const CSV_FILE = 'curve.csv';
const CSV_HEADER = 'step,series,value\n';

/** Points after which half as many steps are drawn: so both files stay small, however long the training. */
const DENSE = 8192;

/** Whether a step is a point of the curves: all up to 8,192, then every second up to 16,384, every fourth up to 32,768, … */
export function isDrawn(step: number): boolean {
  const every = step <= DENSE ? 1 : 2 ** (Math.floor(Math.log2((step - 1) / DENSE)) + 1);
  return step % every === 0;
}

/** Points wait in memory until `flush`; steps only rise, but for a training that went back to an earlier checkpoint. */
export class CurveFiles {
  readonly #dir: string;
  readonly #disk: TrainerDisk;
  readonly #now: () => number;
  #points: Point[] = [];
  #last = 0;
  /** Later steps on disk are no longer true. */
  #cutAfter: number | undefined;
  #hasHeaders = false;

  private constructor(dir: string, disk: TrainerDisk, now: () => number) {
    this.#dir = dir;
    this.#disk = disk;
    this.#now = now;
  }

  /** Curves of a training that goes on from `step`; 0 begins them anew. `now` in seconds since 1970. */
  static async open(dir: string, disk: TrainerDisk, step: number, now: () => number): Promise<CurveFiles> {
    const files = new CurveFiles(dir, disk, now);
    await files.#cut(step);
    return files;
  }

  add(step: number, values: Point['values']): void {
    if (step < this.#last) {
      this.#points = this.#points.filter((point) => point.step < step);
      this.#cutAfter = Math.min(step - 1, this.#cutAfter ?? step);
    }
    this.#last = step;
    this.#points.push({ step, time: this.#now(), values });
  }

  /** Writes what waits. What a crash leaves half written is cut off when the training goes on. */
  async flush(): Promise<void> {
    if (this.#cutAfter !== undefined) await this.#cut(this.#cutAfter);
    this.#cutAfter = undefined;
    if (this.#points.length === 0) return;
    const points = this.#points;
    this.#points = [];
    const frames = points.map(pointFrame);
    const lines = points.flatMap(csvLines);
    if (!this.#hasHeaders) {
      frames.unshift(fileHeader(this.#now()));
      lines.unshift(CSV_HEADER);
      this.#hasHeaders = true;
    }
    await this.#append(EVENTS_FILE, Buffer.concat(frames));
    await this.#append(CSV_FILE, Buffer.from(lines.join('')));
  }

  async #append(name: string, bytes: Buffer): Promise<void> {
    const path = join(this.#dir, name);
    await this.#disk.reserve(bytes.length, 'curves');
    try {
      await appendFile(path, bytes);
    } catch (error) {
      throw asDiskError(error, path);
    }
  }

  async #cut(step: number): Promise<void> {
    const kept = await this.#cutFile(EVENTS_FILE, (bytes) => (step === 0 ? 0 : bytesUpTo(bytes, step)));
    await this.#cutFile(CSV_FILE, (bytes) => (kept === 0 ? 0 : csvUpTo(bytes, step)));
    this.#hasHeaders = kept > 0;
  }

  /** Returns the bytes that stay. */
  async #cutFile(name: string, keep: (bytes: Buffer) => number): Promise<number> {
    const path = join(this.#dir, name);
    let bytes: Buffer;
    try {
      bytes = await readFile(path);
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return 0;
      throw error;
    }
    const kept = keep(bytes);
    if (kept === bytes.length) return kept;
    await (kept === 0 ? rm(path) : truncate(path, kept));
    await this.#disk.release(bytes.length - kept, 'curves');
    return kept;
  }
}

/** Text is for TensorBoard alone. */
function csvLines({ step, values }: Point): string[] {
  return Object.entries(values).flatMap(([series, value]) =>
    typeof value === 'number' ? [`${step},${csvField(series)},${value}\n`] : [],
  );
}

const csvField = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Bytes of whole lines at the start whose step is at most `step`. */
function csvUpTo(bytes: Buffer, step: number): number {
  let at = 0;
  for (let end = bytes.indexOf('\n') + 1; end > 0; end = bytes.indexOf('\n', at) + 1) {
    // The header has no number, and stays.
    if (Number.parseInt(bytes.subarray(at, Math.min(end, at + 20)).toString('latin1'), 10) > step) break;
    at = end;
  }
  return at;
}
