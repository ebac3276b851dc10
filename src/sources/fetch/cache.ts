// The cache of fetched files, for those who ask for one: complete, verified, within its budget, the oldest leaving first.
import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Disk, Shard, Transport } from '../../pipeline/define.ts';
import { CacheFill } from './cache-fill.ts';
import { openFolder } from './folder.ts';

export interface CacheDisk extends Disk {
  readonly used: number;
  readonly budget: number;
  /** Counts what lies there already. */
  adopt(bytes: number, part: string): void;
}

export interface CacheOptions {
  readonly dir: string;
  /** Bytes that the cache may hold; of the disk budget it only takes what nothing else needs. */
  readonly budget: number;
  readonly disk: CacheDisk;
}

type File = Pick<Shard, 'path' | 'size' | 'checksum'>;

interface Entry {
  readonly name: string;
  readonly bytes: number;
  /** When it was fetched, in milliseconds since 1970. */
  readonly time: number;
}

const PART = 'cache';
/** `<key>.<sha256 of the contents>`: names are hashes, so no path that a server writes can lead anywhere. */
const NAME = /^([0-9a-f]{40})\.([0-9a-f]{64})$/;
const UNFINISHED = /^[0-9a-f]{40}\.(\d+)\.part$/;

/** What of a file decides that it is the same: where it lies, and its checksum, or its size where there is none. */
const keyOf = (base: string, { path, size, checksum }: File): string =>
  createHash('sha256')
    .update(JSON.stringify([base, path, checksum?.value ?? size ?? null]))
    .digest('hex')
    .slice(0, 40);

export class Cache {
  readonly #dir: string;
  readonly #budget: number;
  readonly #disk: CacheDisk;
  readonly #folder: Transport;
  /** Oldest first: Map keeps the order of insertion. */
  readonly #entries = new Map<string, Entry>();
  readonly #inUse = new Map<string, number>();
  /** Bytes of whole files and of those being written. */
  #bytes = 0;

  private constructor({ dir, budget, disk }: CacheOptions) {
    this.#dir = dir;
    this.#budget = budget;
    this.#disk = disk;
    this.#folder = openFolder(dir);
  }

  /** Takes over what earlier runs left in the folder; parts of files that a crash left are removed. */
  static async open(options: CacheOptions): Promise<Cache> {
    const cache = new Cache(options);
    await mkdir(options.dir, { recursive: true });
    const found: [string, Entry][] = [];
    for (const name of await readdir(options.dir)) {
      const [, owner] = UNFINISHED.exec(name) ?? [];
      if (owner !== undefined && !isAlive(Number(owner))) await rm(join(options.dir, name), { force: true });
      const [, key] = NAME.exec(name) ?? [];
      const facts = key === undefined ? undefined : await stat(join(options.dir, name)).catch(() => undefined);
      if (key !== undefined && facts !== undefined) found.push([key, { name, bytes: facts.size, time: facts.mtimeMs }]);
    }
    found.sort(([a, { time: first }], [b, { time: second }]) => first - second || (a < b ? -1 : 1));
    for (const [key, entry] of found) {
      cache.#entries.set(key, entry);
      cache.#bytes += entry.bytes;
      options.disk.adopt(entry.bytes, PART);
    }
    while (cache.#bytes > cache.#budget && (await cache.evict()));
    return cache;
  }

  /** Bytes held now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Removes the oldest file that nobody is reading; false when there is none. */
  async evict(): Promise<boolean> {
    for (const key of this.#entries.keys()) {
      if ((this.#inUse.get(key) ?? 0) > 0) continue;
      await this.#drop(key);
      return true;
    }
    return false;
  }

  /** A transport for one file: from the cache when it is there whole, else from `inner`, and kept when it comes whole. */
  of(inner: Transport, file: File): Transport {
    if (!/^https?:/.test(inner.base)) return inner;
    const key = keyOf(inner.base, file);
    const mine = (path: string): boolean => path === file.path;
    return {
      base: inner.base,
      list: (dir) => inner.list(dir),
      folders: (dir) => inner.folders(dir),
      size: async (path) => (mine(path) ? this.#entries.get(key)?.bytes : undefined) ?? inner.size(path),
      open: (path, options = {}) => (mine(path) ? this.#open(inner, file, key, options) : inner.open(path, options)),
      range: async (path, start, end, signal) => {
        if (!mine(path)) return inner.range(path, start, end, signal);
        // Pieces of a file cannot be verified: the whole file is fetched first.
        if (!this.#entries.has(key)) for await (const _ of this.#fetch(inner, file, key, signal));
        const name = this.#entries.get(key)?.name;
        if (name === undefined) return inner.range(path, start, end, signal);
        return this.#using(key, () => this.#folder.range(name, start, end, signal));
      },
      renew: (path) => {
        // Read wrongly, or changed: whatever is here is not believed any more.
        if (mine(path)) void this.#drop(key);
        inner.renew?.(path);
      },
      published: (path) => {
        const [, , sha256] = NAME.exec((mine(path) && this.#entries.get(key)?.name) || '') ?? [];
        return sha256 === undefined ? inner.published?.(path) : { algorithm: 'sha256', value: sha256 };
      },
    };
  }

  async *#open(
    inner: Transport,
    file: File,
    key: string,
    options: { start?: number; signal?: AbortSignal },
  ): AsyncGenerator<Uint8Array> {
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      yield* (options.start ?? 0) === 0
        ? this.#fetch(inner, file, key, options.signal)
        : inner.open(file.path, options);
      return;
    }
    this.#use(key, 1);
    try {
      yield* this.#folder.open(entry.name, options);
    } finally {
      this.#use(key, -1);
    }
  }

  /** Passes the file on while it is written; it is kept when its end comes and it is what was published. */
  async *#fetch(
    inner: Transport,
    file: File,
    key: string,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Uint8Array> {
    const fill = await CacheFill.begin(inner, file, join(this.#dir, key), {
      reserve: (bytes) => this.#reserve(bytes),
      release: (bytes) => this.#release(bytes),
    });
    try {
      yield* fill.read(signal);
      const kept = await fill.finish(signal);
      if (kept !== undefined && !this.#entries.has(key)) this.#entries.set(key, { ...kept, time: Date.now() });
    } finally {
      await fill.close();
    }
  }

  /** False when there is no room even without any older file: the file is then not kept. Never stops a run. */
  async #reserve(bytes: number): Promise<boolean> {
    if (bytes > this.#budget) return false;
    const isTight = (): boolean => this.#bytes + bytes > this.#budget || this.#disk.used + bytes > this.#disk.budget;
    while (isTight()) if (!(await this.evict())) return false;
    this.#bytes += bytes;
    try {
      await this.#disk.reserve(bytes, PART);
      return true;
    } catch {
      this.#bytes -= bytes;
      return false;
    }
  }

  #release(bytes: number): void {
    this.#bytes -= bytes;
    this.#disk.release(bytes, PART);
  }

  async #drop(key: string): Promise<void> {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    await rm(join(this.#dir, entry.name), { force: true });
    this.#release(entry.bytes);
  }

  #use(key: string, change: 1 | -1): void {
    this.#inUse.set(key, (this.#inUse.get(key) ?? 0) + change);
  }

  async #using<T>(key: string, work: () => Promise<T>): Promise<T> {
    this.#use(key, 1);
    try {
      return await work();
    } finally {
      this.#use(key, -1);
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return pid !== process.pid;
  } catch {
    return false;
  }
}
