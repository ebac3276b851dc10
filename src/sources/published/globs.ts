// Patterns for paths as cards of datasets write them: `*`, `?`, `[0-9]` within a name.

/** The folder of a pattern, and the pattern of the names in it; undefined when the folder itself is a pattern. */
export function splitPattern(pattern: string): { folder: string; name: string } | undefined {
  const path = pattern.replace(/^(?:\.?\/)+/, '');
  const slash = path.lastIndexOf('/');
  const folder = path.slice(0, Math.max(0, slash));
  return /[*?[\]]/.test(folder) ? undefined : { folder, name: path.slice(slash + 1) };
}

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
