// Reading JSON Lines: fields, broken records and their places.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formats } from '../../../src/sources/parse/index.ts';
import { parseWhole, utf8 } from './blocks-of.ts';

const { jsonl } = formats;
const one = (line: string | Buffer, fields?: { text: string; url?: string }) =>
  parseWhole(jsonl, typeof line === 'string' ? utf8(line) : line, fields);
const deep = (levels: number) => `{"text":"x","m":${'['.repeat(levels)}${']'.repeat(levels)}}`;

describe('reading JSON Lines', () => {
  it('takes text and url, and keeps every other field as metadata', () => {
    const [document] = one(
      '{"text":"港の朝","timestamp":"2019-04-01T00:00:00Z","url":"https://a.example/1"}\n',
    ).documents;
    expect(document).toEqual({
      ordinal: 0,
      offset: 0,
      text: '港の朝',
      url: 'https://a.example/1',
      meta: { timestamp: '2019-04-01T00:00:00Z', url: 'https://a.example/1' },
    });
  });

  it('follows dotted paths, and takes only the text out of a nested object', () => {
    const line = '{"doc":{"body":"本文","lang":"ja"},"warc_headers":{"warc-target-uri":"https://a.example/2"}}';
    const [document] = one(line, { text: 'doc.body', url: 'warc_headers.warc-target-uri' }).documents;
    expect(document?.text).toBe('本文');
    expect(document?.url).toBe('https://a.example/2');
    expect(document?.meta).toEqual({ doc: { lang: 'ja' }, warc_headers: { 'warc-target-uri': 'https://a.example/2' } });
  });

  it('has no url where the field map names none or the field is no string', () => {
    expect(one('{"text":"a","url":"https://a.example/"}', { text: 'text' }).documents[0]).not.toHaveProperty('url');
    expect(one('{"text":"a","url":7}').documents[0]).not.toHaveProperty('url');
  });

  it.each([
    ['{"url":"https://a.example/"}', 'missing'],
    ['{"text":null}', 'null'],
    ['{"text":20250601}', 'a number'],
    ['{"text":["a"]}', 'an array'],
    ['["a"]', 'an array'],
    ['"a"', 'a string'],
    ['null', 'null'],
  ])('rejects %s as record.no_text and says what is there', (line, what) => {
    const { documents, rejects } = one(line);
    expect(documents).toEqual([]);
    expect(rejects[0]).toMatchObject({ ordinal: 0, offset: 0, reason: 'record.no_text', excerpt: line });
    expect(rejects[0]?.detail).toContain(what);
  });

  it.each(['{"text": "港の朝は早い。\\u30', '{"text":"a"', 'text', '{"text":"a"} {"text":"b"}', '{"text":"a\u0001"}'])(
    'rejects %j as json.invalid',
    (line) => {
      expect(one(line).rejects).toMatchObject([{ reason: 'json.invalid', ordinal: 0 }]);
    },
  );

  it('rejects broken UTF-8 with the byte where it breaks, and reads the lines around it', () => {
    const good = utf8('{"text":"前の行"}\n');
    const bad = Buffer.concat([utf8('{"text":"駅'), Buffer.from([0xff, 0xfe]), utf8('"}\n')]);
    const { documents, rejects } = one(Buffer.concat([good, bad, utf8('{"text":"次の行"}\n')]));
    expect(documents.map(({ text, ordinal }) => [text, ordinal])).toEqual([
      ['前の行', 0],
      ['次の行', 2],
    ]);
    expect(rejects).toMatchObject([{ ordinal: 1, offset: good.length, reason: 'utf8.invalid' }]);
    expect(rejects[0]?.detail).toContain(`byte ${good.length + utf8('{"text":"駅').length} `);
    expect(rejects[0]?.excerpt).toContain('{"text":"駅\ufffd');
  });

  it('finds the broken byte in every kind of broken UTF-8', () => {
    const kinds = ['c080', 'e08080', 'eda080', 'f0808080', 'f4908080', 'f5', '80', 'e381', 'fe'];
    for (const kind of kinds) {
      const { rejects } = one(Buffer.concat([utf8('あa'), Buffer.from(kind, 'hex'), utf8('é')]));
      expect(rejects[0]?.detail).toContain('byte 4 ');
    }
  });

  it('counts blank lines as nothing, with any line ends', () => {
    const { documents, rejects } = one('\n \t\r\n{"text":"一"}\r\n\r\n{"text":"二"}\n\n');
    expect(rejects).toEqual([]);
    expect(documents.map(({ ordinal, offset, text }) => [ordinal, offset, text])).toEqual([
      [0, 5, '一'],
      [1, 23, '二'],
    ]);
  });

  it('takes a byte order mark at the start of the shard alone', () => {
    expect(one('\ufeff{"text":"a"}').documents).toHaveLength(1);
    expect(one('{"text":"a"}\n\ufeff{"text":"b"}').rejects).toHaveLength(1);
  });

  it('puts U+FFFD for half a surrogate pair, and keeps whole pairs', () => {
    expect(one('{"text":"a\\ud800b\\udc00\\ud83d\\ude00"}').documents[0]?.text).toBe('a\ufffdb\ufffd😀');
  });

  it('is not harmed by keys that mean something to JavaScript', () => {
    const [document] = one('{"__proto__":{"polluted":1},"constructor":2,"text":"a"}').documents;
    expect(Object.getPrototypeOf(document?.meta)).toBe(Object.prototype);
    expect(JSON.stringify(document?.meta)).toBe('{"__proto__":{"polluted":1},"constructor":2}');
    expect('polluted' in {}).toBe(false);
    expect(one('{"a":1}', { text: 'constructor.name' }).rejects[0]?.reason).toBe('record.no_text');
  });

  it('rejects what nests deeper than anything that writes JSON could follow', () => {
    expect(one(deep(200)).documents).toHaveLength(1);
    expect(one(deep(1000)).rejects).toMatchObject([{ reason: 'json.invalid' }]);
    expect(one(deep(100_000)).rejects).toMatchObject([{ reason: 'json.invalid' }]);
  });

  it('gives back any text and metadata that JSON can hold', () => {
    const record = fc.record({
      text: fc.string({ unit: 'binary', maxLength: 80 }),
      meta: fc.jsonValue({ maxDepth: 3 }),
    });
    fc.assert(
      fc.property(fc.array(record, { maxLength: 12 }), (records) => {
        const { documents } = one(records.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
        expect(documents.map(({ text, meta }) => JSON.stringify({ text, ...meta }))).toEqual(
          records.map((entry) => JSON.stringify(entry)),
        );
      }),
    );
  });

  it('holds at most 200 characters of a record in a reject', () => {
    const [reject] = one(`["${'😀'.repeat(300)}"]`).rejects;
    expect(reject?.excerpt.length).toBeLessThanOrEqual(200);
  });
});
