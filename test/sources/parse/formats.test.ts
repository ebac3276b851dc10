// What every record format promises: nothing lost, nothing doubled, whatever the bytes and wherever blocks end.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Format } from '../../../src/pipeline/define.ts';
import { formats } from '../../../src/sources/parse/index.ts';
import { parseInBlocks, parseWhole, skippedIn, utf8 } from './blocks-of.ts';

const pieces = [
  '{"text":"港の朝","url":"https://a.example/"}',
  '{"text":"a","b":{"c":[1]}}',
  '{"text":null}',
  '{"text":"cut',
  '{"index":{"_id":"1"}}',
  '{"text":"\\ud800","namespace":1}',
  '["x"]',
  '<mediawiki><siteinfo/>',
  '<page><title>駅</title><ns>0</ns><revision><text>[[駅]]の{{x}}前</text></revision></page>',
  '<page><ns>1</ns></page>',
  '<page><redirect title="x"/></page>',
  '<page><b></page>',
  '</page>',
  '</mediawiki>',
  '段落。',
  ' ',
  '\t\r',
  '\ufeff',
  '\u0000',
];
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
  fc
    .array(
      fc.oneof(
        fc.constantFrom(...pieces).map(utf8),
        fc.constantFrom('\n', '\n\n', '\n').map(utf8),
        fc.constant(Buffer.from([0xff, 0xe3, 0x81])),
      ),
      { maxLength: 30 },
    )
    .map((parts) => Buffer.concat(parts)),
);

describe.each(Object.values(formats))('the format $name', (format: Format) => {
  it('makes of every record exactly one document, reject or skip, in order, for any bytes', () => {
    fc.assert(
      fc.property(bytes, (shard) => {
        const parsed = parseWhole(format, shard);
        const ordinals = [...parsed.documents, ...parsed.rejects].map(({ ordinal }) => ordinal);
        const records = splitAt(shard, utf8(format.delimiter)).filter(({ piece }) => format.isRecord(piece));
        expect(ordinals.length + skippedIn(parsed)).toBe(records.length);
        expect(new Set(ordinals).size).toBe(ordinals.length);
        for (const { ordinal, offset } of [...parsed.documents, ...parsed.rejects]) {
          expect(offset).toBe(records[ordinal]?.offset);
        }
        expect(parsed.documents.map(({ ordinal }) => ordinal)).toEqual(
          parsed.documents.map(({ ordinal }) => ordinal).sort((a, b) => a - b),
        );
      }),
      { numRuns: 400 },
    );
  });

  it('reads the same whatever the size of the blocks', async () => {
    await fc.assert(
      fc.asyncProperty(bytes, fc.integer({ min: 1, max: 400 }), async (shard, block) => {
        const { parsed, records } = await parseInBlocks(format, shard, block);
        expect(parsed).toEqual(parseWhole(format, shard));
        expect(parsed.documents.length + parsed.rejects.length + skippedIn(parsed)).toBe(records);
      }),
      { numRuns: 300 },
    );
  });

  it('gives text that UTF-8 can hold', () => {
    fc.assert(
      fc.property(bytes, (shard) => {
        const { documents, rejects } = parseWhole(format, shard);
        for (const { text } of documents) expect(text.isWellFormed()).toBe(true);
        for (const { detail, excerpt } of rejects) expect(`${detail}${excerpt}`.isWellFormed()).toBe(true);
      }),
    );
  });

  it('counts on from where the block begins', () => {
    const shard = utf8(pieces.join(format.delimiter));
    const shifted = format.parse(shard, { firstOrdinal: 40, offset: 9000, fields: undefined });
    const { documents, rejects, skipped } = parseWhole(format, shard);
    const shift = <T extends { ordinal: number; offset: number }>(record: T): T => ({
      ...record,
      ordinal: record.ordinal + 40,
      offset: record.offset + 9000,
    });
    expect(shifted.documents).toEqual(documents.map(shift));
    expect(shifted.rejects.map(({ ordinal, offset }) => [ordinal, offset])).toEqual(
      rejects.map(shift).map(({ ordinal, offset }) => [ordinal, offset]),
    );
    expect(shifted.skipped).toEqual(skipped);
  });

  it('reads an empty shard as nothing', () => {
    expect(parseWhole(format, new Uint8Array(0))).toEqual({ documents: [], rejects: [], skipped: {} });
  });
});

function splitAt(shard: Buffer, delimiter: Buffer): { offset: number; piece: Buffer }[] {
  const out: { offset: number; piece: Buffer }[] = [];
  for (let offset = 0; offset < shard.length; ) {
    const found = shard.indexOf(delimiter, offset);
    const end = found < 0 ? shard.length : found + delimiter.length;
    out.push({ offset, piece: shard.subarray(offset, end) });
    offset = end;
  }
  return out;
}
