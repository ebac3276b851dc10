// The contract of every registered filter: what `seiryu check --plugin` asks of a user's, and more odd and hostile texts.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contractChecks, megabytes } from '../../src/inspect/conformance.ts';
import { hostileUnits, oddCharacters } from '../../src/inspect/hostile.ts';
import type { FilterPlugin, Plugin } from '../../src/pipeline/define.ts';
import { plugins } from '../../src/registry.gen.ts';
import { decide } from '../filters/run-filter.ts';

const isFilter = (plugin: Plugin): plugin is FilterPlugin => plugin.kind === 'filter';
const filters = plugins.filter(isFilter).map((plugin) => [plugin.name, plugin] as const);

describe.each(filters)('%s', (_, plugin) => {
  it.each(contractChecks(plugin).map((check) => [check.name, check] as const))('%s', (_, check) => {
    expect(check.problem()).toBeUndefined();
  });

  it('has more than three examples', () => {
    expect(plugin.examples.length).toBeGreaterThan(3);
  });

  it(megabytes(plugin, oddCharacters).name, () => {
    expect(megabytes(plugin, oddCharacters).problem()).toBeUndefined();
  });

  // Each would take minutes where a filter looks twice at what it has seen.
  it('a megabyte of each text that was made to hurt, in linear time', () => {
    expect(
      megabytes(
        plugin,
        hostileUnits.map(([, unit]) => unit),
      ).problem(),
    ).toBeUndefined();
  });

  it('any string, halves of surrogate pairs included, decided the same each time', () => {
    const filter = plugin.create(plugin.options.parse({}), { language: 'ja', baseDir: '.' });
    const apply = (input: string) => filter.apply({ id: 'test/0#0', text: input, meta: {} });
    const anyText = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 200 }).map((units) => String.fromCharCode(...units)),
    );
    fc.assert(
      fc.property(anyText, anyText, (text, other) => {
        const first = apply(text);
        if ('drop' in first) expect(Object.keys(plugin.reasons)).toContain(first.drop);
        apply(other);
        expect(apply(text)).toEqual(first);
      }),
    );
    expect(decide(plugin, '清流')).toEqual(apply('清流'));
  });
});
