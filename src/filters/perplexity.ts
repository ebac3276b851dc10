// The `perplexity` filter: sorts documents into head, middle and tail by how well a language model expects them.
import { resolve } from 'node:path';
import { z } from 'zod';
import { PipelineError } from '../errors.ts';
import { fromShared, toShared } from '../lm/model.ts';
import { openModel } from '../lm/open-model.ts';
import { Scorer } from '../lm/scorer.ts';
import { define } from '../pipeline/define.ts';

const parts = ['head', 'middle', 'tail'] as const;

const options = z.strictObject({
  model: z
    .string()
    .min(1)
    .optional()
    .describe(
      'file that `seiryu lm` made, or an .arpa file of KenLM, relative to the pipeline file; without it every document stays',
    ),
  keep: z.array(z.enum(parts)).min(1).default(['head', 'middle']).describe('parts of the corpus to keep'),
  head: z
    .number()
    .positive()
    .optional()
    .describe(
      'perplexity below which a document is of the head; without it, what a third of the texts that the model was measured on stay below',
    ),
  middle: z
    .number()
    .positive()
    .optional()
    .describe('perplexity below which a document is of the middle; without it, what two thirds of them stay below'),
  limit: z.int().min(100).default(20_000).describe('UTF-16 units of a document that are measured, from its start'),
});

export const perplexity = define({
  kind: 'filter',
  name: 'perplexity',
  summary: "Keeps the parts of a corpus that a language model of good text expects: CCNet's head, middle and tail.",
  reference: 'https://arxiv.org/abs/1911.00359',
  options,
  refuses: true,
  reasons: {
    head: 'its perplexity is below `head`, and `keep` leaves that part out',
    middle: 'its perplexity lies between `head` and `middle`, and `keep` leaves that part out',
    tail: 'its perplexity is `middle` or more, and `keep` leaves that part out',
  },
  examples: [
    { input: '春が来た。', output: { keep: '春が来た。' }, note: 'Without a model nothing is measured.' },
    { input: '春が来た。', options: { head: 200, middle: 600 }, output: { keep: '春が来た。' } },
    { input: '春が来た。', options: { keep: ['head'] }, output: { keep: '春が来た。' } },
    { input: '', output: { keep: '' } },
  ],
  files: ({ model }) => (model === undefined ? [] : [model]),
  share({ model }, { baseDir }) {
    if (model === undefined) return undefined;
    const { bytes, load } = openModel(resolve(baseDir, model));
    return { bytes, open: () => toShared(load()) };
  },
  create({ model, keep, limit, ...bounds }, { baseDir, shared }) {
    if (model === undefined) return { apply: ({ text }) => ({ keep: text }) };
    const { quantiles, load } = openModel(resolve(baseDir, model));
    const head = bounds.head ?? quantiles[32];
    const middle = bounds.middle ?? quantiles[65];
    if (head === undefined || middle === undefined || head > middle)
      throw new PipelineError(`The filter perplexity has no bounds for ${model}.`, {
        code: 'filter.bounds',
        fix: 'Give `head` and a larger `middle`; `seiryu lm --measure MODEL FILES` shows what your texts have.',
      });
    const kept = new Set<string>(keep);
    // Opened with the first document: checking a pipeline file must not read gigabytes.
    let scorer: Scorer | undefined;
    return {
      apply({ text }) {
        scorer ??= new Scorer(fromShared(shared) ?? load());
        const measured = scorer.perplexity(text, limit);
        const part = measured < head ? 'head' : measured < middle ? 'middle' : 'tail';
        return kept.has(part) ? { keep: text } : { drop: part };
      },
    };
  },
});
