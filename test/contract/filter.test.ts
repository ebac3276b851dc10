// The contract of every registered filter: its examples hold, it survives any text, and its cost is linear.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostileUnits, oddCharacters, repeated } from '../../src/inspect/hostile.ts';
import type { Filter, FilterPlugin, Plugin } from '../../src/pipeline/define.ts';
import { plugins } from '../../src/registry.gen.ts';
import { decide } from '../filters/run-filter.ts';

const isFilter = (plugin: Plugin): plugin is FilterPlugin => plugin.kind === 'filter';
const filters = plugins.filter(isFilter).map((plugin) => [plugin.name, plugin] as const);

const MEGABYTE = 1 << 20;

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
    oddCharacters.map(
      (character) => [`U+${character.codePointAt(0)?.toString(16).padStart(4, '0')}`, character] as const,
    ),
  )('takes a megabyte of %s', (_, character) => keptOrNamed(repeated(character, MEGABYTE)));

  it.each(hostileUnits)('takes a megabyte of %s in linear time', (_, unit) => keptOrNamed(repeated(unit, MEGABYTE)));

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
