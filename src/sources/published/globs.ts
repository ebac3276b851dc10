// Patterns for paths as cards of datasets write them: `*`, `?`, `[0-9]` within a name, `**` over folders.

/** Folders deeper than this below a `**` are not looked into: links on a disk may lead back up. */
const DEEPEST = 16;

/** What can be looked into, as paths from the root, which is ''. Folders that do not exist hold nothing. */
export interface Tree<File> {
  files(folder: string): Promise<readonly File[]>;
  folders(folder: string): Promise<readonly string[]>;
}

/** A place in a tree where the rest of a pattern, from a part on, is looked for. */
interface Place {
  readonly folder: string;
  readonly part: number;
  readonly depth: number;
}

/**
 * The files that a pattern matches, once each and in no order. Folders are looked into only where the pattern leads: a
 * pattern without wild cards in its folders lists one. `nameOf`: a file's path.
 */
export async function matchingFiles<File>(
  pattern: string,
  tree: Tree<File>,
  nameOf: (file: File) => string,
): Promise<File[]> {
  const written = pattern.split('/').filter((part) => part !== '' && part !== '.');
  const parts = written.at(-1) === '**' ? [...written, '*'] : written;
  const found = new Map<string, File>();
  const seen = new Set<string>();
  const waiting: Place[] = [{ folder: '', part: 0, depth: 0 }];
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    const key = `${place.part} ${place.folder}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const wanted = parts[place.part];
    if (wanted === undefined) continue;
    if (place.part === parts.length - 1) {
      for (const file of await tree.files(place.folder))
        if (matchesName(wanted, lastOf(nameOf(file)))) found.set(nameOf(file), file);
    } else for (const next of await placesAfter(place, wanted, tree)) waiting.push(next);
  }
  return [...found.values()];
}

async function placesAfter<File>({ folder, part, depth }: Place, wanted: string, tree: Tree<File>): Promise<Place[]> {
  const next = part + 1;
  if (!/[*?[\]]/.test(wanted))
    return [{ folder: folder === '' ? wanted : `${folder}/${wanted}`, part: next, depth: 0 }];
  if (wanted !== '**') {
    const matching = (await tree.folders(folder)).filter((path) => matchesName(wanted, lastOf(path)));
    return matching.map((path) => ({ folder: path, part: next, depth: 0 }));
  }
  const below = depth < DEEPEST ? await tree.folders(folder) : [];
  return [{ folder, part: next, depth: 0 }, ...below.map((path) => ({ folder: path, part, depth: depth + 1 }))];
}

const lastOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/**
 * Whether a name matches. Goes back to the last star only, which is enough, so that a hostile pattern costs no more than
 * the product of the two lengths.
 */
export function matchesName(pattern: string, name: string): boolean {
  const tokens = pattern.match(/\*+|\[[^\]]+\]|./gsu) ?? [];
  const characters = [...name];
  let [token, at] = [0, 0];
  let star: { token: number; at: number } | undefined;
  while (at < characters.length) {
    const wanted = tokens[token];
    if (wanted?.startsWith('*')) {
      star = { token, at };
      token++;
    } else if (wanted !== undefined && matchesOne(wanted, characters[at] ?? '')) {
      token++;
      at++;
    } else if (star !== undefined) {
      star.at++;
      at = star.at;
      token = star.token + 1;
    } else {
      return false;
    }
  }
  return tokens.slice(token).every((rest) => rest.startsWith('*'));
}

function matchesOne(token: string, character: string): boolean {
  if (token === '?') return true;
  if (token.length < 3 || !token.startsWith('[')) return token === character;
  const body = token.slice(1, -1);
  const negated = body.startsWith('!') || body.startsWith('^');
  const items = [...(negated ? body.slice(1) : body)];
  let found = false;
  for (let at = 0; at < items.length; at++) {
    const first = items[at] ?? '';
    const last = items[at + 1] === '-' ? items[at + 2] : undefined;
    if (last !== undefined) at += 2;
    found ||= first <= character && character <= (last ?? first);
  }
  return found !== negated;
}
