// The blocks of one shard, read again where the network may have lied: what is damaged for good is quarantined, what is not what was published fails.
import { crc32 } from 'node:zlib';
import { DecodeError, SourceError } from '../errors.ts';
import type { Format } from '../pipeline/define.ts';
import { type FaultKind, tellFault } from '../sources/fetch/faults.ts';
import type { Integrity, Print, Unchecked } from '../sources/fetch/integrity.ts';
import { type BlockLimits, type Cut, cutBlocks } from './blocks.ts';
import { RewindError } from './rewind.ts';
import type { ListedShard, ShardStart } from './stream.ts';

/** How a shard's bytes compare with what was published; counted in run.json. `damaged`: its rest is in quarantine. */
export type Check = 'verified' | 'damaged' | Unchecked;

export interface Pass {
  /** Decoded bytes of the shard from `from.offset` on; each chunk is valid until the next is asked for. */
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly integrity: Integrity;
  /** CRC-32 of the decoded bytes before `from.offset`, once they were passed over; undefined when they were not read. */
  skipped?(): number | undefined;
}

/** For the log. */
export interface Doubted {
  readonly kind: FaultKind;
  /** Decoded byte that the reading came to. */
  readonly reached: number;
  readonly message: string;
}

export interface SteadyOptions {
  readonly listed: ListedShard;
  readonly format: Pick<Format, 'delimiter' | 'isRecord'>;
  readonly limits: BlockLimits;
  readonly from: ShardStart;
  readonly signal: AbortSignal;
  /** The shard cannot be read again (standard input): what it gives is taken as it is. */
  readonly once?: boolean;
  /** Begins a reading of the shard. `renew`: as if it had never been read before. */
  pass(reading: 'first' | 'renewed', earlier: Print | undefined): Pass;
  onDoubt?(doubt: Doubted): void;
}

/** A reading ended in a way that another reading may mend. `final`: what it means when it does not. */
class Doubt extends Error implements Doubted {
  readonly kind: FaultKind;
  readonly reached: number;
  readonly final: SourceError | DecodeError;
  /** The published bytes that had come by then. */
  readonly print: Print;
  constructor(kind: FaultKind, reached: number, final: SourceError | DecodeError, print: Print) {
    super(final.message, { cause: final });
    this.kind = kind;
    this.reached = reached;
    this.final = final;
    this.print = print;
  }
}

/** Readings in a row that may end in doubt at other places each time before the network is not believed any more. */
const DIFFERING = 3;

/** A delivered cut, to compare a later reading with: about 60 bytes a block while its shard is open. */
interface Delivered {
  readonly start: number;
  readonly end: number;
  /** CRC-32 of all delivered bytes up to `end`. */
  readonly crc: number;
}

/**
 * Yields a shard's cuts as `cutBlocks` does, with these rules on top:
 * - The last cut comes only after length and checksum were found right.
 * - Damage, a wrong checksum or length, or a file that changed: the shard is read again, and goes on after the last cut.
 *   A reading that gets further than the one before it counts as progress.
 * - Damage at the same place out of the same bytes twice is real: if they are those published, or no checksum is known, the
 *   rest goes to quarantine; otherwise, and for a checksum or length that is wrong twice, the source has failed (exit 3).
 * - A reading that is right but differs from what was delivered, in its bytes or in where they are cut, throws RewindError:
 *   the run must go back.
 * Each reading is linear; memory is that of `cutBlocks`, and a print for each cut.
 */
export async function* steadyCuts(options: SteadyOptions): AsyncGenerator<Cut> {
  const { format, limits, from } = options;
  const prints: Delivered[] = [];
  /** Where each delivered cut ends. */
  const ends: number[] = [];
  let at: Pick<ShardStart, 'offset' | 'ordinal'> = from;
  let crc = from.print ?? 0;
  let isKnown = from.offset === 0 || from.print !== undefined;
  let before: Doubt | undefined;
  let differing = 0;
  for (;;) {
    const reading = new Reading(options, prints.slice(), at.offset, before);
    try {
      const delivered = ends.length;
      let index = 0;
      // Cut from the start again: where a block ends depends on bytes after it, which may have been wrong.
      for await (const cut of cutBlocks(reading.chunks(), format, limits, from)) {
        if (index < delivered) {
          if (cut.end !== ends[index]) reading.differsFrom(cut.offset);
          index++;
          continue;
        }
        // Nothing is delivered after what was wrong; only the end of this reading tells which of the two was.
        if (reading.differs) continue;
        crc = crc32(cut.bytes, crc);
        if (cut.bytes.length > 0) prints.push({ start: cut.offset, end: cut.end, crc });
        // Of a record too long to hold there are no bytes to go on with.
        isKnown &&= cut.end - cut.offset === cut.bytes.length;
        ends.push(cut.end);
        at = { offset: cut.end, ordinal: cut.firstOrdinal + cut.records + (cut.reject === undefined ? 0 : 1) };
        yield {
          ...cut,
          ...(isKnown ? { print: crc } : {}),
          ...(cut.last ? { check: reading.check } : {}),
        };
      }
      return;
    } catch (error) {
      if (!(error instanceof Doubt)) throw error;
      if (options.once === true) throw unsteady(error, options.listed);
      tellFault(error.kind);
      options.onDoubt?.(error);
      differing = before === undefined || error.reached > before.reached ? 0 : differing + 1;
      const isJudged = error.kind === 'checksum' || error.kind === 'length' || error.kind === 'changed';
      if (differing >= (isJudged ? 1 : DIFFERING)) throw unsteady(error, options.listed);
      before = error;
    }
  }
}

