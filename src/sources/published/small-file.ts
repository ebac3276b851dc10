// Small files that stand beside a corpus and describe it: lists, states, cards.
import { SourceError } from '../../errors.ts';
import type { CodecName, Transport } from '../../pipeline/define.ts';
import { decode } from '../decode/index.ts';

/** Bytes, unpacked, of the longest that is read whole; a crawl's list of 90,000 files has 12 MB. */
const LONGEST = 64 * 1024 * 1024;

/** The text of a file, unpacked; undefined when there is none. Other errors of the transport and damage pass through. */
export async function textOf(
  transport: Transport,
  path: string,
  codec: CodecName = 'none',
): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of decode(codec, transport.open(path))) {
      // The decoder may write into a slice again; and `slice` of a Buffer would share its memory.
      chunks.push(Buffer.from(chunk));
      length += chunk.length;
      if (length > LONGEST) {
        throw new SourceError(`${path} at ${transport.base} is too long for what it should be.`, {
          code: 'source.list',
          fix: 'Check `mirror:`: it must be the base below which the published paths lie.',
        });
      }
    }
  } catch (error) {
    if (error instanceof SourceError && error.code === 'fetch.not_found') return undefined;
    throw error;
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Undefined when the text is no JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
