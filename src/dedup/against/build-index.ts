// Builds index files: sorted segments that fit in memory first, then one merge of them all.
import { rm } from 'node:fs/promises';
import { fileSize } from '../../durable-files.ts';
import type { Disk, Matching } from '../../pipeline/define.ts';
import { IndexFile } from './index-file.ts';
import { ENTRY_WORDS, type IndexFooter, NAME_WORDS } from './index-footer.ts';
import { mergeIndexes } from './merge-indexes.ts';
import { PageCache } from './pages.ts';
import { INDEX_PART, type SectionContent, writeIndex } from './write-index.ts';

/** Documents of a segment: with 19 words of signature 40 MB, and 8 MB while a band is sorted. */
const SEGMENT_DOCUMENTS = 2 ** 19;

export interface IndexedDeduper {
  readonly deduper: string;
  readonly matching: Matching;
}

export interface BuilderOptions {
  readonly path: string;
  /** In the order of their signatures. */
  readonly dedupers: readonly IndexedDeduper[];
  readonly disk: Disk;
  readonly segmentDocuments?: number;
}

/** Takes documents in order and writes their index. Memory: one segment. Disk: twice the index while it is merged. */
export class IndexBuilder {
  readonly #options: BuilderOptions;
  readonly #words: number;
  readonly #most: number;
  readonly #rows: Uint32Array;
  readonly #names: Uint32Array;
  readonly #segments: string[] = [];
  #held = 0;
  readonly #shards: string[] = [];
  readonly #shardNumbers = new Map<string, number>();
  readonly #inputs: { name: string; documents: number }[] = [];

  constructor(options: BuilderOptions) {
    this.#options = options;
    this.#words = options.dedupers.reduce((sum, { matching }) => sum + matching.words, 0);
    this.#most = options.segmentDocuments ?? SEGMENT_DOCUMENTS;
    this.#rows = new Uint32Array(this.#most * this.#words);
    this.#names = new Uint32Array(this.#most * NAME_WORDS);
  }

  /** The documents from now on are of this input. */
  begin(name: string): void {
    this.#inputs.push({ name, documents: 0 });
  }

  /** Adds the signature at `signatures[at …]`; `id` is `source/shard#ordinal` where it is known. */
  async add(signatures: Uint32Array, at: number, id?: string): Promise<void> {
    const input = this.#inputs.at(-1);
    if (input === undefined) throw new Error('begin() names the input first');
    const row = this.#held * this.#words;
    for (let word = 0; word < this.#words; word++) this.#rows[row + word] = signatures[at + word] ?? 0;
    this.#names.set(id === undefined ? [0, 0] : this.#numbersOf(id), this.#held * NAME_WORDS);
    input.documents++;
    if (++this.#held === this.#most) await this.#flush();
  }

  /** Writes the index; the file appears whole or not at all. */
  async finish(): Promise<IndexFooter> {
    const { path, disk } = this.#options;
    if (this.#held > 0 || this.#segments.length === 0) await this.#flush();
    const footer = { inputs: this.#inputs, shards: this.#shards };
    try {
      // One segment is merged too: its footer must name all inputs and shards.
      const files = await Promise.all(this.#segments.map((segment) => IndexFile.open(segment, new PageCache(0))));
      try {
        return await mergeIndexes(files, { path, disk, ...footer });
      } finally {
        for (const file of files) file.close();
      }
    } finally {
      await this.abandon();
    }
  }

  /** Removes what is not finished. */
  async abandon(): Promise<void> {
    for (const segment of this.#segments.splice(0)) {
      const bytes = (await fileSize(segment)) ?? 0;
      await rm(segment, { force: true });
      this.#options.disk.release(bytes, INDEX_PART);
    }
  }

  #numbersOf(id: string): [number, number] {
    const hash = id.lastIndexOf('#');
    const shard = id.slice(0, hash);
    let number = this.#shardNumbers.get(shard);
    if (number === undefined) {
      number = this.#shards.push(shard);
      this.#shardNumbers.set(shard, number);
    }
    return [number, Number(id.slice(hash + 1)) + 1];
  }

  async #flush(): Promise<void> {
    const { path, dedupers, disk } = this.#options;
    const segment = `${path}.segment-${this.#segments.length}`;
    this.#segments.push(segment);
    const count = this.#held;
    const rows = this.#rows.subarray(0, count * this.#words);
    const names = this.#names.subarray(0, count * NAME_WORDS);
    this.#held = 0;
    let at = 0;
    const sections = dedupers.map(({ deduper, matching }): SectionContent => {
      const from = at;
      at += matching.words;
      return {
        deduper,
        parameters: matching.parameters,
        words: matching.words,
        rows: strided(rows, this.#words, from, matching.words),
        bands: Array.from(
          { length: matching.bands },
          (_, band) => () => sortedBand(rows, { stride: this.#words, from, matching, band }),
        ),
      };
    });
    await writeIndex(segment, { documents: count, names: [names], sections, inputs: [], shards: [] }, disk);
  }
}

function* strided(rows: Uint32Array, stride: number, from: number, words: number): Generator<Uint32Array> {
  for (let at = from; at < rows.length; at += stride) yield rows.subarray(at, at + words);
}

/** The (row, key) entries of a band of rows in memory, sorted. O(n log n) in native code. */
function* sortedBand(
  rows: Uint32Array,
  { stride, from, matching, band }: { stride: number; from: number; matching: Matching; band: number },
): Generator<Uint32Array> {
  const count = rows.length / stride;
  // An entry read as a little-endian u64 has the key in its upper half: numbers sort as (key, row).
  const entries = new BigUint64Array(count);
  const words = new Uint32Array(entries.buffer);
  const keys = new Uint32Array(matching.bands);
  for (let row = 0; row < count; row++) {
    matching.keys(rows, row * stride + from, keys);
    words[ENTRY_WORDS * row] = row;
    words[ENTRY_WORDS * row + 1] = keys[band] ?? 0;
  }
  entries.sort();
  yield words;
}
