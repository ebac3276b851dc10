// Reading text with a blank line between documents.
import { describe, expect, it } from 'vitest';
import { formats } from '../../../src/sources/parse/index.ts';
import { parseWhole, utf8 } from './blocks-of.ts';

const read = (bytes: Buffer) => parseWhole(formats['blank-line'], bytes);

describe('reading text with a blank line between documents', () => {
  it('keeps the paragraphs of a document and trims the line ends around it', () => {
    const { documents } = read(utf8('一つ目。\n続き。\n\n\n二つ目。\r\n\n　三つ目 \n'));
    expect(documents.map(({ text }) => text)).toEqual(['一つ目。\n続き。', '二つ目。', '　三つ目 ']);
    expect(documents.map(({ ordinal }) => ordinal)).toEqual([0, 1, 2]);
    expect(documents.map(({ offset }) => offset)).toEqual([0, 24, 40]);
  });

  it('counts any number of blank lines as one boundary', () => {
    expect(read(utf8('\n\n\n\na\n\n\n\n\n\nb\n\n \n\n')).documents.map(({ text }) => text)).toEqual(['a', 'b']);
  });

  it('rejects the document that is no UTF-8 and keeps its neighbours', () => {
    const { documents, rejects } = read(Buffer.concat([utf8('前\n\n'), Buffer.from([0xc3, 0x28]), utf8('\n\n後\n')]));
    expect(documents.map(({ text, ordinal }) => [text, ordinal])).toEqual([
      ['前', 0],
      ['後', 2],
    ]);
    expect(rejects).toMatchObject([{ ordinal: 1, offset: 5, reason: 'utf8.invalid' }]);
  });
});
