// Reading CirrusSearch dumps.
import { describe, expect, it } from 'vitest';
import { formats } from '../../../src/sources/parse/index.ts';
import { parseWhole, utf8 } from './blocks-of.ts';

const read = (...lines: readonly unknown[]) =>
  parseWhole(formats.cirrus, utf8(lines.map((line) => `${JSON.stringify(line)}\n`).join('')));
const action = { index: { _type: 'page', _id: '5' } };

describe('reading a CirrusSearch dump', () => {
  it('makes one document of each pair of lines, its title first', () => {
    const page = {
      template: ['x'],
      title: '駅',
      namespace: 0,
      text: '駅は停車場。',
      source_text: "'''駅'''",
      page_id: 5,
    };
    expect(read(action, page, action, { ...page, title: '港' }).documents).toMatchObject([
      { ordinal: 0, text: '駅\n駅は停車場。', meta: { title: '駅', page_id: 5 } },
      { ordinal: 1, text: '港\n駅は停車場。' },
    ]);
  });

  it('leaves out of the metadata what repeats the text', () => {
    const page = { title: '駅', namespace: 0, text: 'a', source_text: 'b', opening_text: 'c', timestamp: '2025-06-01' };
    expect(read(action, page).documents[0]?.meta).toEqual({ title: '駅', timestamp: '2025-06-01' });
  });

  it('skips pages outside the articles', () => {
    expect(read(action, { namespace: 4, text: 'a' }, action, { namespace: 0, text: 'b' })).toMatchObject({
      documents: [{ ordinal: 1, text: 'b' }],
      skipped: { namespace: 1 },
    });
  });

  it('rejects a page without text', () => {
    expect(read(action, { title: 'a' }, ['x']).rejects.map(({ reason }) => reason)).toEqual([
      'record.no_text',
      'record.no_text',
    ]);
  });
});
