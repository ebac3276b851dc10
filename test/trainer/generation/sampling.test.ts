// Sampling means what it means in Hugging Face's `transformers`: the fixture is what its processors make of random logits
// (scripts/generation/hf-processors.py).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { candidatesOf, Sampler, type Sampling } from '../../../src/trainer/generation/sampling.ts';
import { Random } from '../../../src/trainer/random.ts';

const sampling = z.object({
  temperature: z.number(),
  topK: z.number(),
  topP: z.number(),
  repetitionPenalty: z.number(),
  noRepeatNgram: z.number(),
});
const { cases } = z
  .object({
    cases: z.array(
      z.object({
        settings: sampling,
        ids: z.array(z.number()),
        logits: z.array(z.number()),
        shares: z.array(z.number()),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, '../../fixtures/sampling/hf.json'), 'utf8')));

const PLAIN: Sampling = { temperature: 1, topK: 0, topP: 1, repetitionPenalty: 1, noRepeatNgram: 0 };

/** Probability of every token. */
function sharesOf(settings: Sampling, ids: readonly number[], logits: readonly number[]): number[] {
  const sampler = new Sampler(settings, new Random(1));
  for (const id of ids) sampler.see(id);
  const processed = Float32Array.from(logits);
  sampler.process(processed);
  const { tokens, weights } = candidatesOf(processed, settings);
  const whole = weights.reduce((a, b) => a + b, 0);
  const shares = logits.map(() => 0);
  tokens.forEach((token, i) => {
    shares[token] = (weights[i] ?? 0) / whole;
  });
  return shares;
}

describe('sampling', () => {
  it.each(cases)(
    'gives the probabilities of transformers: $settings, $ids.length tokens',
    ({ settings, ids, logits, shares }) => {
      const own = sharesOf(settings, ids, logits);
      expect(Math.max(...own.map((share, token) => Math.abs(share - (shares[token] ?? 0))))).toBeLessThan(2e-6);
      expect(own.map((share) => share > 0)).toEqual(shares.map((share) => share > 0));
    },
  );

  it('draws tokens as often as their probabilities say', () => {
    const logits = [0, 1, 2, -1];
    const sampler = new Sampler(PLAIN, new Random(5));
    const counts = [0, 0, 0, 0];
    const draws = 20_000;
    for (let i = 0; i < draws; i++) {
      const token = sampler.choose(Float32Array.from(logits)) ?? -1;
      counts[token] = (counts[token] ?? 0) + 1;
    }
    const shares = sharesOf(PLAIN, [], logits);
    // Five standard deviations of a share are below 0.018 with this many draws.
    const differences = counts.map((count, token) => Math.abs(count / draws - (shares[token] ?? 0)));
    expect(Math.max(...differences)).toBeLessThan(0.018);
  });

  it('takes the likeliest token at temperature 0, penalties counted, the first of equals', () => {
    const choose = (settings: Partial<Sampling>, seen: number[], logits: number[]) => {
      const sampler = new Sampler({ ...PLAIN, temperature: 0, ...settings }, new Random(1));
      for (const token of seen) sampler.see(token);
      return sampler.choose(Float32Array.from(logits));
    };
    expect(choose({}, [], [1, 3, 3, 2])).toBe(1);
    expect(choose({ repetitionPenalty: 2 }, [1], [1, 3, 2, -1])).toBe(2);
    expect(choose({ repetitionPenalty: 2 }, [0], [-1, -1.5])).toBe(1);
    expect(choose({ noRepeatNgram: 2 }, [3, 1, 3], [0, 5, 4, 1])).toBe(2);
    expect(choose({ noRepeatNgram: 1 }, [0, 1], [1, 2])).toBeUndefined();
  });
});
