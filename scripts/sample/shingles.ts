// Exact Jaccard similarity of documents over character 5-grams, and an index that finds a document's nearest earlier one.

/** What the truth compares: compatibility characters folded, all white space removed. */
export function comparable(text: string): string {
  return text.normalize('NFKC').replace(/\s+/gu, '');
}

export function shingles(text: string): Set<string> {
  const characters = [...comparable(text)];
  const out = new Set<string>();
  for (let index = 0; index + 5 <= characters.length; index++) out.add(characters.slice(index, index + 5).join(''));
  return out;
}

export function jaccard(a: Set<string>, b: Set<string>): number {
  const [small, large] = a.size < b.size ? [a, b] : [b, a];
  let common = 0;
  for (const shingle of small) if (large.has(shingle)) common++;
  const union = a.size + b.size - common;
  return union === 0 ? 0 : common / union;
}

/** Finds the most similar of the documents added so far; exact, through an inverted index. */
export class Neighbours {
  readonly #postings = new Map<string, number[]>();
  readonly #sizes: number[] = [];

  nearest(set: Set<string>): { number: number; jaccard: number } {
    const common = new Map<number, number>();
    for (const shingle of set) {
      for (const number of this.#postings.get(shingle) ?? []) common.set(number, (common.get(number) ?? 0) + 1);
    }
    let best = { number: -1, jaccard: 0 };
    for (const [number, shared] of common) {
      const similarity = shared / (set.size + (this.#sizes[number] ?? 0) - shared);
      if (similarity > best.jaccard) best = { number, jaccard: similarity };
    }
    return best;
  }

  add(set: Set<string>): number {
    const number = this.#sizes.length;
    this.#sizes.push(set.size);
    for (const shingle of set) {
      const posting = this.#postings.get(shingle);
      if (posting === undefined) this.#postings.set(shingle, [number]);
      else posting.push(number);
    }
    return number;
  }
}
