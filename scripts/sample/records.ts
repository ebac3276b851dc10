// Writes items as the records of OSCAR and mC4, and the broken records that a reader must survive.
import { createHash } from 'node:crypto';
import type { Item } from './corpus.ts';
import type { Random } from './random.ts';
import { comparable } from './shingles.ts';

/** One record of a shard: its bytes without the line end, and its line of the truth. */
export interface Entry {
  readonly bytes: Uint8Array;
  readonly truth: Truth;
  readonly item?: Item;
}

export interface Truth {
  id: string;
  genre: string;
  expect: 'keep' | 'short' | 'duplicate' | 'reject' | 'redirect' | 'namespace';
  reason?: 'json.invalid' | 'utf8.invalid' | 'record.too_long' | 'record.no_text' | 'shard.truncated';
  cluster?: number;
  of?: string;
  jaccard?: number;
  lookalike?: string;
  noise: string[];
  sha?: string;
  clean?: string[];
  gone?: string[];
}

/** First 16 hex digits of the SHA-256 of the clean text, NFKC, without white space. */
export function cleanHash(paragraphs: readonly string[]): string {
  return createHash('sha256')
    .update(comparable(paragraphs.join('\n')))
    .digest('hex')
    .slice(0, 16);
}

const hex = (random: Random, digits: number) =>
  Array.from({ length: digits }, () => random.int(0, 15).toString(16)).join('');
const hosts = [
  'www.kirihama.example.jp',
  'aozora.example.com',
  'matsuba.example.jp',
  'niwa.example.net',
  'kurashi.example.co.jp',
  'machi.example.or.jp',
];
const address = (random: Random) =>
  `https://${random.pick(hosts)}/${random.pick(['blog', 'news', 'archives', 'item', 'column'])}/${random.int(100, 99999)}${random.pick(['', '.html', '/'])}`;

export function textOf(item: Item, random: Random): string {
  const crlf = random.chance(0.05);
  if (crlf) item.page.noise.add('crlf');
  return item.page.lines.map((line) => line.text).join(crlf ? '\r\n' : '\n');
}

function iso(random: Random, from: number, to: number): string {
  const two = (n: number) => String(n).padStart(2, '0');
  return `${random.int(from, to)}-${two(random.int(1, 12))}-${two(random.int(1, 28))}T${two(random.int(0, 23))}:${two(random.int(0, 59))}:${two(random.int(0, 59))}Z`;
}

export function mc4Record(text: string, random: Random, ascii: boolean): string {
  const json = JSON.stringify({ text, timestamp: iso(random, 2014, 2020), url: address(random) });
  // Some producers escape everything outside ASCII; the reader must not care.
  return ascii ? json.replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`) : json;
}

export function oscarRecord(text: string, random: Random): string {
  const lines = text.split('\n');
  const uuid = () =>
    `<urn:uuid:${hex(random, 8)}-${hex(random, 4)}-4${hex(random, 3)}-8${hex(random, 3)}-${hex(random, 12)}>`;
  const probability = () => Math.round((0.9 + random.next() * 0.1) * 10_000_000) / 10_000_000;
  return JSON.stringify({
    content: text,
    warc_headers: {
      'warc-record-id': uuid(),
      'warc-date': iso(random, 2022, 2022),
      'content-type': 'text/plain',
      'content-length': String(Buffer.byteLength(text)),
      'warc-type': 'conversion',
      'warc-identified-content-language': random.pick(['jpn', 'jpn', 'jpn,eng']),
      'warc-refers-to': uuid(),
      'warc-target-uri': address(random),
      'warc-block-digest': `sha1:${Array.from({ length: 32 }, () => random.pick([...'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'])).join('')}`,
    },
    metadata: {
      identification: { label: 'ja', prob: probability() },
      harmful_pp: random.chance(0.6) ? Math.round(random.next() * 9_000_000) / 1000 : null,
      tlsh: random.chance(0.5) ? `tlsh:T1${hex(random, 70).toUpperCase()}` : null,
      quality_warnings: random.chance(0.3)
        ? random.some(['tiny', 'short_sentences', 'header', 'footer', 'noisy'], random.int(1, 2))
        : null,
      categories: random.chance(0.1) ? [random.pick(['blog', 'shopping', 'press'])] : null,
      sentence_identifications: lines.map((line) => (line.length > 12 ? { label: 'ja', prob: probability() } : null)),
    },
  });
}

const encode = (text: string) => new TextEncoder().encode(text);

/** Bytes that no UTF-8 text holds, in the middle of a record. */
export function breakUtf8(bytes: Uint8Array): Uint8Array {
  const at = Math.floor(bytes.length / 2);
  return Buffer.concat([bytes.subarray(0, at), Buffer.from([0xff, 0xfe, 0xc3, 0x28]), bytes.subarray(at)]);
}

/** The broken JSON records of one shard; `field` is where the text stands. */
export function brokenJson(kinds: readonly string[], field: string, random: Random): Entry[] {
  return kinds.map((kind) => {
    const whole = JSON.stringify({
      [field]: '駅前の花屋は朝の七時に店を開ける。季節の花が並ぶころには、通勤の人が足を止める。',
      url: address(random),
    });
    const reject = (reason: NonNullable<Truth['reason']>, bytes: Uint8Array): Entry => ({
      bytes,
      truth: { id: '', genre: 'broken', expect: 'reject', reason, noise: [kind] },
    });
    switch (kind) {
      case 'cut':
        return reject('json.invalid', encode(whole.slice(0, random.int(24, 60))));
      case 'cut-in-escape':
        return reject('json.invalid', encode(`{"${field}": "港の朝は早い。\\u30`));
      case 'no-text':
        return reject(
          'record.no_text',
          encode(JSON.stringify({ timestamp: iso(random, 2014, 2020), url: address(random) })),
        );
      case 'null-text':
        return reject('record.no_text', encode(JSON.stringify({ [field]: null, url: address(random) })));
      case 'number-text':
        return reject('record.no_text', encode(JSON.stringify({ [field]: 20250601, url: address(random) })));
      case 'array':
        return reject('record.no_text', encode('["駅前の花屋", "港の朝"]'));
      case 'string':
        return reject('record.no_text', encode('"駅前の花屋は朝の七時に店を開ける。"'));
      case 'utf8':
        return reject('utf8.invalid', breakUtf8(encode(whole)));
      case 'long':
        return reject(
          'record.too_long',
          encode(JSON.stringify({ [field]: '波の音が聞こえる。'.repeat(194_500), url: address(random) })),
        );
      default:
        throw new Error(`No such broken record: ${kind}`);
    }
  });
}
