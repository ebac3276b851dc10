// The name that was meant: near ones, swapped letters, beginnings; and none when none is near.
import { expect, it } from 'vitest';
import { nearestName } from '../../src/pipeline/nearest-name.ts';

it.each([
  ['spilt', ['language', 'split', 'shards'], 'split'],
  ['tset', ['train', 'test'], 'test'],
  ['mc5', ['mc4', 'oscar'], 'mc4'],
  ['OSCAR', ['mc4', 'oscar'], 'oscar'],
  ['ja-latin', ['ja', 'ja-Latn'], 'ja-Latn'],
  ['wiki', ['wikipedia', 'cc100'], 'wikipedia'],
  ['abc', ['xyz', 'train'], undefined],
  ['it', ['no'], undefined],
  ['x', [], undefined],
])('%s among %j is %s', (name, candidates, meant) => {
  expect(nearestName(name, candidates)).toBe(meant);
});
