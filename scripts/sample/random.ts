// Seeded random numbers (sfc32, C. Doty-Humphrey, PractRand), so that the sample is the same bytes every time.

export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer, both ends included. */
  int(from: number, to: number): number;
  pick<T>(items: readonly T[]): T;
  /** `count` different items in their original order. */
  some<T>(items: readonly T[], count: number): T[];
  shuffle<T>(items: readonly T[]): T[];
  chance(probability: number): boolean;
}

export function seeded(seed: string): Random {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = 0xb7e15162;
  let d = 1;
  for (const character of seed) a = Math.imul(a ^ (character.codePointAt(0) ?? 0), 0x01000193);
  const next = (): number => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    c |= 0;
    return (t >>> 0) / 4294967296;
  };
  for (let round = 0; round < 15; round++) next();
  const int = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
  const pick = <T>(items: readonly T[]): T => {
    const item = items[int(0, items.length - 1)];
    if (item === undefined) throw new RangeError('Nothing to pick from.');
    return item;
  };
  const shuffle = <T>(items: readonly T[]): T[] => {
    const pool = [...items];
    const out: T[] = [];
    while (pool.length > 0) out.push(...pool.splice(int(0, pool.length - 1), 1));
    return out;
  };
  const some = <T>(items: readonly T[], count: number): T[] => {
    const chosen = new Set(shuffle(items.map((_, index) => index)).slice(0, count));
    return items.filter((_, index) => chosen.has(index));
  };
  return { next, int, pick, some, shuffle, chance: (probability) => next() < probability };
}
