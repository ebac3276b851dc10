// Cuts a shard's decoded bytes into blocks of whole records; where a block ends depends on the bytes alone.
import { DecodeError } from '../errors.ts';
import type { Format, Reject } from '../pipeline/define.ts';

export interface BlockLimits {
  /** Target size in decoded bytes: a block is the longest run of whole records within it, and at least one record. */
  readonly block: number;
  /** Longest record in decoded bytes; a longer one becomes a reject and is never held in memory. */
  readonly record: number;
}

/** Whole records of one shard. */
export interface Cut {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Decoded offset of the first byte. */
  readonly offset: number;
  /** Decoded offset after the last byte: where reading resumes. */
  readonly end: number;
  readonly firstOrdinal: number;
  /** Records in `bytes`, the reject not included. */
  readonly records: number;
  /** A record that never becomes bytes of a block: too long, or cut off by damage. Its ordinal follows the records. */
  readonly reject?: Reject;
  /** The shard's last cut (every shard has one, perhaps empty): reading it again gives nothing more. */
  readonly last: boolean;
  /** CRC-32 of the shard's decoded bytes up to `end`; unknown after a record that was too long to hold. */
  readonly print?: number;
  /** How the shard compares with what was published; on the last cut. */
  readonly check?: string;
}

const EXCERPT = 200;

/**
 * Yields blocks in order. `chunks` start at the decoded byte `from.offset`, a record's start; each is copied before the
 * next is asked for. A DecodeError from `chunks` ends the shard: the whole records before it are yielded, then one
 * `shard.truncated` or `shard.corrupt` reject for what was cut off. The last cut says so. Linear in the bytes; holds at
 * most block + record + one chunk.
 */
export async function* cutBlocks(
  chunks: AsyncIterable<Uint8Array>,
  format: Pick<Format, 'delimiter' | 'isRecord'>,
  limits: BlockLimits,
  from: { offset: number; ordinal: number } = { offset: 0, ordinal: 0 },
): AsyncGenerator<Cut> {
  const cutter = new Cutter(format, limits, from);
  let damage: DecodeError | undefined;
  try {
    for await (const chunk of chunks) {
      cutter.push(chunk);
      yield* cutter.take();
    }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    damage = error;
  }
  yield* cutter.finish(damage);
}

class Cutter {
  readonly #format: Pick<Format, 'delimiter' | 'isRecord'>;
  readonly #delimiter: Buffer;
  readonly #limits: BlockLimits;
  #buffer: Buffer;
  /** Where the pending bytes begin in the buffer; positions below count from here. */
  #start = 0;
  /** Pending bytes. */
  #length = 0;
  /** Decoded offset of the first pending byte. */
  #offset: number;
  #ordinal: number;
  #records = 0;
  /** End of the last whole record in the buffer. */
  #whole = 0;
  /** Where to go on looking for a delimiter. */
  #search = 0;
  /** Set while the bytes of a record that is too long are thrown away. */
  #skipped: { offset: number; excerpt: string; bytes: number } | undefined;

  constructor(
    format: Pick<Format, 'delimiter' | 'isRecord'>,
    limits: BlockLimits,
    from: { offset: number; ordinal: number },
  ) {
    this.#format = format;
    this.#delimiter = Buffer.from(format.delimiter, 'utf8');
    this.#limits = limits;
    this.#buffer = Buffer.allocUnsafeSlow(limits.block + 65_536);
    this.#offset = from.offset;
    this.#ordinal = from.ordinal;
  }

  push(chunk: Uint8Array): void {
    const needed = this.#length + chunk.length;
    if (this.#start + needed > this.#buffer.length) {
      const pending = this.#pending(0, this.#length);
      if (needed > this.#buffer.length)
        this.#buffer = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2));
      this.#buffer.set(pending, 0);
      this.#start = 0;
    }
    this.#buffer.set(chunk, this.#start + this.#length);
    this.#length = needed;
  }

  #pending(from: number, to: number): Buffer {
    return this.#buffer.subarray(this.#start + from, this.#start + to);
  }

