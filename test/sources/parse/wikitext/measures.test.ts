// Dates, ages, quantities and fractions, in the words of each wiki.
import { describe, expect, it } from 'vitest';
import { plainText, readerOf } from '../../../../src/sources/parse/wikitext/index.ts';

describe.each([
  ['ja', '{{生年月日と年齢|1931|4|2}}', '1931年4月2日'],
  ['ja', '{{死亡年月日と没年齢|1931|10|10|1999|10|9}}', '1999年10月9日（67歳没）'],
  ['ja', '{{死亡年月日と没年齢|1931|10|9|1999|10|9}}', '1999年10月9日（68歳没）'],
  ['ja', '{{死亡年月日と没年齢|1931|10||1999|10|9}}', '1999年10月9日'],
  ['ja', '{{start date|1931|13|2}}', '1931年'],
  ['ja', '{{start date|紀元前}}', ''],
  ['ja', '{{as of|2019|4}}', '2019年4月現在'],
  ['en', '{{birth date|1931|4|2}}', 'April 2, 1931'],
  ['en', '{{birth date|1931|4|2|df=yes}}', '2 April 1931'],
  ['en', '{{birth date|1931|4}}', 'April 1931'],
  ['en', '{{death date and age|1999|4|1|1931|4|2}}', 'April 1, 1999 (aged 67)'],
  ['en', '{{death date and age|1900|4|1|1931|4|2}}', 'April 1, 1900'],
  ['en', '{{as of|2019|4|2|lc=y}}', 'as of April 2, 2019'],
  ['zh', '{{birth date|1931|4|2}}', '1931年4月2日'],
  ['zh', '{{死亡日期及年龄|1999|4|1|1931|4|2}}', '1999年4月1日（67歲）'],
  ['ko', '{{출생일|1931|4|2}}', '1931년 4월 2일'],
  ['de', '{{start date|1931|4|2}}', '2. April 1931'],
  ['fr', '{{start date|1931|4|2}}', ''],
  ['fr', '{{date|2|avril|1931}}', '2 avril 1931'],
  ['en', '{{convert|3,776|m|ft}}', '3,776 m'],
  ['en', '{{convert|5|x|6|m2}}', '5 × 6 m²'],
  ['en', '{{convert|5|to|6}}', '5 to 6'],
  ['en', '{{convert|20|C}}', '20 °C'],
  ['en', '{{convert|{{x}}|m}}', ''],
  ['en', '{{convert}}', ''],
  ['en', '{{frac|2}} {{frac|1|2}} {{frac|3|1|2}}', '1/2 1/2 3 1/2'],
  ['de', '{{formatnum:1234567}}', '1.234.567'],
  ['ja', '{{lang-de|Hafen}}、{{lang-ko-short|항구}}、{{langx|fr|port}}', 'ドイツ語: Hafen、朝: 항구、フランス語: port'],
  ['zh-yue', '{{lang-en|harbour}}', '英語：harbour'],
  ['', '{{ルビ|漢|かん}}{{링크|x}}{{1er}}', '漢er'],
] as const)('on the %s wiki', (language, wikitext, text) => {
  it(`${wikitext} is "${text}"`, () => {
    expect(plainText(wikitext, {}, readerOf({ language }))).toBe(text);
  });
});
