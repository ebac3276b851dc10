// Reading WET files: records by their length, whatever they hold and however they arrive.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutBlocks } from '../../../src/engine/blocks.ts';
import { DecodeError } from '../../../src/errors.ts';
import type { Parsed } from '../../../src/pipeline/define.ts';
import { frameWarc } from '../../../src/sources/parse/warc-frames.ts';
import { wet } from '../../../src/sources/parse/wet.ts';
import { joined, overwritten } from '../../helpers/transports.ts';
import { conversion, type Page, warcinfo, wetBytes } from '../../helpers/wet.ts';
import { parseWhole } from './blocks-of.ts';

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** As a run does it: framed, cut into blocks, each parsed by itself. */
async function read(bytes: Uint8Array, { chunk = 64, block = 200, language = '' } = {}): Promise<Parsed> {
  const whole: Parsed = { documents: [], rejects: [], skipped: {} };
  const fields = language === '' ? { text: 'text' } : { text: 'text', language };
  for await (const cut of cutBlocks(frameWarc(overwritten(inChunks(bytes, chunk))), wet, { block, record: 1 << 24 })) {
    const part = wet.parse(cut.bytes, { firstOrdinal: cut.firstOrdinal, offset: cut.offset, fields });
    whole.documents.push(...part.documents);
    whole.rejects.push(...part.rejects, ...(cut.reject === undefined ? [] : [cut.reject]));
    for (const [reason, times] of Object.entries(part.skipped))
      whole.skipped[reason] = (whole.skipped[reason] ?? 0) + times;
    const counted =
      part.documents.length + part.rejects.length + Object.values(part.skipped).reduce((a, b) => a + b, 0);
    expect(counted).toBe(cut.records);
  }
  return whole;
}

const page = (text: string, languages?: string): Page => ({
  url: 'http://example.jp/港?a=1',
  text,
  ...(languages === undefined ? {} : { languages }),
});
const trap = '前\r\n\r\nWARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: 3\r\n\r\nabc\r\n\r\n後';

describe('reading a WET file', () => {
  it('makes a document of each conversion record, with its address and what was published about it', async () => {
    const { documents, skipped, rejects } = await read(wetBytes([page('港の朝\n市場'), page('駅', 'jpn,eng')]));
    expect(documents.map(({ text, url }) => [text, url])).toEqual([
      ['港の朝\n市場', 'http://example.jp/港?a=1'],
      ['駅', 'http://example.jp/港?a=1'],
    ]);
    expect(documents[1]?.meta).toEqual({
      'WARC-Date': '2024-05-18T01:58:10Z',
      'WARC-Record-ID': '<urn:uuid:83d6bd0e-8ad8-4cc8-8ab0-0aa0d3d7bd3b>',
      'WARC-Identified-Content-Language': 'jpn,eng',
    });
    expect(skipped).toEqual({ type: 1 });
    expect(rejects).toEqual([]);
  });

  it('takes pages of the wanted language only: the first that is named', async () => {
    const pages = [page('a', 'jpn'), page('b', 'eng,jpn'), page('c'), page('d', 'jpn,eng'), page('e', 'jpnx')];
    const { documents, skipped } = await read(wetBytes(pages), { language: 'jpn' });
    expect(documents.map(({ text }) => text)).toEqual(['a', 'd']);
    expect(skipped).toEqual({ type: 1, language: 3 });
  });

  it('is not fooled by a page that holds what looks like the end of a record and another one', async () => {
    const { documents } = await read(wetBytes([page(trap), page(`${trap}${trap}`)]));
    expect(documents.map(({ text }) => text)).toEqual([trap, `${trap}${trap}`]);
  });

  it('reads any text back as it is, whatever the chunks and blocks, but for the separator', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }).map((any) => any.toWellFormed()),
      fc
        .array(fc.constantFrom('\r\n', '\n', '\x1e', 'WARC/1.0', '\r\n\r\n', '駅', '\0', ' '))
        .map((all) => all.join('')),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(text, { maxLength: 8 }),
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 2000 }),
        async (texts, chunk, block) => {
          const { documents, rejects } = await read(wetBytes(texts.map((each) => page(each))), { chunk, block });
          expect(rejects).toEqual([]);
          expect(documents.map((each) => each.text)).toEqual(texts.map((each) => each.replaceAll('\x1e', ' ')));
          expect(documents.map(({ ordinal }) => ordinal)).toEqual(texts.map((_, index) => index + 1));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('says the offsets of the file itself, at which the records begin', async () => {
    const bytes = wetBytes([page('港'), page(trap), page('駅')]);
    const { documents } = await read(bytes);
    for (const { offset } of documents) expect(bytes.toString('latin1', offset, offset + 8)).toBe('WARC/1.0');
  });

  it('goes on in mid-file from the start of any record', async () => {
    const bytes = wetBytes([page('一'), page(trap), page('三')]);
    const { documents } = await read(bytes);
    for (const [index, { offset }] of documents.entries()) {
      const rest = await read(bytes.subarray(offset));
      expect(rest.documents.map(({ text }) => text)).toEqual(documents.slice(index).map(({ text }) => text));
    }
  });
});

