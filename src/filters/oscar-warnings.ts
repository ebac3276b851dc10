// The `oscar-warnings` filter: acts on what OSCAR's own annotations say of a document.
import { z } from 'zod';
import type { JsonObject } from '../pipeline/define.ts';
import { define } from '../pipeline/define.ts';

const options = z.strictObject({
  warnings: z
    .array(z.string().min(1))
    .default(['tiny', 'noisy'])
    .describe('quality warnings that drop a document: tiny, short_sentences, header, footer, noisy, adult (in 22.01)'),
  categories: z
    .array(z.string().min(1))
    .default([
      'adult',
      'mixed_adult',
      'agressif',
      'cryptojacking',
      'dangerous_material',
      'ddos',
      'hacking',
      'malware',
      'phishing',
      'warez',
    ])
    .describe('categories of the UT1 blocklists that drop a document'),
  minHarmfulPerplexity: z
    .number()
    .min(0)
    .default(0)
    .describe(
      'perplexity under a model of harmful text that a document must reach: a low one means that it resembles such text; 0 asks nothing',
    ),
  minIdentification: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe("confidence that OSCAR's language identification must reach, 0 to 1; 0 asks nothing"),
});

export const oscarWarnings = define({
  kind: 'filter',
  name: 'oscar-warnings',
  summary: "Drops documents by OSCAR's own metadata: quality warnings, categories, harmful perplexity, language.",
  reference: 'https://arxiv.org/abs/2212.10440',
  options,
  reasons: {
    warning: 'it has one of `warnings`',
    category: 'its host is in one of `categories`',
    harmful: 'its perplexity is below `minHarmfulPerplexity`',
    language: 'its language is less certain than `minIdentification`',
  },
  examples: [
    { input: 'あ', meta: { metadata: { quality_warnings: ['tiny', 'footer'] } }, output: { drop: 'warning' } },
    { input: '脚注', meta: { metadata: { quality_warnings: ['footer'] } }, output: { keep: '脚注' } },
    { input: '広告', meta: { metadata: { categories: ['adult'] } }, output: { drop: 'category' } },
    {
      input: '罵倒',
      meta: { metadata: { harmful_pp: 120.5 } },
      options: { minHarmfulPerplexity: 500 },
      output: { drop: 'harmful' },
    },
    {
      input: '22.01版',
      meta: { metadata: { annotations: ['noisy'] } },
      output: { drop: 'warning' },
      note: 'OSCAR 22.01 calls them annotations.',
    },
    {
      input: 'ｑ',
      meta: { metadata: { identification: { label: 'ja', prob: 0.4 } } },
      options: { minIdentification: 0.8 },
      output: { drop: 'language' },
    },
    { input: '注釈なし', output: { keep: '注釈なし' }, note: 'What says nothing stays.' },
  ],
  create({ warnings, categories, minHarmfulPerplexity, minIdentification }) {
    const [unwanted, closed] = [new Set(warnings), new Set(categories)];
    return {
      apply({ text, meta }) {
        const { metadata = null } = meta;
        if (!isObject(metadata)) return { keep: text };
        if (
          [...strings(metadata, 'quality_warnings'), ...strings(metadata, 'annotations')].some((one) =>
            unwanted.has(one),
          )
        )
          return { drop: 'warning' };
        if (strings(metadata, 'categories').some((one) => closed.has(one))) return { drop: 'category' };
        const { harmful_pp: perplexity, identification = null } = metadata;
        if (typeof perplexity === 'number' && perplexity < minHarmfulPerplexity) return { drop: 'harmful' };
        const certainty = isObject(identification) ? identification.prob : undefined;
        if (typeof certainty === 'number' && certainty < minIdentification) return { drop: 'language' };
        return { keep: text };
      },
    };
  },
});

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function strings(object: JsonObject, key: string): string[] {
  const list = object[key];
  return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : [];
}
