// The index of `minhash`: exact, approximate, or one after the other, within the memory that the pipeline file gives it.
import { join } from 'node:path';
import { MemoryError } from '../../errors.ts';
import {
  type Agreement,
  type DedupIndex,
  type IndexFigures,
  type IndexRoom,
  NOT_SEEN,
  SEEN_SOMEWHERE,
} from '../../pipeline/define.ts';
import { formatBytes } from '../../pipeline/units.ts';
import { agreementOf } from '../agreement.ts';
import { filterBytesPerDocument, KeyFilter } from './key-filter.ts';
import { SampledSketches } from './sampled-sketches.ts';
import { bandHashes, leastAgreement, type SketchShape, sketchShape } from './sketch.ts';
import { SpillFile } from './spill-file.ts';
import { type SpillFiles, VerifiedRows } from './verified-rows.ts';

export interface NearIndexOptions {
  readonly bands: number;
  readonly rows: number;
  readonly threshold: number;
  readonly mode: 'exact' | 'bloom';
  /** Bytes. */
  readonly memory: number;
  readonly full: 'stop' | 'bloom' | 'spill';
}

/** Whether signatures carry the second halves of the band keys. */
export const hasTags = ({ mode, full }: Pick<NearIndexOptions, 'mode' | 'full'>): boolean =>
  mode === 'bloom' || full === 'bloom';

export const signatureWords = (options: Pick<NearIndexOptions, 'bands' | 'rows' | 'mode' | 'full'>): number => {
  const { words } = sketchShape(options.bands, options.rows);
  return words + (hasTags(options) ? options.bands : 0);
};

/** Of `memory`, what the exact tables get before an index goes on in Bloom mode; the filter gets the rest. */
const EXACT_SHARE = 0.5;
/** Of a filter's memory, what the sampled sketches get. */
const SAMPLE_SHARE = 0.02;
/** Bytes of memory that a document keeps when everything else of it is on disk. */
const SPILLED_COST = 3;

export class NearIndex implements DedupIndex {
  readonly words: number;
  readonly #options: NearIndexOptions;
  readonly #shape: SketchShape;
  readonly #hashes: Uint32Array;
  readonly #tags: Uint32Array;
  readonly #rows: VerifiedRows;
  readonly #files: SpillFiles | undefined;
  readonly #sampled: SampledSketches;
  #filter: KeyFilter | undefined;
  /** Band hashes of a block that was told of. (documents × bands) */
  #block = new Uint32Array(0);

