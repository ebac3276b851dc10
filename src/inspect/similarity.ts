// How alike two texts really are, for people who ask why one was dropped.

/** Jaccard similarity of the sets of `length`-unit shingles without white space; 1 for two texts without any. */
export function sharedShingles(a: string, b: string, length = 5): number {
  const [x, y] = [shinglesOf(a, length), shinglesOf(b, length)];
  if (x.size + y.size === 0) return 1;
  let common = 0;
  for (const shingle of x) if (y.has(shingle)) common++;
  return common / (x.size + y.size - common);
}

function shinglesOf(text: string, length: number): Set<string> {
  const dense = text.replace(/\s/g, '');
  if (dense.length > 0 && dense.length < length) return new Set([dense]);
  return new Set(
    Array.from({ length: Math.max(0, dense.length - length + 1) }, (_, at) => dense.slice(at, at + length)),
  );
}
