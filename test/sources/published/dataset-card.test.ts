// Cards of datasets: the subsets they declare, in each form that is documented, and pages that declare none.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cardConfigs, chosenConfig } from '../../../src/sources/published/dataset-card.ts';

const card = (yaml: string): string => `---\n${yaml}\n---\n# A dataset\n\n---\nconfigs: none of these\n---\n`;
const splitsOf = (yaml: string) =>
  cardConfigs(card(yaml)).map(({ name, splits }) => [name, Object.fromEntries(splits)]);

describe('the card of a dataset', () => {
  it.each([
    [
      'splits with a path each',
      'configs:\n- config_name: ja\n  data_files:\n  - split: train\n    path: a.parquet\n  - split: test\n    path: [b, c]',
      [['ja', { train: ['a.parquet'], test: ['b', 'c'] }]],
    ],
    ['one path', 'configs:\n- config_name: ja\n  data_files: "a/*.parquet"', [['ja', { train: ['a/*.parquet'] }]]],
    ['a list of paths', 'configs:\n- config_name: ja\n  data_files: [a, b]', [['ja', { train: ['a', 'b'] }]]],
    [
      'paths by split',
      'configs:\n- config_name: ja\n  data_files:\n    train: a\n    test: [b]',
      [['ja', { train: ['a'], test: ['b'] }]],
    ],
    ['a folder for all', 'configs:\n- config_name: ja\n  data_dir: d/\n  data_files: a', [['ja', { train: ['d/a'] }]]],
    ['a number for a name', 'configs:\n- config_name: 2023\n  data_files: a', [['2023', { train: ['a'] }]]],
    ['no name', 'configs:\n- data_files: a', [['default', { train: ['a'] }]]],
    ['a folder only, which says nothing of splits', 'configs:\n- config_name: ja\n  data_dir: d', []],
    ['names only, as old cards do', 'configs:\n- ja\n- en', []],
  ])('may declare %s', (_, yaml, configs) => {
    expect(splitsOf(yaml)).toEqual(configs);
  });

  it.each([
    '',
    '# no header',
    '---\nconfigs: [',
    '---\nconfigs: {a\n---\n',
    '---\nlicense: mit\n---\n',
    '---\n- a\n---\n',
  ])('that declares nothing readable is taken for a page: %j', (text) => {
    expect(cardConfigs(text)).toEqual([]);
  });

  it('is read with line ends of any kind and a mark of byte order', () => {
    expect(cardConfigs('\ufeff---\r\nconfigs:\r\n- data_files: a\r\n---\r\n')).toHaveLength(1);
  });

  it('never fails, whatever stands in it', () => {
    fc.assert(
      fc.property(fc.string(), (text) => void cardConfigs(`---\nconfigs:\n- ${text}\n---\n${text}`)),
      { numRuns: 500 },
    );
    expect(cardConfigs(`---\n${'- '.repeat(20_000)}\n---\n`)).toEqual([]);
  });
});

describe('the subset that is meant', () => {
  const configs = (...names: string[]) =>
    cardConfigs(card(`configs:\n${names.map((name) => `- config_name: ${name}\n  data_files: a`).join('\n')}`));

  it('is the one of that name; without a name the only one or the default; else none', () => {
    expect(chosenConfig(configs('ja', 'en'), 'en')?.name).toBe('en');
    expect(chosenConfig(configs('ja', 'en'), 'de')).toBeUndefined();
    expect(chosenConfig(configs('ja'), undefined)?.name).toBe('ja');
    expect(chosenConfig(configs('ja', 'default'), undefined)?.name).toBe('default');
    expect(chosenConfig(configs('ja', 'en\n  default: true'), undefined)?.name).toBe('en');
    expect(chosenConfig(configs('ja', 'en'), undefined)).toBeUndefined();
  });
});
