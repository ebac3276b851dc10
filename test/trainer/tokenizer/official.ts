// The official library as the oracle of tokenizer tests, and texts that tokenizers get wrong.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Tokenizer } from 'tokenizers';

export const CORPUS = [
  '春の川は、さらさらと流れる。岸辺の桜が咲き、子どもたちが水辺で遊んでいる。',
  '東京駅から新幹線に乗ると、二時間半ほどで京都に着く。窓の外には田んぼと山なみが続く。',
  'データベースの索引は、検索を速くするための構造である。索引がなければ全件を読むことになる。',
  'The quick brown fox jumps over the lazy dog. The dog does not mind; the fox is quick.',
  '２０２５年６月１日、気温は２８．５度。No. 12345 の荷物が届いた。',
];

export const ODD = [
  '',
  ' ',
  '\n\n\t　 a',
  '👩‍👩‍👧‍👦🇯🇵🏳️‍🌈',
  '𠮷野家で𩸽を食べる。𪚥',
  'ｶﾞｷﾞｸﾞ ㌔ ㍿ ﷽ é é',
  'مرحبا بالعالم שלום Привет ไทย हिन्दी',
  '\u0000\u0001\u007f\u0085\ufeff\u200b\u2028',
  'あ'.repeat(1000),
  'ああああーーーー！！！！？？？？wwwwwwwww',
  'https://example.jp/a?b=c&d=%E3%81%82#x',
  "don't we'll I'm   three   spaces ",
  'a<0xE3>b ▁c <unk> \ufffd\ufffd',
];

/** The official library's encoder for a file. Special tokens are not in its texts: it would find them, we do not. */
export async function official(json: string): Promise<(text: string) => Promise<number[]>> {
  const path = join(mkdtempSync(join(tmpdir(), 'seiryu-tokenizer-')), 'tokenizer.json');
  writeFileSync(path, json);
  const library = Tokenizer.fromFile(path);
  return async (text) => (await library.encode(text, null, { addSpecialTokens: false })).getIds();
}
