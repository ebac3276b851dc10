// The contract of every registered filter: its examples hold, it survives any text, and its cost is linear.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Filter, FilterPlugin, Plugin } from '../../src/pipeline/define.ts';
import { plugins } from '../../src/registry.gen.ts';
import { decide } from '../filters/run-filter.ts';

const isFilter = (plugin: Plugin): plugin is FilterPlugin => plugin.kind === 'filter';
const filters = plugins.filter(isFilter).map((plugin) => [plugin.name, plugin] as const);

const MEGABYTE = 1 << 20;
const nasty = [
  ...' \t\n\r\u000b\u0000\u0085\u00a0\u00ad\u200b\u200d\u2028\u3000\ufeff\ud800\udc00\u0301\u3099ｗーｰ・-|/>.@:h(（)「』。、…～！１Ａaあ漢①😀',
];

/** Texts of 4 MB made to hurt: each would take minutes where a filter looks twice at what it has seen. */
const hostile: readonly (readonly [string, string])[] = [
  ['schemes', 'http://'],
  ['slashes', '://'],
  ['host labels', 'a.'],
  ['hyphenated labels', 'a-.'],
  ['mail addresses that never end', 'a@b.'],
  ['mailboxes that never end', 'a.b+'],
  ['addresses', 'http://example.com/a '],
  ['addresses in brackets', '（http://example.com/a'],
  ['bare hosts', 'www.example.com、'],
  ['open brackets before an address', '(((((http://a.jp'],
  ['international hosts', 'http://日本語'],
  ['www and Japanese', 'www.日本語'],
  ['brackets in an address', '(['],
  ['trails', 'ホーム > '],
  ['menus', '会社概要 | '],
  ['menu words without separators', 'ホーム会社概要'],
  ['menu lines', 'ホーム\n会社概要\n採用情報\n'],
  ['menu lines with others between', 'ホーム\nあ\nい\nう\n'],
  ['bars', '| '],
  ['dots', '・・'],
  ['sentences and bars', '。| '],
  ['phrases', '続きを読む '],
  ['page numbers', '1 2 '],
  ['times', '12:30\n'],
  ['blank lines', ' \n'],
  ['boilerplate lines', '続きを読む\n\n'],
  ['rows', '■□\n'],
  ['rights', '© 2019 '],
  ['cookies', 'クッキーを'],
  ['spaced letters', 'お 知 '],
  ['marks of two kinds', '\u0301\u0316'],
  ['marks on kana', 'か\u3099'],
  ['half-width kana', 'ｶﾞ'],
  ['full-width punctuation', '！ ：'],
  ['joiners', '\u200d\u200b'],
  ['line ends', '\r\n\r'],
  ['digits', '0'],
  ['almost phone numbers', '03-1234-567 '],
  ['house numbers that never end', '本町1-'],
  ['towns', '市区町村'],
  ['cards', '4111 1111 1111 1112 '],
  ['bytes of IP addresses', '255.'],
  ['colons', 'a:'],
  ['references', '&amp;'],
  ['references that never end', '&#x'],
  ['open readings', '漢《かんじ'],
  ['readings', '漢（かん）'],
  ['bars of readings', '｜漢'],
  ['open notes', '［＃'],
  ['open braces', 'a{b:'],
  ['scripts', 'var _gaq = [];\n'],
  ['open tags', '<script '],
  ['misread kana', 'ã\u0081'],
  ['misread kana and line ends', '縺薙\n'],
  ['half-width lines', 'ｶ､\n'],
  ['repeated prose', 'お前の顔を見て、'],
  ['repeated words', 'buy now '],
  ['repeated lines', '春が来た。\n'],
  ['words of a list', '無修正のエロ動画'],
  ['hash signs', '#…'],
  ['open citations', '[1'],
];

const long = (unit: string, characters: number): string => unit.repeat(Math.ceil(characters / unit.length));

describe.each(filters)('%s', (_, plugin) => {
  const open = () => plugin.create(plugin.options.parse({}), { language: 'ja', baseDir: '.' });
  // One for all tests, as a worker has one for all documents.
  let shared: Filter | undefined;
  const keptOrNamed = (text: string): void => {
    shared ??= open();
    const decision = shared.apply({ id: 'test/0#0', text, meta: {} });
    if ('drop' in decision) expect(Object.keys(plugin.reasons)).toContain(decision.drop);
    else expect(typeof decision.keep).toBe('string');
  };

  it.each(plugin.examples.map((example) => [JSON.stringify(example.input), example] as const))(
    'does what its example says: %s',
    (_, { input, options, output, ...record }) => {
      expect(decide(plugin, input, options, record)).toEqual(output);
    },
  );

  it('says what each of its options is for, and needs none', () => {
    expect(plugin.options.safeParse({}).success).toBe(true);
    expect(plugin.options.safeParse({ noSuchOption: 1 }).success).toBe(false);
    expect(plugin.summary).toMatch(/\.$/);
    expect(plugin.examples.length).toBeGreaterThan(3);
  });

  it('takes an empty text', () => keptOrNamed(''));

  it.each(
    nasty.map((character) => [`U+${character.codePointAt(0)?.toString(16).padStart(4, '0')}`, character] as const),
  )('takes a megabyte of %s', (_, character) => keptOrNamed(long(character, MEGABYTE)));

  it.each(hostile)('takes 4 MB of %s in linear time', (_, unit) => keptOrNamed(long(unit, 4 * MEGABYTE)));

  it('takes all of Unicode, in steps', () => {
    for (let from = 0; from < 0x110000; from += 0x400) {
      let text = '';
      for (let code = from; code < from + 0x400; code++) text += String.fromCodePoint(code);
      keptOrNamed(text);
      keptOrNamed([...text].join('\n'));
    }
  });

  it('takes any string, halves of surrogate pairs included, and decides the same each time', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 400 }),
        fc.string({ unit: 'binary', maxLength: 400 }),
        (text, other) => {
          const filter = open();
          const apply = (input: string) => filter.apply({ id: 'test/0#0', text: input, meta: {} });
          const first = apply(text);
          apply(other);
          expect(apply(text)).toEqual(first);
          expect(decide(plugin, text)).toEqual(first);
        },
      ),
    );
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 200 }), (units) => {
        keptOrNamed(String.fromCharCode(...units));
      }),
    );
  });
});