  constructor(options: NearIndexOptions, room: IndexRoom | undefined) {
    const shape = sketchShape(options.bands, options.rows);
    const needed = leastAgreement(options.threshold, shape);
    this.#options = options;
    this.#shape = shape;
    this.words = signatureWords(options);
    this.#hashes = new Uint32Array(shape.bands);
    this.#tags = new Uint32Array(shape.bands);
    this.#rows = new VerifiedRows(shape, needed);
    this.#sampled = new SampledSketches(shape, needed);
    if (options.mode === 'bloom') this.#filter = this.#newFilter(options.memory);
    if (room !== undefined && options.full === 'spill') {
      this.#files = {
        rows: new SpillFile(join(room.dir, 'rows'), room.disk),
        sketches: new SpillFile(join(room.dir, 'sketches'), room.disk),
      };
    }
  }

  get bytes(): number {
    const { tables, sketches } = this.figures;
    return tables + sketches;
  }

  get figures(): IndexFigures {
    const exact = this.#hasRows;
    return {
      tables: (exact ? this.#rows.tableBytes : 0) + (this.#filter?.bytes ?? 0),
      sketches: (exact ? this.#rows.sketchBytes : 0) + this.#sampledBytes,
      spilled: (this.#files?.rows.bytes ?? 0) + (this.#files?.sketches.bytes ?? 0),
      budget: this.#options.memory,
      filled: this.#filled,
    };
  }

  get counts(): Readonly<Record<string, number>> {
    const { compared, refused } = this.#rows;
    return {
      ...(this.#hasRows ? { compared, refused } : {}),
      ...(this.#filter === undefined
        ? {}
        : { 'sampled-drops': this.#sampled.checked, 'sampled-drops-unlike': this.#sampled.refused }),
    };
  }

  find(signatures: Uint32Array, at: number): number {
    this.#hash(signatures, at);
    if (this.#hasRows) {
      const row = this.#rows.find(this.#hashes, signatures, at);
      if (row >= 0) return row;
    }
    if (this.#filter === undefined) return NOT_SEEN;
    const band = this.#filter.find(this.#hashes, this.#tags);
    if (band < 0) return NOT_SEEN;
    this.#sampled.check(band, this.#hashes, this.#tags, signatures, at);
    return SEEN_SOMEWHERE;
  }

  agreement(signatures: Uint32Array, at: number, number: number): Agreement {
    const sketch = this.#rows.sketchOf(number);
    return agreementOf(sketch.words, sketch.at, signatures, at, this.#shape);
  }

  admit(signatures: Uint32Array, at: number): void {
    this.#hash(signatures, at);
    // A function of what was admitted alone: every run, and every resumed one, changes over at the same document.
    if (this.#filter === undefined && this.#options.full === 'bloom' && this.#rows.bytes >= this.#exactMemory)
      this.#filter = this.#newFilter(this.#options.memory - this.#rows.bytes);
    if (this.#filter === undefined) {
      this.#rows.add(this.#hashes, signatures, at);
      return;
    }
    this.#filter.add(this.#hashes, this.#tags);
    this.#sampled.add(this.#hashes, this.#tags, signatures, at);
  }

  touch(signatures: Uint32Array, count: number, stride: number, at: number): void {
    const { bands } = this.#shape;
    if (this.#block.length < count * bands) this.#block = new Uint32Array(count * bands);
    const hashes = this.#block;
    for (let document = 0; document < count; document++)
      bandHashes(signatures, at + document * stride, this.#shape, hashes, document * bands);
    const filter = this.#filter;
    if (this.#hasRows) for (let from = 0; from < count * bands; from += bands) this.#rows.touch(hashes, from);
    if (filter !== undefined) for (let from = 0; from < count * bands; from += bands) filter.touch(hashes, from);
  }

  async settle(documents: number): Promise<void> {
    const { memory, full } = this.#options;
    if (this.#filter !== undefined) {
      if (this.#filter.documents + documents > this.#filter.capacity) throw this.#isFull();
      return;
    }
    // Half of it is left to the filter: it is not full yet.
    if (full === 'bloom') return;
    const wanted = memory - this.#rows.headroom(documents);
    while (this.#rows.bytes > wanted) {
      if (this.#files === undefined || !(await this.#rows.spill(this.#files))) throw this.#isFull();
    }
  }

  figuresAt(documents: number): IndexFigures {
    const { memory, mode, full } = this.#options;
    const { sketches, tables } = this.#rows.bytesAt(mode === 'exact' ? documents : 0);
    const exact = { tables, sketches, spilled: 0, budget: memory, filled: Math.min(1, (sketches + tables) / memory) };
    const needed = sketches + tables;
    if (mode === 'exact' && needed <= (full === 'bloom' ? this.#exactMemory : memory)) return exact;
    if (mode === 'exact' && full === 'stop') return exact;
    if (mode === 'exact' && full === 'spill') {
      const kept = this.#shape.bands * SPILLED_COST * documents;
      // What is over goes out in whole: what stays of a document is its hashes.
      const out = Math.min(1, Math.max(0, (needed - memory) / Math.max(1, needed - kept)));
      const onDisk = 4 * (this.#shape.words + this.#shape.bands) * documents;
      return {
        tables: Math.max(kept, memory - sketches * (1 - out)),
        sketches: sketches * (1 - out),
        spilled: out * onDisk,
        budget: memory,
        filled: 1,
      };
    }
    const first = mode === 'exact' ? this.#exactMemory : 0;
    const documentsInFilter = documents - (mode === 'exact' ? this.#documentsIn(first) : 0);
    const filter = Math.max(memory - first, documentsInFilter * filterBytesPerDocument(this.#shape.bands));
    return { tables: first * 0.74 + filter, sketches: first * 0.26, spilled: 0, budget: memory, filled: 1 };
  }

  outlook(documents: number): readonly string[] {
    const { memory, mode, full } = this.#options;
    const { bands } = this.#shape;
    const { sketches, tables } = this.#rows.bytesAt(documents);
    const exact = sketches + tables;
    const filter = documents * filterBytesPerDocument(bands) * (1 + SAMPLE_SHARE);
    const given = `memory: ${formatBytes(memory)}`;
    if (mode === 'bloom') {
      if (filter <= memory) return [];
      return [
        `needs ${formatBytes(filter)} in Bloom mode and has ${given}: it is full after about ${share(memory / filter)} of the corpus; the run then stops, and goes on with nothing but --fresh and more memory`,
      ];
    }
    if (exact <= memory * (full === 'bloom' ? EXACT_SHARE : 1)) return [];
    const head = `needs ${formatBytes(exact)} in exact mode and has ${given}`;
    if (full === 'stop')
      return [
        `${head}: it is full after about ${share(memory / exact)} of the corpus; the run then stops (full: stop) and goes on with more memory or full: spill. mode: bloom would need ${formatBytes(filter)}`,
      ];
    if (full === 'spill') {
      const least = bands * SPILLED_COST * documents;
      const { spilled } = this.figuresAt(documents);
      return [
        `${head}: after about ${share(memory / exact)} of the corpus it puts what is over on disk, ${formatBytes(spilled)} of it in the end (full: spill)${least > memory ? `; even so it is full after about ${share(memory / least)}, and the run then stops` : ''}`,
      ];
    }
    const inFilter = (documents - this.#documentsIn(this.#exactMemory)) * filterBytesPerDocument(bands);
    return [
      `${head}: when half of that is taken, after about ${share((memory * EXACT_SHARE) / exact)} of the corpus, it goes on in Bloom mode (full: bloom)${inFilter > memory * (1 - EXACT_SHARE) ? ', which is full before the corpus ends: the run then stops' : ''}`,
    ];
  }

  get whenFull(): string {
    const { mode, full } = this.#options;
    if (mode === 'bloom' || this.#filter !== undefined) return 'the run stops';
    if (full === 'stop') return 'the run stops and can go on with more (full: stop)';
    return full === 'spill'
      ? 'what is over goes to disk (full: spill)'
      : 'it has gone on in Bloom mode and the run stops (full: bloom)';
  }

  close(): void {
    this.#files?.rows.close();
    this.#files?.sketches.close();
  }

  get #hasRows(): boolean {
    return this.#options.mode === 'exact';
  }

  get #sampledBytes(): number {
    return this.#filter === undefined ? 0 : this.#sampled.bytes;
  }

  get #filled(): number {
    const { memory, mode } = this.#options;
    if (this.#filter === undefined) return this.#rows.bytes / memory;
    const share = this.#filter.documents / this.#filter.capacity;
    return mode === 'bloom' ? share : EXACT_SHARE + (1 - EXACT_SHARE) * share;
  }

  get #exactMemory(): number {
    return this.#options.memory * EXACT_SHARE;
  }

  #newFilter(memory: number): KeyFilter {
    return new KeyFilter({ bands: this.#shape.bands, bytes: memory * (1 - SAMPLE_SHARE) });
  }

  /** Documents whose exact index takes so many bytes, about. */
  #documentsIn(memory: number): number {
    const many = 1e6;
    const { sketches, tables } = this.#rows.bytesAt(many);
    return (memory * many) / (sketches + tables);
  }

  #hash(signatures: Uint32Array, at: number): void {
    bandHashes(signatures, at, this.#shape, this.#hashes);
    if (!hasTags(this.#options)) return;
    const from = at + this.#shape.words;
    for (let band = 0; band < this.#shape.bands; band++) this.#tags[band] = signatures[from + band] ?? 0;
  }

  #isFull(): MemoryError {
    const { memory, mode, full } = this.#options;
    const documents = this.#rows.rows + (this.#filter?.documents ?? 0);
    const neutral = mode === 'exact' && full !== 'bloom';
    return new MemoryError(
      `The index of minhash has taken its memory of ${formatBytes(memory)} with ${documents.toLocaleString('en-US')} documents (mode: ${mode}, full: ${full}).`,
      {
        code: 'index.memory',
        fix: neutral
          ? 'Raise dedup.minhash.memory, or (where it is not that yet) say dedup.minhash.full=spill, with --set, and run the same command again: it goes on where it stopped.'
          : 'In Bloom mode the memory decides about the rare false drops, so this run keeps what it has. Train on what is there, or begin anew with a larger dedup.minhash.memory and --fresh.',
      },
    );
  }
}

const share = (part: number): string => `${Math.max(1, Math.round(100 * Math.min(1, part)))} %`;
