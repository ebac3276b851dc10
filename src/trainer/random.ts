// The trainer's only randomness: a small seeded generator whose state goes into checkpoints.

/** sfc32 (Chris Doty-Humphrey, PractRand): 128 bits of state, passes BigCrush; not for secrets. */
export class Random {
  readonly #state: Uint32Array;

  constructor(seed: number | readonly number[]) {
    if (typeof seed !== 'number') {
      this.#state = Uint32Array.from(seed);
      return;
    }
    this.#state = Uint32Array.of(seed >>> 0, 0x9e3779b9, 0x243f6a88, 1);
    for (let round = 0; round < 12; round++) this.next();
  }

  /** Uniform in [0, 1), 32 bits of it random. */
  next(): number {
    const s = this.#state;
    const a = s[0] ?? 0;
    const b = s[1] ?? 0;
    const c = s[2] ?? 0;
    const counter = s[3] ?? 0;
    const out = (((a + b) | 0) + counter) | 0;
    s[3] = counter + 1;
    s[0] = b ^ (b >>> 9);
    s[1] = (c + (c << 3)) | 0;
    s[2] = (((c << 21) | (c >>> 11)) + out) | 0;
    return (out >>> 0) / 2 ** 32;
  }

  /** Normal with mean 0 and deviation 1 (Box and Muller 1958; one of the pair is thrown away to keep the state small). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }

  /** All that decides the numbers to come; `new Random(state)` goes on from here. */
  get state(): number[] {
    return [...this.#state];
  }
}
