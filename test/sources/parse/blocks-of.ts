// Reads bytes the way a run does, cut into blocks and then parsed, for the tests of the formats.
import { cutBlocks } from '../../../src/engine/blocks.ts';
import type { FieldMap, Format, Parsed } from '../../../src/pipeline/define.ts';

export interface Whole {
  readonly parsed: Parsed;
  /** Records that cutting counted. */
  readonly records: number;
  readonly blocks: number;
}

export const utf8 = (text: string): Buffer => Buffer.from(text, 'utf8');

export const parseWhole = (format: Format, bytes: Uint8Array, fields?: FieldMap): Parsed =>
  format.parse(bytes, { firstOrdinal: 0, offset: 0, fields });

/** No record is too long here, so that cutting itself rejects nothing. */
export async function parseInBlocks(
  format: Format,
  bytes: Uint8Array,
  block: number,
  fields?: FieldMap,
): Promise<Whole> {
  const parsed: Parsed = { documents: [], rejects: [], skipped: {} };
  let [records, blocks] = [0, 0];
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
  }
  for await (const cut of cutBlocks(chunks(), format, { block, record: 1 << 24 })) {
    const part = format.parse(cut.bytes, { firstOrdinal: cut.firstOrdinal, offset: cut.offset, fields });
    parsed.documents.push(...part.documents);
    parsed.rejects.push(...part.rejects);
    for (const [reason, times] of Object.entries(part.skipped)) {
      parsed.skipped[reason] = (parsed.skipped[reason] ?? 0) + times;
    }
    records += cut.records;
    blocks++;
  }
  return { parsed, records, blocks };
}

export const skippedIn = (parsed: Parsed): number =>
  Object.values(parsed.skipped).reduce((sum, times) => sum + times, 0);
