// A growing buffer of u32 words.

export class WordBuffer {
  #words: Uint32Array<ArrayBuffer> = new Uint32Array(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(words: Uint32Array): void {
    this.#grow(words.length);
    // A loop: for so few words a copy by call costs more.
    for (let word = 0; word < words.length; word++) this.#words[this.#length + word] = words[word] ?? 0;
    this.#length += words.length;
  }

  pushWord(word: number): void {
    this.#grow(1);
    this.#words[this.#length++] = word;
  }

  /** What was pushed since the call before. */
  take(): Uint32Array<ArrayBuffer> {
    const taken = this.#words.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }

  #grow(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#words.length) return;
    const grown = new Uint32Array(Math.max(needed, 2 * this.#words.length));
    grown.set(this.#words.subarray(0, this.#length));
    this.#words = grown;
  }
}