class Reading {
  readonly #options: SteadyOptions;
  /** Of what was delivered before this reading. */
  readonly #prints: readonly Delivered[];
  /** Where delivering goes on. */
  readonly #resume: number;
  readonly #before: Doubt | undefined;
  readonly #pass: Pass;
  #reached: number;
  /** Where this reading first differs from what was delivered. */
  #differs: number | undefined;
  /** It came to its end, and is what it should be. */
  #isJudged = false;
  check: Check = 'unpublished';

  constructor(options: SteadyOptions, prints: readonly Delivered[], resume: number, before: Doubt | undefined) {
    this.#options = options;
    this.#prints = prints;
    this.#resume = resume;
    this.#before = before;
    this.#reached = options.from.offset;
    this.#pass = options.pass(before === undefined ? 'first' : 'renewed', before?.print);
  }

  /** All bytes from `from` on. Ends only when everything is right. */
  async *chunks(): AsyncGenerator<Uint8Array> {
    try {
      yield* this.#compared();
    } catch (error) {
      await this.#onDamage(error);
    }
    const verdict = await this.#verdict();
    if (verdict.kind === 'wrong') throw this.#doubt(verdict.what, verdict.error);
    this.#compareSkipped();
    if (this.#reached < this.#resume) this.#differs ??= this.#printAt(this.#reached);
    if (this.#differs !== undefined) throw new RewindError(this.#options.listed, this.#differs);
    this.check = verdict.kind === 'verified' ? 'verified' : verdict.why;
    this.#isJudged = true;
  }

  get differs(): boolean {
    return this.#differs !== undefined;
  }

  /** What was delivered from `offset` on is not what this reading gives. Throws RewindError once this reading is known to be right. */
  differsFrom(offset: number): void {
    this.#differs = Math.min(this.#differs ?? offset, offset);
    if (this.#isJudged) throw new RewindError(this.#options.listed, this.#differs);
  }

  /** Throws a doubt, or the damage itself when it is there to stay: then it ends the shard. */
  async #onDamage(error: unknown): Promise<never> {
    if (error instanceof SourceError && error.code === 'source.changed') throw this.#doubt('changed', error);
    if (!(error instanceof DecodeError)) throw error;
    // No network makes a bomb by chance, and reading it again would unpack it again.
    const isFinal = this.#options.once === true || (error.code === 'decode.ratio' && this.#differs === undefined);
    const isReal = isFinal || (this.#differs === undefined && (await this.#isAsBefore()));
    if (!isReal) throw this.#doubt('damaged', error);
    const verdict = await this.#verdict();
    if (verdict.kind === 'wrong') throw verdict.error;
    this.check = 'damaged';
    this.#isJudged = true;
    throw error;
  }

  #doubt(kind: FaultKind, final: SourceError | DecodeError): Doubt {
    return new Doubt(kind, this.#reached, final, this.#pass.integrity.print);
  }

  /** The reading before was damaged at the same place, and the same bytes came. */
  async #isAsBefore(): Promise<boolean> {
    if (this.#before?.kind !== 'damaged' || this.#before.reached !== this.#reached) return false;
    return this.#reached >= this.#resume && (await this.#pass.integrity.isSame(this.#options.signal));
  }

  async #verdict(): ReturnType<Integrity['verify']> {
    if (this.#options.once === true) return { kind: 'unchecked', why: 'unpublished' };
    try {
      return await this.#pass.integrity.verify(this.#options.signal);
    } catch (error) {
      if (error instanceof SourceError && error.code === 'source.changed') throw this.#doubt('changed', error);
      throw error;
    }
  }

  /** Compares what was delivered as it passes. */
  async *#compared(): AsyncGenerator<Uint8Array> {
    let next = 0;
    let crc = this.#options.from.print ?? 0;
    for await (const chunk of this.#pass.chunks) {
      if (this.#reached === this.#options.from.offset) this.#compareSkipped();
      const start = this.#reached;
      const end = start + chunk.length;
      this.#reached = end;
      for (let print = this.#prints[next]; print !== undefined && print.start < end; print = this.#prints[next]) {
        crc = crc32(chunk.subarray(Math.max(0, print.start - start), Math.min(chunk.length, print.end - start)), crc);
        if (print.end > end) break;
        if (crc !== print.crc) this.#differs ??= print.start;
        next++;
      }
      yield chunk;
    }
  }

  /** What an earlier session delivered must be what comes now. */
  #compareSkipped(): void {
    const { print } = this.#options.from;
    const skipped = this.#pass.skipped?.();
    if (print !== undefined && skipped !== undefined && print !== skipped) this.#differs = 0;
  }

  #printAt(offset: number): number {
    return this.#prints.find(({ end }) => end > offset)?.start ?? offset;
  }
}

function unsteady({ kind, final, reached }: Doubt, { source, shard }: ListedShard): SourceError {
  if (final instanceof SourceError) return final;
  return new SourceError(
    `${shard.id} cannot be read (${kind}): it is other each time it is read. The last time: ${final.message}`,
    {
      code: 'source.unsteady',
      fix: 'Something between the server and this machine changes what is sent. Check the network, or use another mirror; then run the same command again.',
      place: { source, shard: shard.id, offset: reached },
      cause: final,
    },
  );
}
