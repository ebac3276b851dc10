// Published lists of checksums: one line a file, in the ways that corpora write them.
import { SourceError } from '../../errors.ts';
import type { Checksum, ListedFile, Transport } from '../../pipeline/define.ts';
import { baseName } from './parts.ts';

/** A list is read whole; the longest published ones have some thousand lines. */
const LONGEST_LIST = 16 * 1024 * 1024;
/** A network that answers with pages of its own may be honest the next time. */
const READINGS = 3;

const ALGORITHMS: ReadonlyMap<number, Checksum['algorithm']> = new Map([
  [32, 'md5'],
  [64, 'sha256'],
]);

function checksumOf(hex: string | undefined): Checksum | undefined {
  const algorithm = hex === undefined ? undefined : ALGORITHMS.get(hex.length);
  if (hex === undefined || algorithm === undefined || !/^[0-9a-f]+$/i.test(hex)) return undefined;
  return { algorithm, value: hex.toLowerCase() };
}

/**
 * The checksums in a list, by file name: lines of `hash  name` (sha256sum, md5sum), `hash *name`, or `name<tab>hash`. The
 * algorithm follows from the length of the hash. Other lines are passed over. Linear in the text.
 */
export function parseChecksums(text: string): Map<string, Checksum> {
  const sums = new Map<string, Checksum>();
  for (const line of text.split('\n')) {
    const words = line.trim().split(/\s+/);
    if (words.length !== 2) continue;
    const [first = '', second = ''] = words;
    const hashFirst = checksumOf(first);
    const sum = hashFirst ?? checksumOf(second);
    const name = (hashFirst === undefined ? first : second).replace(/^\*/, '');
    if (sum !== undefined && name !== '') sums.set(baseName(name), sum);
  }
  return sums;
}

/** Reads a list at `path`. Throws SourceError when it cannot be read, is none (`source.checksums`) or is not there (`fetch.not_found`). */
export async function readChecksums(transport: Transport, path: string): Promise<Map<string, Checksum>> {
  for (let reading = 1; ; reading++) {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of transport.open(path)) {
      bytes += chunk.length;
      if (bytes > LONGEST_LIST) break;
      chunks.push(chunk);
    }
    const sums = parseChecksums(Buffer.concat(chunks).toString('utf8'));
    if (sums.size > 0 || bytes === 0) return sums;
    if (reading < READINGS) {
      transport.renew?.(path);
      continue;
    }
    throw new SourceError(`${transport.base} answers with something else than a list of checksums for ${path}.`, {
      code: 'source.checksums',
      fix: 'Open the address in a browser: a login page or a proxy may answer in the server’s place.',
    });
  }
}

/** The list at `path`, or none where there is none: a mirror may hold the corpus alone. */
export async function checksumsIfThere(transport: Transport, path: string): Promise<Map<string, Checksum>> {
  try {
    return await readChecksums(transport, path);
  } catch (error) {
    if (error instanceof SourceError && error.code === 'fetch.not_found') return new Map();
    throw error;
  }
}

/** Gives files the checksums of a list, where they have none of their own. */
export const withChecksums = <File extends ListedFile>(
  files: readonly File[],
  sums: ReadonlyMap<string, Checksum>,
): File[] =>
  files.map((file) => {
    const checksum = file.checksum ?? sums.get(baseName(file.path));
    return checksum === undefined ? file : { ...file, checksum };
  });

/** What of a listed file goes into its shard. */
export const publishedFacts = ({ size, checksum }: Omit<ListedFile, 'path'>): Omit<ListedFile, 'path'> => ({
  ...(size === undefined ? {} : { size }),
  ...(checksum === undefined ? {} : { checksum }),
});