describe('framing', () => {
  it('changes no byte but separators and the last of each record, whatever comes in', async () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
      fc
        .array(
          fc.constantFrom(
            warcinfo('x'),
            conversion(page('港')),
            Buffer.from('WARC/1.0\r\nContent-Length: 99999\r\n\r\nx'),
            Buffer.from('WARC/1.0\r\n\r\n'),
            Buffer.from('\r\n\r\nWARC/'),
            Buffer.from('\x1e'),
          ),
          { maxLength: 6 },
        )
        .map((parts) => Buffer.concat(parts)),
    );
    await fc.assert(
      fc.asyncProperty(noise, fc.integer({ min: 1, max: 500 }), async (bytes, chunk) => {
        const framed = await joined(frameWarc(overwritten(inChunks(bytes, chunk))));
        expect(framed.length).toBe(bytes.length);
        const changes = [...framed.keys()].filter((at) => framed[at] !== bytes[at]);
        for (const at of changes) {
          if (bytes[at] === 0x1e) expect(framed[at]).toBe(0x20);
          else expect([framed[at], bytes.toString('latin1', at - 3, at + 1)]).toEqual([0x1e, '\r\n\r\n']);
        }
        expect(await joined(frameWarc(inChunks(bytes, 1)))).toEqual(framed);
      }),
      { numRuns: 300 },
    );
  });

  it('holds no content back, however long a record says that it is', async () => {
    const endless = Buffer.from('WARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: 999999999999\r\n\r\n');
    let [given, came] = [0, 0];
    async function* source() {
      yield endless;
      for (; given < 64 * 65_536; given += 65_536) yield Buffer.alloc(65_536, 'a');
    }
    for await (const chunk of frameWarc(source())) {
      came += chunk.length;
      expect(given + endless.length - came).toBeLessThanOrEqual(65_536);
    }
    expect(came).toBe(given + endless.length);
  });

  it('holds no more than the longest header back when a header has no end', async () => {
    let [given, came] = [0, 0];
    async function* source() {
      for (; given < 32 * 65_536; given += 65_536) yield Buffer.from(`WARC/1.0\r\n${'a'.repeat(65_526)}`);
    }
    for await (const chunk of frameWarc(source())) {
      came += chunk.length;
      expect(given - came).toBeLessThanOrEqual(3 * 65_536);
    }
    expect(came).toBe(given);
  });

  it('gives what came before damage, then the damage', async () => {
    const bytes = wetBytes([page('一'), page('二')]);
    async function* broken() {
      yield bytes.subarray(0, -20);
      throw new DecodeError('cut off', { code: 'decode.truncated' });
    }
    const cuts = [];
    for await (const cut of cutBlocks(frameWarc(broken()), wet, { block: 1 << 20, record: 1 << 20 })) cuts.push(cut);
    expect(cuts.map(({ records }) => records)).toEqual([2, 0]);
    expect(cuts.at(-1)?.reject).toMatchObject({ reason: 'shard.truncated', ordinal: 2 });
  });
});

describe('a damaged WET file', () => {
  const good = conversion(page('良'));

  it.each([
    ['no header', Buffer.from('garbage without end\r\n\r\n')],
    ['no length', Buffer.from('WARC/1.0\r\nWARC-Type: conversion\r\n\r\nabc\r\n\r\n')],
    [
      'a length that is none',
      Buffer.from('WARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: -1\r\n\r\nabc\r\n\r\n'),
    ],
  ])('with a record that has %s loses that record only', async (_, bad) => {
    const { documents, rejects } = await read(Buffer.concat([good, bad, good, good]));
    expect(documents.map(({ ordinal }) => ordinal)).toEqual([0, 2, 3]);
    expect(rejects).toMatchObject([{ ordinal: 1, offset: good.length, reason: 'warc.invalid' }]);
  });

  it('with a length that is too short or too long loses what the length covers', async () => {
    const wrong = (length: number) =>
      Buffer.from(`WARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: ${length}\r\n\r\n${'あ'.repeat(10)}\r\n\r\n`);
    const short = await read(Buffer.concat([good, wrong(3), good]));
    expect(short.documents.map(({ ordinal }) => ordinal)).toEqual([0, 2]);
    expect(short.rejects).toMatchObject([{ ordinal: 1, reason: 'warc.length' }]);
    const long = await read(Buffer.concat([good, wrong(30 + good.length - 1), good, good]));
    expect(long.documents.map(({ ordinal }) => ordinal)).toEqual([0, 2]);
    expect(long.rejects).toMatchObject([{ ordinal: 1, reason: 'warc.length' }]);
  });

  it('that was cut off in its last record rejects it, and takes one that lacks only its ending', async () => {
    for (const missing of [1, 2, 3, 4])
      expect((await read(good.subarray(0, -missing))).documents.map(({ text }) => text)).toEqual(['良']);
    expect(await read(good.subarray(0, -5))).toMatchObject({ documents: [], rejects: [{ reason: 'utf8.invalid' }] });
    expect(await read(conversion(page('good')).subarray(0, -6))).toMatchObject({
      rejects: [{ reason: 'warc.length' }],
    });
  });

  it('whose record is no UTF-8 rejects it', async () => {
    const bad = conversion({ url: 'http://a.example/', text: new Uint8Array([0x61, 0xff]) });
    expect(await read(Buffer.concat([bad, good]))).toMatchObject({
      documents: [{ ordinal: 1 }],
      rejects: [{ ordinal: 0, reason: 'utf8.invalid' }],
    });
  });

  it('is nothing when it holds only line ends', () => {
    expect(parseWhole(wet, Buffer.from('\r\n\r\n\x1e'))).toEqual({ documents: [], rejects: [], skipped: {} });
  });
});
