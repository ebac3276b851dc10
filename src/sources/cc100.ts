// CC-100: the monolingual text of Common Crawl that XLM-R was trained on, one file a language.
import { z } from 'zod';
import { define } from '../pipeline/define.ts';
import { corpusLanguage, languageOption } from './published/languages.ts';
import { mirror, openPublished } from './published/mirror.ts';

export const cc100 = define({
  kind: 'source',
  name: 'cc100',
  summary: 'CC-100: web text of 2018, documents separated by blank lines, one xz file for each language.',
  reference: 'https://data.statmt.org/cc-100/',
  licence: 'No rights of the compilers; the texts are under the terms of use of Common Crawl and of their authors.',
  size: 'Japanese: 15 GB packed; English: 82 GB.',
  languages: 'Over 100; Chinese by script (zh-Hans, zh-Hant), some in Latin letters (hi_rom).',
  options: z.strictObject({ language: languageOption, mirror }),
  create(options, context) {
    const name = `${corpusLanguage('cc100', options.language ?? context.language)}.txt.xz`;
    return {
      transport: openPublished('https://data.statmt.org/', options, context),
      async *shards() {
        yield { id: name, path: `cc-100/${name}`, codec: 'xz', format: 'blank-line' };
      },
    };
  },
});
