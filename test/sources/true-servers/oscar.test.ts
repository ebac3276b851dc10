// OSCAR's four versions, read to the documents from servers that answer as the real ones do.
import { describe, expect, it } from 'vitest';
import { gzip, zstd } from '../../../scripts/sample/codecs.ts';
import { failureOf } from '../../helpers/transports.ts';
import { startHub } from '../../helpers/true-servers/hub.ts';
import { startBucket } from '../../helpers/true-servers/plain-hosts.ts';
import { type Files, sha256 } from '../../helpers/true-servers/server.ts';
import { documentsOf, lines, open } from './documents-of.ts';

const oscarRecord = (content: string): object => ({
  content,
  warc_headers: {
    'warc-record-id': '<urn:uuid:4dbd9a52>',
    'warc-date': '2022-11-27T12:56:25Z',
    'content-type': 'text/plain',
    'content-length': String(Buffer.byteLength(content)),
    'warc-type': 'conversion',
    'warc-identified-content-language': 'jpn,eng',
    'warc-refers-to': '<urn:uuid:83d6bd0e>',
    'warc-target-uri': `https://example.jp/${content}`,
    'warc-block-digest': 'sha1:5ZOFHXMLMRTJ4MV2BRM6TFSXQMKVBWQZ',
  },
  metadata: {
    identification: { label: 'ja', prob: 0.98 },
    harmful_pp: 1071.5,
    tlsh: 'tlsh:T1',
    quality_warnings: ['short_sentences'],
    categories: null,
    annotation: null,
    sentence_identifications: [{ label: 'ja', prob: 0.99 }, null],
  },
});
const parts = (count: number, name: (part: number) => string, bytes: (part: number) => Uint8Array): Files =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [name(index + 1), bytes(index + 1)]));
const sums = (files: Files): string =>
  Object.entries(files)
    .map(([path, bytes]) => `${sha256(bytes)}  ${path.split('/').at(-1)}\n`)
    .join('');

const in23 = parts(
  11,
  (part) => `ja_meta/ja_meta_part_${part}.jsonl.zst`,
  (part) => zstd(lines(oscarRecord(`甲${part}`))),
);
const in22 = parts(
  2,
  (part) => `compressed/ja_meta/ja_meta_part_${part}.jsonl.gz`,
  (part) => gzip(lines(oscarRecord(`乙${part}`))),
);
const in21 = (folder: string, sign: string): Files => ({
  ...parts(
    2,
    (part) => `${folder}/ja/ja_part_${part}.txt.gz`,
    (part) => gzip(Buffer.from(`${sign}${part}\n続き\n\n${sign}${part}b\n`)),
  ),
  ...parts(
    2,
    (part) => `${folder}/ja/ja_meta_part_${part}.jsonl.gz`,
    () => gzip(lines({ offset: 0, nb_sentences: 2 })),
  ),
});
const oscarHub = {
  datasets: {
    'oscar-corpus/OSCAR-2301': { gated: true, revisions: { main: { ...in23, 'ja_meta/checksum.sha256': sums(in23) } } },
    'oscar-corpus/OSCAR-2201': { gated: true, revisions: { main: in22 } },
    'oscar-corpus/OSCAR-2109': {
      gated: true,
      revisions: { main: { ...in21('packaged', '丙'), ...in21('packaged_nondedup', '原') } },
    },
  },
  accepted: ['hf_accepted'],
  others: ['hf_stranger'],
  pageSize: 3,
} as const;
const upTo = (count: number, sign: string): string[] =>
  Array.from({ length: count }, (_, index) => `${sign}${index + 1}`);

describe('OSCAR on the hub, behind its form', () => {
  it.each([
    [{}, upTo(11, '甲')],
    [{ version: '22.01' }, upTo(2, '乙')],
    [{ version: 21.09 }, ['丙1\n続き', '丙1b', '丙2\n続き', '丙2b']],
    [{ version: '21.09', deduplicated: false }, ['原1\n続き', '原1b', '原2\n続き', '原2b']],
  ])('is read with %o by who accepted the terms', async (options, texts) => {
    await using hub = await startHub(oscarHub);
    const read = await documentsOf(open('oscar', { ...options, mirror: hub.base }, { token: 'hf_accepted' }));
    expect(read.texts).toEqual(texts);
    if (texts[0]?.startsWith('甲')) expect(read.urls[0]).toBe('https://example.jp/甲1');
  });

  it.each([
    ['no token', undefined, 'set the environment variable HF_TOKEN'],
    ['the token of an account that did not accept the terms', 'hf_stranger', 'is not accepted'],
    ['a token that the hub does not know', 'hf_typo', 'is not accepted'],
  ])('is refused with %s, and the page of the terms named', async (_, token, say) => {
    await using hub = await startHub(oscarHub);
    const error = await failureOf(
      documentsOf(open('oscar', { mirror: hub.base }, token === undefined ? {} : { token })),
    );
    expect(error).toMatchObject({ name: 'SourceError', code: 'fetch.forbidden', exitCode: 3 });
    expect(error.fix).toContain(say);
    expect(error.fix).toContain('https://huggingface.co/datasets/oscar-corpus/OSCAR-2301');
    expect(hub.network.requests).toEqual([]);
  });
});

describe('OSCAR 2019 in its bucket, which lists nothing', () => {
  const folder = (edition: string): string => `oscar/1.0/unshuffled/${edition}/ja`;
  const dedup = parts(
    11,
    (part) => `${folder('deduplicated')}/ja_dedup_part_${part}.txt.gz`,
    (part) => gzip(Buffer.from(`丁${part}\n`)),
  );
  const original = parts(
    2,
    (part) => `${folder('original')}/ja_part_${part}.txt.gz`,
    (part) => gzip(Buffer.from(`戊${part}\n`)),
  );
  const files = {
    ...dedup,
    ...original,
    [`${folder('deduplicated')}/ja_sha256.txt`]: sums(dedup),
    [`${folder('original')}/ja_sha256.txt`]: sums(original),
  };

  it.each([
    [{}, upTo(11, '丁')],
    [{ deduplicated: false }, upTo(2, '戊')],
  ])('is read with %o by its list of checksums', async (options, texts) => {
    await using bucket = await startBucket(files);
    const read = await documentsOf(open('oscar', { version: 2019, ...options, mirror: bucket.base }));
    expect(read.texts).toEqual(texts);
  });

  it('says of a language that is not there that it is not, though the bucket only says no', async () => {
    await using bucket = await startBucket(files);
    const error = await failureOf(documentsOf(open('oscar', { version: 2019, language: 'xx', mirror: bucket.base })));
    expect(error).toMatchObject({ code: 'source.empty', fix: expect.stringContaining('Check language and version') });
  });
});
