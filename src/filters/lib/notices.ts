// Boilerplate that is no fixed phrase: rights, cookie notices, who posted when under which tag, page numbers.
// Every pattern is anchored and bounded, and read against lines of at most 300 characters.

const rightsInside =
  /^(?:(?:copyrights?\b|©|ⓒ|\(c\) ?(?=(?:19|20)\d\d|copyright|all rights))[^。、]{0,180}|[^。、]{0,150}(?:\ball rights? reserved|無断転載禁止)[.。!\- ]{0,4}|[^。、]{0,60}(?:©|\(c\)) ?(?:19|20)\d\d[^。、]{0,80}|powered by [^。、]{1,60})$/u;
const noReprint =
  /^[^。]{0,60}(?:無断転載|無断複製|無断転用|無断使用|無断複写|無断引用)[^。]{0,20}(?:禁じ(?:ます|ております)|禁止(?:します|です|しています|いたします|しております)?|お断り(?:します|いたします)|(?:ご遠慮|おやめ)ください)[。!]?$/u;
/** Words about copyright that begin prose all the same. */
const aboutRights = /^copyrights? ?(?:とは|は|の|が|を|に|law|is |are |infring)/u;

/** `line` as `simplified` gives it. */
export function isRightsLine(line: string): boolean {
  if (line.includes('無断')) return noReprint.test(line) || rightsInside.test(line);
  return hasRightsWord(line) && rightsInside.test(line) && !aboutRights.test(line);
}

const hasRightsWord = (line: string): boolean =>
  line.includes('copyright') ||
  line.includes('reserved') ||
  line.includes('©') ||
  line.includes('ⓒ') ||
  line.includes('(c)') ||
  line.startsWith('powered');

const cookieSubject = /cookie|クッキー/u;
const cookieConsent =
  /使用してい|使用しており|利用してい|利用しており|使用します|利用します|使用することに|同意|許可|we use|uses? cookies|using cookies|you (?:agree|accept|consent)|your consent|best experience/u;
const cookieOpening =
  /^(?:(?:当|本|この|弊社|当社|私たち|[a-z0-9.\- ]{0,30})(?:ウェブ|web)?(?:サイト|ブログ|社|サービス|ページ)?(?:では|は|で|を|の)|より良い|お客様|快適|サービス|ユーザー|サイト|cookie|クッキー|閲覧を|we |this |our |by |cookies? )/u;

/** A notice that asks for consent: full sentences, all about cookies. Recipes for biscuits open otherwise. */
export const isCookieNotice = (line: string): boolean =>
  cookieSubject.test(line) && cookieOpening.test(line) && cookieConsent.test(line);

const meta =
  /^[■◆●▼|・>»\- ]{0,3}(?:posted (?:by|in|on|at)|written by|filed under|tags?|categor(?:y|ies)|投稿者|投稿日時?|書いた人|執筆者?|ライター|カテゴリー?|タグ|テーマ|ジャンル|最終更新日?|更新日時?|公開日|アクセス数|閲覧数|訪問者数?|通算|本日の?アクセス|累計) ?[::|] ?[^。!?]{0,60}$|^posted (?:by|in|on|at) [^。.,!?]{1,60}$|^by [^。.,!?|]{1,30} ?[|・/] ?[^。.,!?a-z]{1,40}$/u;

/** Openings of what `isMetaLine`, date lines and rights lines match; see openings.ts. */
export const noticeOpenings: readonly string[] =
  'po wr fi ta ca 投稿 書い 執筆 ライ カテ タグ テー ジャ 最終 更新 公開 アク 閲覧 訪問 通算 本日 累計 掲載 by 全 作成 登録 日時 日付 平成 令和 昭和 午前 午後 da ti up la pu cr am pm ja fe ma ap ju au se oc no de mo tu we th fr sa su © ⓒ co c) 無断 掲載 0 1 2 3 4 5 6 7 8 9'.split(
    ' ',
  );

/** `投稿者: …`, `カテゴリ: …`, `Posted by …` */
export const isMetaLine = (line: string): boolean => meta.test(line);

const position =
  /^(?:(?:page|ページ) ?)?\d{1,4} ?(?:\/|of|ページ中) ?\d{1,4} ?(?:ページ目?|pages?)$|^page \d{1,4} of \d{1,4}$|^全? ?\d{1,6} ?件(?:中|のうち)? ?[、:]? ?\d{1,6} ?(?:-|~|〜|～|から) ?\d{1,6} ?件(?:目)?(?:まで)?(?:を)?(?:表示(?:中|しています)?)?$/;
const numbers = /^\d{1,4}(?:(?: ?[|・] ?| )(?:\d{1,4}|\.{2,3}|…)){2,30}$/;

/** `1 2 3 4 … 20`, `2 / 5 ページ`. Numbers that do not count up are a table's. */
export function isPageNumbers(line: string): boolean {
  if (position.test(line)) return true;
  if (!numbers.test(line)) return false;
  const parts = line.split(/[ |・]+/);
  return parts.every((part, index) => {
    const [before, number] = [Number(parts[index - 1]), Number(part)];
    return index === 0 || Number.isNaN(number) || Number.isNaN(before) || number === before + 1;
  });
}
