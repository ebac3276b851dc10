// What `packing.attention` changes in a training: from the first step on, and nothing but what tokens see.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Random } from '../../../src/trainer/random.ts';
import { documentText } from '../../helpers/corpus.ts';
import { eventsOf, TINY, trainOn } from '../../helpers/training.ts';

const random = new Random(3);
const texts = Array.from({ length: 60 }, (_, number) => documentText(number, random).slice(0, 30));

async function trained(attention: 'across-documents' | 'within-documents') {
  const dir = await mkdtemp(join(tmpdir(), 'seiryu-test-'));
  const { events, error } = await trainOn({
    dir,
    texts,
    options: { ...TINY, packing: { attention }, until: { steps: 4 } },
  });
  expect(error).toBeUndefined();
  return { steps: eventsOf(events, 'step'), first: eventsOf(events, 'evaluation')[0]?.loss };
}

it('hides other documents in training when it is asked to', async () => {
  const [across, within] = [await trained('across-documents'), await trained('within-documents')];
  // The same weights and the same batches to begin with.
  expect(within.first).toBe(across.first);
  expect(within.steps.map(({ tokens }) => tokens)).toEqual(across.steps.map(({ tokens }) => tokens));
  expect(within.steps[0]?.loss).not.toBe(across.steps[0]?.loss);
  expect(within.steps[0]?.loss).toBeCloseTo(across.steps[0]?.loss ?? 0, 0);
});
