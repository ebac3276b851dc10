// A model of a few thousand numbers, far from zero, so that what it writes varies.
import { z } from 'zod';
import { initialWeights, Model } from '../../../src/trainer/model.ts';
import { trainerOptions } from '../../../src/trainer/options.ts';
import { Random } from '../../../src/trainer/random.ts';

/** Every architecture that a pipeline file may name. */
export const architectures = z
  .object({ properties: z.object({ architecture: z.object({ enum: z.array(z.string()) }) }) })
  .parse(z.toJSONSchema(trainerOptions.shape.model, { io: 'input', unrepresentable: 'any' })).properties
  .architecture.enum;

export function tinyModel(vocabulary: number, changes: Readonly<Record<string, unknown>> = {}): Model {
  const options = trainerOptions.shape.model.parse({ layers: 2, width: 16, heads: 4, context: 12, ...changes });
  const random = new Random(7);
  const weights = initialWeights(options, vocabulary, random);
  for (const values of weights.values())
    for (let i = 0; i < values.length; i++) values[i] = (values[i] ?? 0) + random.normal() * 0.4;
  return new Model(options, vocabulary, weights);
}

/** Tokens are bytes; 0 ends a document. */
export const bytes = {
  endOfDocument: 0,
  encode: (text: string): number[] => [...Buffer.from(text)],
  bytes: (token: number): Uint8Array => (token === 0 ? new Uint8Array(0) : Uint8Array.of(token)),
};
