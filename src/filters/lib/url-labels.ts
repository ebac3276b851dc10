// Words that only announce an address (`URL：`, 詳しくはこちら): they go with it.

import { isAlphanumeric, isJapanese, isJapaneseLetter } from './script.ts';

export const LONGEST_LABEL = 24;

/** Compared without case, white space, symbols and the endings below. */
const labels = new Set(
  (
    'url urls uri http https www web website homepage page site link links source via ref mail email eメール address info tel contact ' +
    'hp ＨＰ ホームページ ホームページアドレス ホームページurl サイト サイトurl 公式サイト 公式hp 公式ホームページ 公式ページ 公式url 公式ブログ 公式ツイッター オフィシャルサイト ' +
    'ウェブ ウェブサイト webサイト webページ ブログ ブログurl blog リンク リンク先 関連 関連リンク 関連url 関連サイト 関連記事 関連ページ 外部リンク 外部サイト リンク元 ' +
    '参照 参照元 参照url 参考 参考url 参考サイト 参考リンク 参考ページ 参考文献 参考記事 出典 出典url 出所 引用 引用元 引用元url 元記事 元ネタ 元サイト ソース 転載元 情報源 情報元 ' +
    '詳細 詳細url 詳細ページ 詳しく くわしく 詳しい内容 くわしい内容 こちら コチラ 続き 動画 動画url 映像 写真 写真館 画像 音声 地図 地図url マップ 資料 様式 ダウンロード ' +
    'アドレス メール メールアドレス 電子メール お問い合わせ お問合せ お問合わせ 問い合わせ 問合せ お問い合わせ先 お問合せ先 問い合わせ先 問合せ先 連絡先 ご連絡 お申し込み お申込み お申込 申し込み 申込み 申込 応募 ご応募 ご予約 予約 ご注文 注文 ' +
    'トラックバックurl この記事のurl この記事へのurl この記事へのトラックバックurl 記事url 短縮url パーマリンク permalink twitter facebook instagram youtube line github ' +
    'ツイッター フェイスブック インスタグラム インスタ ユーチューブ 通販サイト オンラインショップ ショップ 購入 配信元 会場hp 主催hp 掲載元 掲載先 販売ページ 公開先 保存先 置き場'
  ).split(' '),
);

/** Longest first: `メールはこちらから` is メール. */
const endings = [
  'はこちらから',
  'はこちらです',
  'はこちら',
  'はコチラ',
  'こちらから',
  'こちら',
  'コチラ',
  '先は',
  'は',
  'から',
  'まで',
  'で',
  'へ',
];

const bare = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');

/** More letters than a label has: told without the regular expression, as it is of most texts around an address. */
function hasManyLetters(text: string): boolean {
  let letters = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if ((isJapaneseLetter(code) || isAlphanumeric(code)) && ++letters > LONGEST_LABEL) return true;
  }
  return false;
}

const beginnings = new Uint8Array(0x10000);
for (const label of labels) {
  beginnings[label.charCodeAt(0)] = 1;
  beginnings[label.toUpperCase().charCodeAt(0)] = 1;
}

/** Told by the first letter, which spares most texts the regular expression. False where the script is another. */
function beginsUnlikeLabels(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isJapaneseLetter(code) || isAlphanumeric(code)) return beginnings[code] !== 1;
    if (code >= 0x80 && !isJapanese(code)) return false;
  }
  return false;
}

/** Nothing, symbols, or words that only announce an address. */
export function isTrace(text: string): boolean {
  if (text.length > LONGEST_LABEL * 4 || hasManyLetters(text) || beginsUnlikeLabels(text)) return false;
  const left = bare(text);
  if (left === '') return true;
  if (left.length > LONGEST_LABEL) return false;
  if (labels.has(left)) return true;
  return endings.some((ending) => left.endsWith(ending) && labels.has(left.slice(0, -ending.length)));
}

export const isLabel = (text: string): boolean => isTrace(text) && bare(text) !== '';

/** Where a label that reaches `end` begins, at or after `limit`; or -1. It begins a line, a clause or a word of its own. */
export function startOfLabel(text: string, end: number, limit: number): number {
  let found = -1;
  for (let at = end - 1; at >= Math.max(limit, end - LONGEST_LABEL - 4); at--) {
    if (at > limit && !isBoundary(text[at - 1])) continue;
    if (isLabel(text.slice(at, end))) found = at;
  }
  return found;
}

const boundaries = ' \t\u3000、,，。！？!?）)」』】]／/|｜・';
const isBoundary = (character: string | undefined): boolean =>
  character === undefined || boundaries.includes(character);