  *take(): Generator<Cut> {
    for (;;) {
      if (this.#skipped !== undefined && !this.#skip(this.#skipped)) return;
      if (this.#skipped !== undefined) {
        yield this.#rejectSkipped(this.#skipped);
        this.#skipped = undefined;
      }
      const found = this.#pending(0, this.#length).indexOf(this.#delimiter, this.#search);
      const end = found < 0 ? this.#length : found + this.#delimiter.length;
      if (end - this.#whole > this.#limits.record) {
        yield* this.#flush();
        this.#skipped = {
          offset: this.#offset,
          excerpt: excerptOf(this.#pending(0, Math.min(EXCERPT, this.#length))),
          bytes: 0,
        };
        continue;
      }
      if (found < 0) {
        this.#search = Math.max(this.#whole, this.#length - this.#delimiter.length + 1);
        return;
      }
      if (end > this.#limits.block && this.#whole > 0) {
        yield* this.#flush();
        continue;
      }
      if (this.#format.isRecord(this.#pending(this.#whole, end))) this.#records++;
      this.#whole = end;
      this.#search = end;
    }
  }

  *finish(damage: DecodeError | undefined): Generator<Cut> {
    yield* this.take();
    if (this.#skipped !== undefined) {
      this.#skipped.bytes += this.#length;
      this.#drop(this.#length);
      // A record that is too long and then breaks off is one loss, not two.
      if (damage !== undefined) return void (yield this.#damaged(damage, this.#skipped));
      yield this.#rejectSkipped(this.#skipped);
      this.#skipped = undefined;
    }
    const tail = this.#pending(this.#whole, this.#length);
    if (damage === undefined) {
      const isRecord = tail.length > 0 && this.#format.isRecord(tail);
      if (isRecord && this.#length > this.#limits.block && this.#whole > 0) yield* this.#flush();
      if (isRecord) this.#records++;
      this.#whole = this.#length;
      yield { ...(this.#cut() ?? { ...this.#empty(this.#offset), end: this.#offset }), last: true };
      return;
    }
    const excerpt = excerptOf(tail.subarray(0, EXCERPT));
    yield* this.#flush();
    const lost = { offset: this.#offset, excerpt, bytes: this.#length };
    this.#drop(lost.bytes);
    yield this.#damaged(damage, lost);
  }

  /** The shard's last cut after a damage, with the record that it cut off. */
  #damaged(damage: DecodeError, { offset, excerpt, bytes }: { offset: number; excerpt: string; bytes: number }): Cut {
    const reject: Reject = {
      ordinal: this.#ordinal,
      offset,
      reason: damage.code === 'decode.truncated' ? 'shard.truncated' : 'shard.corrupt',
      detail: `${damage.message} The record at this byte (${bytes} bytes of it could be read) and all after it in this shard are lost.`,
      excerpt,
    };
    return { ...this.#empty(offset), end: this.#offset, reject, last: true };
  }

  #empty(offset: number): Omit<Cut, 'end' | 'last'> {
    return { bytes: new Uint8Array(0), offset, firstOrdinal: this.#ordinal, records: 0 };
  }

  /** Throws bytes away up to the delimiter; true once it was found. */
  #skip(skipped: { bytes: number }): boolean {
    const found = this.#pending(0, this.#length).indexOf(this.#delimiter);
    const gone = found < 0 ? Math.max(0, this.#length - this.#delimiter.length + 1) : found + this.#delimiter.length;
    skipped.bytes += gone;
    this.#drop(gone);
    return found >= 0;
  }

  #rejectSkipped(skipped: { offset: number; excerpt: string; bytes: number }): Cut {
    const reject: Reject = {
      ordinal: this.#ordinal,
      offset: skipped.offset,
      reason: 'record.too_long',
      detail: `The record has ${skipped.bytes} bytes; at most ${this.#limits.record} are read (stream.record).`,
      excerpt: skipped.excerpt,
    };
    const cut = { ...this.#empty(skipped.offset), end: this.#offset, reject, last: false };
    this.#ordinal++;
    return cut;
  }

  *#flush(): Generator<Cut> {
    const cut = this.#cut();
    if (cut !== undefined) yield cut;
  }

  #cut(): Cut | undefined {
    if (this.#whole === 0) return undefined;
    const bytes = new Uint8Array(this.#whole);
    bytes.set(this.#pending(0, this.#whole));
    const cut: Cut = {
      bytes,
      offset: this.#offset,
      end: this.#offset + this.#whole,
      firstOrdinal: this.#ordinal,
      records: this.#records,
      last: false,
    };
    this.#ordinal += this.#records;
    this.#records = 0;
    this.#drop(this.#whole);
    return cut;
  }

  #drop(count: number): void {
    this.#start += count;
    this.#length -= count;
    this.#offset += count;
    this.#whole = Math.max(0, this.#whole - count);
    this.#search = Math.max(0, this.#search - count);
  }
}

const excerptOf = (bytes: Uint8Array): string =>
  new TextDecoder('utf-8', { fatal: false }).decode(bytes).slice(0, EXCERPT);
