// How often lines were seen and on how many hosts, in memory that is set beforehand: a count-min sketch whose cells also hold a few bits of the hosts.
import { PipelineError } from '../errors.ts';

/** Rows of a count-min sketch (Cormode and Muthukrishnan 2005): a line must look frequent in every one of them. */
export const ROWS = 4;
const HOST_BITS = 16;
const MOST_TIMES = 0xffff;

/**
 * A cell is one u32: how many documents (saturating at 65,535) in its low half, a bit for each of 16 classes of hosts in
 * its high half. Adding is commutative and associative, so that a sketch is a function of what was added, not of its order.
 */
export class LineSketch {
  /** Cells of a row. */
  readonly width: number;
  readonly #rows: readonly Uint32Array[];

  /** `memory`: bytes, at least 64. */
  constructor(memory: number) {
    this.width = Math.max(4, Math.floor(memory / 4 / ROWS));
    this.#rows = Array.from({ length: ROWS }, () => new Uint32Array(this.width));
  }

  get bytes(): number {
    return ROWS * this.width * 4;
  }

  /** One document of a host of class `host` (0 to 15) holds the line of this hash. */
  add(low: number, high: number, host: number): void {
    for (let row = 0; row < ROWS; row++) {
      const cells = this.#rows[row];
      if (cells === undefined) continue;
      const at = cellOf(low, high, row, this.width);
      const cell = cells[at] ?? 0;
      const times = cell & 0xffff;
      cells[at] = ((cell & 0xffff_0000) | (0x1_0000 << host) | (times === MOST_TIMES ? times : times + 1)) >>> 0;
    }
  }

  /** One bit a cell: seen in at least `times` documents, on at least `hosts` hosts by estimate. (rows × bytes) */
  frequent(times: number, hosts: number): Uint8Array[] {
    const needed = leastBits(hosts);
    return this.#rows.map((cells) => {
      const bits = new Uint8Array(Math.ceil(this.width / 8));
      for (const [at, cell] of cells.entries())
        if ((cell & 0xffff) >= times && ones(cell >>> 16) >= needed)
          bits[at >>> 3] = (bits[at >>> 3] ?? 0) | (1 << (at & 7));
      return bits;
    });
  }

  /**
   * The chance that a line that was seen once looks as if it had been seen `times` times on `hosts` hosts: by the share of
   * cells that one more line of one more host would make frequent, in every row.
   */
  falseShare(times: number, hosts: number): number {
    const needed = leastBits(hosts);
    return this.#rows.reduce((chance, cells) => {
      let close = 0;
      // A line's own count and host bit stand in its cells already.
      for (const cell of cells) if ((cell & 0xffff) >= times - 1 && ones(cell >>> 16) >= needed - 1) close++;
      return (chance * close) / this.width;
    }, 1);
  }

  save(): Uint8Array {
    const bytes = new Uint8Array(this.bytes);
    for (const [row, cells] of this.#rows.entries())
      bytes.set(new Uint8Array(cells.buffer, cells.byteOffset, cells.byteLength), row * this.width * 4);
    return bytes;
  }

  load(bytes: Uint8Array): void {
    if (bytes.length !== this.bytes)
      throw new PipelineError('The saved counts have another size than `memory` says.', { code: 'lines.memory' });
    for (const [row, cells] of this.#rows.entries()) {
      const own = new Uint8Array(cells.buffer, cells.byteOffset, cells.byteLength);
      own.set(bytes.subarray(row * own.length, (row + 1) * own.length));
    }
  }
}

/** Where a line's hash falls in a row of `width` cells (Kirsch and Mitzenmacher 2008: two hashes make all). */
export function cellOf(low: number, high: number, row: number, width: number): number {
  const mixed = (Math.imul(high | 1, row) + low) >>> 0;
  return Math.floor((mixed / 2 ** 32) * width);
}

/**
 * Bits that so many hosts set, by expectation rounded down: n of them leave 16 · (15/16)^n of 16 bits unset (linear
 * counting, Whang, Vander-Zanden and Taylor 1990).
 */
const leastBits = (hosts: number): number =>
  hosts <= 2 ? hosts : Math.floor(HOST_BITS * (1 - (1 - 1 / HOST_BITS) ** hosts));

function ones(bits: number): number {
  let n = bits - ((bits >>> 1) & 0x5555);
  n = (n & 0x3333) + ((n >>> 2) & 0x3333);
  n = (n + (n >>> 4)) & 0x0f0f;
  return (n + (n >>> 8)) & 0x1f;
}
