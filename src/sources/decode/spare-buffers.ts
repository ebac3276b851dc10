// Big buffers that one decoder uses again and again, instead of leaving each to the garbage collector, which is in no hurry.

/** Keeps no more buffers than were in use at one time. */
export class SpareBuffers {
  readonly #spare: Buffer[] = [];

  get count(): number {
    return this.#spare.length;
  }

  /** A buffer of `size` bytes with any contents. */
  take(size: number): Buffer {
    // One of more than twice the size would keep memory that another may need.
    const fitting = this.#spare.findIndex(({ length }) => length >= size && length <= 2 * size);
    const [found] = this.#spare.splice(Math.max(0, fitting), 1);
    return fitting < 0 || found === undefined ? Buffer.allocUnsafeSlow(size) : found.subarray(0, size);
  }

  /** Takes back what `take` gave, or a part of it. Nobody may read it any more. */
  give({ buffer }: Buffer): void {
    this.#spare.push(Buffer.from(buffer));
  }
}
