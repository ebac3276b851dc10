// CC-100, read to the documents from servers that answer as the real ones do.
import { describe, expect, it } from 'vitest';
import { xz } from '../../../scripts/sample/codecs.ts';
import { failureOf } from '../../helpers/transports.ts';
import { startStatmt } from '../../helpers/true-servers/plain-hosts.ts';
import { documentsOf, open } from './documents-of.ts';

describe('CC-100 on statmt.org', () => {
  it('is documents between blank lines, in the file of the language', async () => {
    const files = {
      'cc-100/ja.txt.xz': xz(Buffer.from('一行目\n二行目\n\n二つ目の文書\n\n')),
      'cc-100/zh-Hans.txt.xz': xz(Buffer.from('简体\n\n')),
    };
    await using statmt = await startStatmt(files);
    expect((await documentsOf(open('cc100', { mirror: statmt.base }))).texts).toEqual([
      '一行目\n二行目',
      '二つ目の文書',
    ]);
    expect((await documentsOf(open('cc100', { mirror: statmt.base, language: 'zh' }))).texts).toEqual(['简体']);
    const missing = await failureOf(documentsOf(open('cc100', { mirror: statmt.base, language: 'xx' })));
    expect(missing).toMatchObject({ code: 'fetch.not_found', exitCode: 3 });
    expect(missing.message).toContain('cc-100/xx.txt.xz');
  });
});
