// Answers about words, remembered without making strings of them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Remembered } from '../../../../src/sources/parse/wikitext/remembered.ts';

const unitsOf = (text: string): Uint16Array =>
  Uint16Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));

describe('remembered answers', () => {
  it('are those of the asked, for any words', () => {
    const words = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '駅', '港', '\0'), maxLength: 4 }));
    fc.assert(
      fc.property(words, fc.integer({ min: 0, max: 20 }), (asked, most) => {
        const remembered = new Remembered(most, (word) => `<${word}>`);
        const answers = [...asked, ...asked].map((word) => remembered.of(unitsOf(`a${word}b`), 1, word.length + 1));
        expect(answers).toEqual([...asked, ...asked].map((word) => `<${word}>`));
      }),
    );
  });

  it('are asked for once a word, of the words that come first', () => {
    const asked: string[] = [];
    const remembered = new Remembered(500, (word) => asked.push(word));
    const words = Array.from({ length: 600 }, (_, at) => `駅${at}`);
    for (let round = 0; round < 3; round++) for (const word of words) remembered.of(unitsOf(word), 0, word.length);
    expect(asked.filter((word) => word === '駅0')).toHaveLength(1);
    expect(asked.filter((word) => word === '駅599')).toHaveLength(3);
    expect(asked).toHaveLength(500 + 3 * 100);
  });
});
