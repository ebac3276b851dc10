// Lists of checksums, as sha256sum, md5sum and the corpora write them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Transport } from '../../../src/pipeline/define.ts';
import { openTransport } from '../../../src/sources/fetch/index.ts';
import { checksumsIfThere, parseChecksums, readChecksums } from '../../../src/sources/published/checksums.ts';
import { startMirror } from '../../helpers/mirror-server.ts';
import { failureOf, folderOf, noWaiting } from '../../helpers/transports.ts';

const md5 = 'd41d8cd98f00b204e9800998ecf8427e';
const sha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

describe('a list of checksums', () => {
  it.each([
    [`${sha256}  a.gz\n`, 'sha256', sha256],
    [`${md5} *a.gz`, 'md5', md5],
    [`a.gz\t${sha256.toUpperCase()}\r\n`, 'sha256', sha256],
    [`${md5}  ./deep/er/a.gz\n${md5}  b.gz\n`, 'md5', md5],
  ])('is read as it is written: %j', (text, algorithm, value) => {
    expect(parseChecksums(text).get('a.gz')).toEqual({ algorithm, value });
  });

  it('is none where nothing in it is a checksum', () => {
    for (const text of ['', '\n\n', '<html>login</html>', `${sha256.slice(1)}  a.gz`, 'SHA1 x', `${sha256} a b`])
      expect(parseChecksums(text).size).toBe(0);
  });

  it('may be anything without harm', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (text) => {
        for (const [name, { value }] of parseChecksums(text)) {
          expect(name).not.toContain('/');
          expect(value).toMatch(/^[0-9a-f]{32}(?:[0-9a-f]{32})?$/);
        }
      }),
    );
  });

  it('is asked for again when a network answers in its place, and not believed to be empty', async () => {
    const folder = await folderOf({ 'sums.txt': `${sha256}  a.gz\n`, 'empty.txt': '' });
    for (const lies of [1, 9]) {
      await using mirror = await startMirror(folder, {
        misbehave: ({ earlier }) => (earlier < lies ? { kind: 'garbage', body: '<html>Please log in' } : undefined),
      });
      const transport: Transport = openTransport(mirror.base, noWaiting());
      if (lies === 1) expect((await readChecksums(transport, 'sums.txt')).size).toBe(1);
      else expect(await failureOf(readChecksums(transport, 'sums.txt'))).toMatchObject({ code: 'source.checksums' });
    }
  });

  it('need not be there', async () => {
    const transport = openTransport(await folderOf({ 'other.txt': '' }));
    expect((await checksumsIfThere(transport, 'sums.txt')).size).toBe(0);
    expect(await failureOf(readChecksums(transport, 'sums.txt'))).toMatchObject({ code: 'fetch.not_found' });
  });
});
