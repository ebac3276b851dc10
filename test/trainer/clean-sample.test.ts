// The guard leaves a clean training alone: the bundled sample, in the order of its pipeline, whatever the seed.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { contextOf } from '../../src/engine/context.ts';
import { readRecords } from '../../src/engine/read-records.ts';
import { createTracer } from '../../src/inspect/trace.ts';
import { loadPlan } from '../../src/pipeline/load.ts';
import { eventsOf, TINY, trainOn } from '../helpers/training.ts';

const SAMPLE = fileURLToPath(new URL('../../pipelines/sample.yaml', import.meta.url));
/** From the articles of the first shard into the other sources. */
const DOCUMENTS = 260;

let texts: string[];

beforeAll(async () => {
  const plan = await loadPlan(SAMPLE);
  const abort = new AbortController();
  const context = contextOf(plan, { env: {}, signal: abort.signal });
  const tracer = await createTracer(plan);
  texts = [];
  for await (const record of readRecords(plan, context)) {
    if (record.kind !== 'document') continue;
    const { outcome, text } = tracer.filter(record.document);
    if (outcome.decision === 'keep') texts.push(text);
    if (texts.length === DOCUMENTS) break;
  }
  abort.abort();
});

describe('a clean training on the sample', () => {
  it.each([1, 2, 3])('raises no alarm with seed %i', async (seed) => {
    const options = { ...TINY, tokenizer: { train: { vocab: 600, documents: 60 } }, until: { steps: 160 } };
    const run = await trainOn({ dir: await mkdtemp(join(tmpdir(), 'seiryu-test-')), texts, options, seed });
    expect(run.error).toBeUndefined();
    expect(eventsOf(run.events, 'rescue')).toEqual([]);
    expect(eventsOf(run.events, 'step').at(-1)).toMatchObject({ step: 160 });
  });
});
