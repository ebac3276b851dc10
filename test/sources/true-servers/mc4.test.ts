// mC4, read to the documents from servers that answer as the real ones do.
import { describe, expect, it } from 'vitest';
import { gzip } from '../../../scripts/sample/codecs.ts';
import { shardsOf } from '../../helpers/transports.ts';
import { startHub } from '../../helpers/true-servers/hub.ts';
import type { Files } from '../../helpers/true-servers/server.ts';
import { documentsOf, lines, open } from './documents-of.ts';

const c4 = (text: string): object => ({ text, timestamp: '2020-01-24T09:12:45Z', url: `https://example.jp/${text}` });
const mc4File = (language: string, number: number, of: number): string =>
  `multilingual/c4-${language}.tfrecord-${String(number).padStart(5, '0')}-of-${String(of).padStart(5, '0')}.json.gz`;
const mc4Main: Files = {
  'README.md': '# C4',
  'en/c4-train.00000-of-01024.json.gz': gzip(lines(c4('english'))),
  ...Object.fromEntries(
    [0, 1, 2].map((part) => [mc4File('ja', part, 3), gzip(lines(c4(`日${part}a`), c4(`日${part}b`)))]),
  ),
  [mc4File('ja-validation', 0, 1)]: gzip(lines(c4('検証'))),
  [mc4File('iw', 0, 1)]: gzip(lines(c4('שלום'))),
  [mc4File('ja-Latn', 0, 1)]: gzip(lines(c4('romaji'))),
};
const mc4Datasets = {
  'allenai/c4': { revisions: { main: mc4Main, '1588ec454efa': { [mc4File('ja', 0, 1)]: gzip(lines(c4('古い'))) } } },
};

describe('mC4 on the hub', () => {
  it.each([
    [{}, 'ja', ['日0a', '日0b', '日1a', '日1b', '日2a', '日2b']],
    [{ shards: '0,2' }, 'ja', ['日0a', '日0b', '日2a', '日2b']],
    [{ shards: '1-1', of: 3 }, 'ja', ['日1a', '日1b']],
    [{ split: 'validation' }, 'ja', ['検証']],
    [{ revision: '1588ec454efa' }, 'ja', ['古い']],
    [{ language: 'ja-Latn' }, 'ja', ['romaji']],
    [{}, 'he', ['שלום']],
  ])('is read with %o in %s', async (options, language, texts) => {
    await using hub = await startHub({ datasets: mc4Datasets, pageSize: 2 });
    const read = await documentsOf(open('mc4', { ...options, mirror: hub.base }, { language }));
    expect(read.texts).toEqual(texts);
    expect(read.urls[0]).toBe(`https://example.jp/${texts[0]}`);
  });

  it('is listed with its published sizes, and nothing of it is fetched for that', async () => {
    await using hub = await startHub({ datasets: mc4Datasets, pageSize: 2 });
    const shards = await shardsOf(open('mc4', { mirror: hub.base }));
    expect(shards.map(({ size }) => size)).toEqual([0, 1, 2].map((part) => mc4Main[mc4File('ja', part, 3)]?.length));
    expect(hub.network.requests).toEqual([]);
    expect(
      hub.hub.requests.every(({ path }) => path.startsWith('api/datasets/allenai/c4/tree/main/multilingual')),
    ).toBe(true);
    expect(hub.hub.requests.length).toBeGreaterThan(2);
  });

  it('sends a token to the hub and not to where it redirects', async () => {
    await using hub = await startHub({ datasets: mc4Datasets, accepted: ['hf_mine'] });
    await documentsOf(open('mc4', { mirror: hub.base }, { token: 'hf_mine' }));
    expect(hub.hub.requests.every(({ headers }) => headers.authorization === 'Bearer hf_mine')).toBe(true);
    expect(hub.network.requests.length).toBe(3);
    expect(hub.network.requests.every(({ headers }) => headers.authorization === undefined)).toBe(true);
  });
});
