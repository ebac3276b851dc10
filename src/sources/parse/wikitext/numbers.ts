// A list of integers in memory that is kept from page to page.

const FEWEST = 1 << 10;
/** Memory for more is given back at the next page: only a page made to hurt needs it. */
const MOST_KEPT = 1 << 19;

export class Numbers {
  #values = new Int32Array(FEWEST);
  length = 0;

  clear(): void {
    if (this.#values.length > MOST_KEPT) this.#values = new Int32Array(FEWEST);
    this.length = 0;
  }

  /** The number at a place of the list. */
  at(index: number): number {
    return this.#values[index] ?? 0;
  }

  set(index: number, value: number): void {
    this.#values[index] = value;
  }

  push(value: number): void {
    this.#values[this.reserve(1)] = value;
  }

  /** Lengthens the list by `more` numbers, which are to be set, and returns where they begin. */
  reserve(more: number): number {
    const from = this.length;
    this.length += more;
    if (this.length > this.#values.length) {
      const larger = new Int32Array(Math.max(this.length, this.#values.length * 2));
      larger.set(this.#values);
      this.#values = larger;
    }
    return from;
  }
}
