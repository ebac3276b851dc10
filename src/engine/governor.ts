// The disk governor: one object owns the budget, so that a run never dies of a full disk halfway through a file.
import { statfs } from 'node:fs/promises';
import { DiskError } from '../errors.ts';
import type { Disk } from '../pipeline/define.ts';
import { formatBytes } from '../pipeline/units.ts';

export interface GovernorOptions {
  /** Folder whose volume is watched. */
  readonly dir: string;
  /** Bytes the run may hold. */
  readonly budget: number;
  /** Free bytes of the volume that are left to others. */
  readonly reserve: number;
  /** Free bytes of the volume; replaced in tests. */
  readonly freeBytes?: (dir: string) => Promise<number>;
}

/** How the volume's free space is watched: asked anew after this many reserved bytes. */
const RECHECK = 16 * 2 ** 20;
/** Parts whose size does not grow with the corpus. */
const FIXED = new Set(['checkpoint', 'tokenizer', 'held-out', 'curves', 'record', 'ballast']);

export class Governor implements Disk {
  readonly budget: number;
  readonly #dir: string;
  readonly #volumeReserve: number;
  readonly #freeBytes: (dir: string) => Promise<number>;
  readonly #parts = new Map<string, number>();
  readonly #peaks = new Map<string, number>();
  #used = 0;
  #peak = 0;
  #streamPeak = 0;
  #free = 0;
  #untilRecheck = 0;
  /** Frees what can be had again (the oldest file of the cache), before anything else is asked; false when there is none. */
  spare: () => Promise<boolean> = async () => false;
  /** Frees bytes when the budget is spent (the trainer saves, and lets go of what it read); false when nothing can be freed. */
  relief: () => Promise<boolean> = async () => false;

  constructor({ dir, budget, reserve, freeBytes = volumeFree }: GovernorOptions) {
    this.#dir = dir;
    this.budget = budget;
    this.#volumeReserve = reserve;
    this.#freeBytes = freeBytes;
  }

  get used(): number {
    return this.#used;
  }

  get peak(): number {
    return this.#peak;
  }

  /** Bytes that a part holds now. */
  held(part: string): number {
    return this.#parts.get(part) ?? 0;
  }

  /** Forgets what is held, before the folder is counted anew. */
  forget(): void {
    this.#parts.clear();
    this.#peaks.clear();
    this.#used = 0;
    this.#peak = 0;
    this.#streamPeak = 0;
  }

  /** For the record: bytes now, the peak of everything, of what grows with the corpus, and of each part. */
  summary(): {
    peak: number;
    budget: number;
    used: number;
    stream: number;
    fixed: number;
    parts: Record<string, number>;
  } {
    const fixed = [...this.#peaks].reduce((sum, [part, bytes]) => (FIXED.has(part) ? sum + bytes : sum), 0);
    const parts = Object.fromEntries([...this.#peaks].sort(([a], [b]) => (a < b ? -1 : 1)));
    return { peak: this.#peak, budget: this.budget, used: this.#used, stream: this.#streamPeak, fixed, parts };
  }

  /** Takes what is on disk already when a run begins or resumes, unasked. */
  adopt(bytes: number, part: string): void {
    this.#add(bytes, part);
  }

  async reserve(bytes: number, part: string): Promise<void> {
    if (this.#untilRecheck < bytes) {
      this.#free = await this.#freeBytes(this.#dir);
      this.#untilRecheck = Math.min(RECHECK, Math.max(0, this.#free - this.#volumeReserve));
    }
    // From the last look at the budget to the taking nothing is awaited: two writers never take the same bytes.
    for (;;) {
      if (this.#used + bytes > this.budget) {
        if (!(await this.spare()) && !(await this.relief())) throw this.#budgetSpent(bytes, part);
      } else if (this.#free - bytes < this.#volumeReserve) {
        if (!(await this.spare())) throw this.#volumeFull(bytes, part);
        this.#free = await this.#freeBytes(this.#dir);
      } else break;
    }
    this.#free -= bytes;
    this.#untilRecheck -= bytes;
    this.#add(bytes, part);
  }

  release(bytes: number, part: string): void {
    this.#used -= bytes;
    this.#parts.set(part, (this.#parts.get(part) ?? 0) - bytes);
  }

  #add(bytes: number, part: string): void {
    const now = (this.#parts.get(part) ?? 0) + bytes;
    this.#parts.set(part, now);
    this.#peaks.set(part, Math.max(this.#peaks.get(part) ?? 0, now));
    this.#used += bytes;
    this.#peak = Math.max(this.#peak, this.#used);
    let stream = 0;
    for (const [name, held] of this.#parts) if (!FIXED.has(name)) stream += held;
    this.#streamPeak = Math.max(this.#streamPeak, stream);
  }

  #held(): string {
    const parts = [...this.#parts].filter(([, bytes]) => bytes > 0).sort(([, a], [, b]) => b - a);
    return parts.map(([part, bytes]) => `${part} ${formatBytes(bytes)}`).join(', ') || 'nothing yet';
  }

  #budgetSpent(bytes: number, part: string): DiskError {
    const missing = this.#used + bytes - this.budget;
    return new DiskError(
      `The disk budget of ${formatBytes(this.budget)} is spent: ${formatBytes(this.#used)} are held (${this.#held()}), and the next ${formatBytes(bytes)} of ${part} would exceed it: ${formatBytes(missing)} are missing (${missing} bytes).`,
      {
        code: 'disk.budget',
        fix: 'Raise disk.budget (for example --set disk.budget=…) and run the same command again: it goes on where it stopped.',
      },
    );
  }

  #volumeFull(bytes: number, part: string): DiskError {
    const missing = bytes + this.#volumeReserve - this.#free;
    return new DiskError(
      `The volume of ${this.#dir} has ${formatBytes(this.#free)} free; the next ${formatBytes(bytes)} of ${part} and the reserve of ${formatBytes(this.#volumeReserve)} need more: ${formatBytes(missing)} are missing (${missing} bytes).`,
      {
        code: 'disk.reserve',
        fix: 'Free space on that volume (or lower disk.reserve) and run the same command again: it goes on where it stopped.',
      },
    );
  }
}

async function volumeFree(dir: string): Promise<number> {
  const { bavail, bsize } = await statfs(dir);
  return bavail * bsize;
}
