// The `normalize` filter: repairs what encodings, editors and HTML did to a text, without changing what it says.
import { z } from 'zod';
import { define } from '../pipeline/define.ts';
import { Repair } from './lib/repair.ts';

const options = z.strictObject({
  japaneseSpaces: z
    .enum(['keep', 'tidy', 'all'])
    .default('tidy')
    .describe(
      'which spaces between two Japanese characters go: `tidy` those beside punctuation and between s p a c e d letters, `all`, or none (`keep`)',
    ),
});

export const normalize = define({
  kind: 'filter',
  name: 'normalize',
  summary: 'Repairs text: NFKC with the exceptions Japanese needs, invisible characters, line ends and spaces.',
  reference: 'https://www.unicode.org/reports/tr15/',
  options,
  reasons: {},
  examples: [
    { input: 'ｶﾞｿﾘﾝとＡＢＣ１２３', output: { keep: 'ガソリンとABC123' } },
    { input: 'か\u3099く', output: { keep: 'がく' }, note: 'A combining voiced mark joins its kana.' },
    {
      input: 'すごい！本当？（はい）',
      output: { keep: 'すごい！本当？（はい）' },
      note: 'Japanese punctuation stays.',
    },
    { input: '１２：３０、３．１４、２０１９／０３／０４', output: { keep: '12:30、3.14、2019/03/04' } },
    { input: '１０～２０人…です', output: { keep: '10～20人…です' }, note: 'Neither ~ nor three full stops.' },
    { input: '面積は10m²、手順①②', output: { keep: '面積は10m²、手順①②' } },
    { input: '(´・ω・`)￣ー￣', output: { keep: '(´・ω・`)￣ー￣' } },
    { input: '清\u200b流\ufeff\u00ad', output: { keep: '清流' } },
    { input: '一行目\r\n二行目\r三行目\u2028四行目', output: { keep: '一行目\n二行目\n三行目\n四行目' } },
    { input: '　段落の頭。  \n\n\n\n次の\t段落。 続き。', output: { keep: '段落の頭。\n\n次の 段落。続き。' } },
    { input: 'お 知 ら せ', output: { keep: 'お知らせ' } },
    { input: '東京 大阪 Linux 入門', output: { keep: '東京 大阪 Linux 入門' } },
    {
      input: '東京 大阪 Linux 入門',
      options: { japaneseSpaces: 'all' },
      output: { keep: '東京大阪 Linux 入門' },
    },
    { input: '半分\ud800だけ', output: { keep: '半分だけ' }, note: 'Half a surrogate pair is no character.' },
    { input: '家族👨\u200d👩\u200d👧と', output: { keep: '家族👨\u200d👩\u200d👧と' } },
  ],
  create({ japaneseSpaces }) {
    const repair = new Repair(japaneseSpaces);
    return { apply: ({ text }) => ({ keep: repair.apply(text) }) };
  },
});
