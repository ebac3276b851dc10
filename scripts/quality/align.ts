// Finds what became of each line of a page: which line of the output it is, or that it went.

/** Whether `part` is `whole` with characters left out. */
function isSubsequence(part: string, whole: string): boolean {
  let at = 0;
  for (let index = 0; index < whole.length && at < part.length; index++) if (whole[index] === part[at]) at++;
  return at === part.length;
}

const GONE = 3;
const CHANGED = 2;
const EXTRA = 1000;

/**
 * For each line of `before` the line of `after` that is left of it, or an empty string. Least changes first (edit
 * distance over lines, Wagner and Fischer 1974). Time and memory grow with the product of the two lengths: for pages.
 */
export function align(before: readonly string[], after: readonly string[]): string[] {
  const width = after.length + 1;
  const cost = new Float64Array((before.length + 1) * width);
  const at = (i: number, j: number): number => cost[i * width + j] ?? 0;
  const kept = (i: number, j: number): number => {
    const [line, left] = [before[i] ?? '', after[j] ?? ''];
    if (line === left) return 0;
    return left !== '' && isSubsequence(left.replace(/ /g, ''), line) ? CHANGED : EXTRA;
  };
  for (let i = before.length; i >= 0; i--) {
    for (let j = after.length; j >= 0; j--) {
      const options: number[] = [];
      if (i < before.length) options.push(at(i + 1, j) + GONE);
      if (j < after.length) options.push(at(i, j + 1) + EXTRA);
      if (i < before.length && j < after.length) options.push(at(i + 1, j + 1) + kept(i, j));
      cost[i * width + j] = options.length === 0 ? 0 : Math.min(...options);
    }
  }
  const left: string[] = [];
  let j = 0;
  for (let i = 0; i < before.length; ) {
    if (j < after.length && at(i, j) === at(i + 1, j + 1) + kept(i, j)) {
      left.push(after[j] ?? '');
      i++;
      j++;
    } else if (at(i, j) === at(i + 1, j) + GONE) {
      left.push('');
      i++;
    } else j++;
  }
  return left;
}
