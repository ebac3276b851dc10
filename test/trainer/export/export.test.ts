// Published folders: shards that keep to their size, configurations, and a card that says where the data came from.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { huggingFaceConfig } from '../../../src/trainer/export/config.ts';
import { storedWeights } from '../../../src/trainer/export/layouts.ts';
import { columnsMoved, rowsMirrored, transposed } from '../../../src/trainer/export/matrices.ts';
import { modelCard } from '../../../src/trainer/export/model-card.ts';
import { shardsOf } from '../../../src/trainer/export/shards.ts';
import { memoryNeed, smallestDevice } from '../../../src/trainer/memory-need.ts';
import { architectureNames, modelOptions } from '../../../src/trainer/model-options.ts';
import { presetNames } from '../../../src/trainer/presets.ts';
import { parameterCount, weightShapes } from '../../../src/trainer/weights.ts';

describe('shards', () => {
  it('hold every weight once, in order, and no more bytes than allowed unless one weight is larger', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
        fc.integer({ min: 4, max: 400 }),
        (sizes, limit) => {
          const weights = sizes.map((size, i) => ({
            name: `w${i}`,
            shape: [size],
            values: () => new Float32Array(size),
          }));
          const shards = shardsOf(weights, limit);
          expect(shards.flat()).toEqual(weights);
          for (const shard of shards) {
            const bytes = shard.reduce((sum, { shape }) => sum + 4 * (shape[0] ?? 0), 0);
            expect(shard.length === 1 || bytes <= limit).toBe(true);
          }
        },
      ),
    );
  });
});

describe('layouts', () => {
  it('transpose there and back', () => {
    const values = Float32Array.of(1, 2, 3, 4, 5, 6);
    expect(transposed(values, 2, 3)).toEqual(Float32Array.of(1, 4, 2, 5, 3, 6));
    expect(transposed(transposed(values, 2, 3), 3, 2)).toEqual(values);
    expect(columnsMoved(values, 3, (to) => 2 - to)).toEqual(Float32Array.of(3, 2, 1, 6, 5, 4));
    expect(rowsMirrored(values, 3, -1, 0.5)).toEqual(
      Float32Array.of(0.5, 1, 1.5, -0.5, -1, -1.5, 2, 2.5, 3, -2, -2.5, -3),
    );
  });

  it.each(architectureNames)('store every weight of %s, in its stated shape', (architecture) => {
    const options = modelOptions.parse({ architecture, layers: 2, width: 8, heads: 2, context: 8 });
    const shapes = weightShapes(options, 5);
    const asked = new Set<string>();
    const stored = storedWeights(options, 5, (name) => {
      asked.add(name);
      return new Float32Array((shapes.get(name) ?? []).reduce((a, b) => a * b, 1));
    });
    for (const { shape, values, name } of stored) expect(values().length, name).toBe(shape.reduce((a, b) => a * b, 1));
    expect([...asked].sort()).toEqual([...shapes.keys()].sort());
  });

  it('says a rotary share that gives the turned size back, whatever floats do', () => {
    for (let size = 2; size <= 256; size += 2) {
      for (const rotary of [0.1, 0.25, 0.3, 0.5, 0.7, 1]) {
        const options = modelOptions.parse({
          width: size,
          heads: 1,
          rotary,
          ...(size < 8 ? { width: size * 4, heads: 4 } : {}),
        });
        const share = Reflect.get(huggingFaceConfig(options, 10, 0), 'rotary_pct');
        const turned = Math.max(2, 2 * Math.floor((rotary * size) / 2));
        expect(Math.trunc(size * Number(share))).toBe(turned);
      }
    }
  });
});

describe('the model card', () => {
  const facts = {
    name: 'ja-gpt',
    language: 'ja',
    options: modelOptions.parse({ preset: '5M' }),
    vocabulary: 32_000,
    steps: 1200,
    tokens: 4_915_200,
    perplexity: { first: 31_000.4, last: 88.251 },
    beginsWith: '<|endoftext|>',
  };
  const provenance = {
    seiryu: '0.1.0',
    pipeline: { name: 'ja-gpt', sha256: 'abc' },
    documents: { read: 1000, kept: 700, dropped: { 'length.short': 200, 'exact.duplicate': 90 }, quarantined: 10 },
    bytesKept: 123_456,
    sources: [
      { name: 'wikipedia', read: 600, kept: 500, licence: 'CC BY-SA 4.0', page: 'https://dumps.wikimedia.org' },
      { name: 'mine', read: 400, kept: 200, licence: undefined, page: undefined },
    ],
    filters: ['normalize', 'length'],
    dedupers: ['exact'],
    unicode: '15.1',
  };

  it('names sources with counts and licences, filters, what was dropped and why, and the pipeline', () => {
    const card = modelCard({ ...facts, provenance });
    expect(card.startsWith('---\nlanguage: ja\n')).toBe(true);
    expect(card).toContain('| [wikipedia](https://dumps.wikimedia.org) | 600 | 500 | CC BY-SA 4.0 |');
    expect(card).toContain('| mine | 400 | 200 | unknown');
    expect(card).toContain('Filters, in order: `normalize`, `length`. Deduplication: `exact`.');
    expect(card).toContain('| length.short | 200 |');
    expect(card).toContain('SHA-256 `abc`');
    expect(card).toContain('88.25 (31000.40 before training)');
  });

  it('says so when nothing is known of the data', () => {
    expect(modelCard({ ...facts, provenance: undefined })).toContain('holds no record of the run');
  });
});

describe('presets', () => {
  it('have about the parameters that their names say', () => {
    for (const preset of presetNames) {
      const named = Number.parseFloat(preset) * (preset.endsWith('B') ? 1e9 : 1e6);
      const count = parameterCount(modelOptions.parse({ preset }), 32_000);
      expect(count / named, preset).toBeGreaterThan(0.95);
      expect(count / named, preset).toBeLessThan(1.08);
    }
  });

  it('may be changed beside their name', () => {
    expect(modelOptions.parse({ preset: '70M', context: 256, tied: true })).toMatchObject({
      layers: 12,
      context: 256,
      tied: true,
    });
  });

  it('say which are beyond one device', () => {
    const device = (preset: string) =>
      smallestDevice(memoryNeed(modelOptions.parse({ preset }), 32_000, 1, 'never kept').total);
    expect(device('5M')).toMatch(/WebAssembly/);
    expect(device('2.7B')).toMatch(/80 GB/);
    expect(device('13B')).toBeUndefined();
  });

  it.each([
    [{ width: 10, heads: 3 }, /multiple of heads/],
    [{ width: 12, heads: 4 }, /even/],
    [{ architecture: 'gpt2', rotary: 0.5 }, /learned positions/],
    [{ architecture: 'palm', activation: 'gelu' }, /swiglu/],
    [{ architecture: 'palm', residual: 'sequential' }, /parallel/],
  ])('and options that no model can have are refused: %o', (given, message) => {
    expect(modelOptions.safeParse(given).error?.message).toMatch(message);
  });
});
