import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { armsOf, overridesOf, WHOLE } from '../../src/ablation/arms.ts';
import {
  type AblationSettings,
  armOverrides,
  keyOf,
  referenceOverrides,
  withoutHeldOut,
} from '../../src/ablation/settings.ts';
import { loadPlan } from '../../src/pipeline/load.ts';

const YAML = `name: a
sources: [{ files: { glob: "in/*.jsonl" } }]
filters:
  - normalize
  - breadcrumbs: { words: [店長日記] }
  - length: { min: 64 }
  - length: { min: 10 }
dedup: { exact: true, minhash: { shingle: 4 } }
sinks: [{ text: {} }]
`;
const SETTINGS: AblationSettings = {
  tokens: 5000,
  seeds: 2,
  model: 'small',
  heldOut: 4000,
  samples: 4,
  sampleTokens: 10,
  backend: 'auto',
  set: [],
};

let folder = '';
let file = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seiryu-ablation-'));
  file = join(folder, 'a.yaml');
  writeFileSync(file, YAML);
  writeFileSync(
    join(folder, 'held-out.jsonl'),
    '{"text":"長い文章がここにあり、誰もがそれを読むことができるのである。"}\n',
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the arms of an ablation', () => {
  it('are the whole pipeline and one without each named part, which keeps all else as written', async () => {
    const plan = await loadPlan(file);
    const arms = armsOf(plan, ['breadcrumbs', 'minhash', 'length-2', 'minhash']);
    expect(arms.map(({ name }) => name)).toEqual(['all', 'without breadcrumbs', 'without minhash', 'without length-2']);
    const plans = await Promise.all(arms.map((arm) => loadPlan(file, overridesOf(plan, arm, []))));
    expect(plans[0]?.filters).toEqual(plan.filters);
    expect(plans[0]?.dedupers.map(({ name }) => name)).toEqual(['exact', 'minhash']);
    expect(plans[1]?.filters.map(({ name }) => name)).toEqual(['normalize', 'length', 'length']);
    expect(plans[2]?.dedupers.map(({ name }) => name)).toEqual(['exact']);
    expect(plans[2]?.filters[1]?.options).toEqual({ words: ['店長日記'] });
    expect(plans[3]?.filters.map(({ options }) => options)).toEqual([{}, { words: ['店長日記'] }, { min: 64 }]);
    for (const one of plans) expect(one.sinks).toEqual([]);
    expect(new Set(plans.map(({ identity }) => identity)).size).toBe(4);
  });

  it('refuse a part that is not there, and name the nearest', async () => {
    const plan = await loadPlan(file);
    expect(() => armsOf(plan, ['breadcrums'])).toThrow(/no part named breadcrums/);
    try {
      armsOf(plan, ['breadcrums']);
    } catch (error) {
      expect(error).toMatchObject({ code: 'ablate.unknown_part', exitCode: 2 });
      expect(String(Reflect.get(Object(error), 'fix'))).toContain('Did you mean breadcrumbs?');
    }
  });

  it('train on as many tokens with the same tokenizer and model, and never on what overlaps the held-out text', async () => {
    const plan = await loadPlan(file);
    const heldOut = join(folder, 'held-out.jsonl');
    const set = [...overridesOf(plan, WHOLE, [withoutHeldOut(heldOut)]), ...armOverrides(SETTINGS, 2, '/t.json')];
    const { trainer, filters } = await loadPlan(file, set);
    expect(trainer).toMatchObject({
      tokenizer: { file: '/t.json' },
      until: { tokens: 5000 },
      seed: 2,
      model: { layers: 2, width: 64 },
    });
    expect(filters.at(-1)).toMatchObject({ name: 'decontaminate', options: { files: [heldOut] } });
    const reference = await loadPlan(file, [...overridesOf(plan, WHOLE, []), ...referenceOverrides(SETTINGS)]);
    expect(reference.trainer).toMatchObject({ until: { steps: 1 }, evaluate: { bytes: 4000 } });
  });

  it('have a result that holds until something that decides it changes', async () => {
    const plan = await loadPlan(file, overridesOf(await loadPlan(file), WHOLE, []));
    const other = await loadPlan(file, overridesOf(await loadPlan(file), { dropped: 'minhash' }, []));
    const key = keyOf(plan, SETTINGS, 1, 'text');
    expect(keyOf(plan, { ...SETTINGS, seeds: 9 }, 1, 'text')).toBe(key);
    const others = [
      keyOf(other, SETTINGS, 1, 'text'),
      keyOf(plan, SETTINGS, 2, 'text'),
      keyOf(plan, SETTINGS, 1, 'other text'),
      keyOf(plan, { ...SETTINGS, tokens: 6000 }, 1, 'text'),
    ];
    expect(others).not.toContain(key);
  });
});
