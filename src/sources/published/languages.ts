// Which language of a corpus is read, and where a corpus names one otherwise than ISO 639 does.
import { z } from 'zod';

export const languageOption = z
  .string()
  .regex(/^[a-z]{2,3}(?:[-_][A-Za-z0-9]{1,12})*$/, 'a language code such as ja')
  .optional()
  .describe("Language code, where it is not the pipeline's `language`.");

type Names = Readonly<Record<string, string>>;

/** https://data.statmt.org/cc-100/: Chinese by script. */
const cc100: Names = { nb: 'no', zh: 'zh-Hans', fil: 'tl' };
/** CLD3's labels, which mC4 kept: https://huggingface.co/datasets/allenai/c4. */
const mc4: Names = { he: 'iw', nb: 'no', tl: 'fil' };
/** FastText's labels, i.e. Wikipedia's codes. */
const oscar: Names = { nb: 'no', fil: 'tl' };
const wikipedia: Names = { nb: 'no', fil: 'tl' };

const corpora = { cc100, mc4, oscar, wikipedia };

export const corpusLanguage = (corpus: keyof typeof corpora, language: string): string =>
  corpora[corpus][language] ?? language;
