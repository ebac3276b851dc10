// Boilerplate that is no fixed phrase: rights, cookie notices, who posted when under which tag, page numbers.
// Every pattern is anchored and bounded, and read against lines of at most 300 characters.

const rightsInside =
  /^(?:(?:copyrights?\b|©|ⓒ|\(c\) ?(?=(?:19|20)\d\d|copyright|all rights))[^。、]{0,180}|[^。、]{0,150}(?:\ball rights? reserved|無断転載禁止)[.。!\- ]{0,4}|[^。、]{0,60}(?:©|\(c\)) ?(?:19|20)\d\d[^。、]{0,80}|(?:\(c\)|copyrights?) ?[^。、]{1,60}(?:co\.|ltd|inc\.?|corp|llc|株式会社|有限会社|協会|新聞社|編集部|事務局)[^。、]{0,20}|powered by [^。、]{1,60}|all rights? reserved[^。、]{0,80})$/u;
const noReprint =
  /^[^。]{0,60}(?:許可(?:なく|無く|なしに)[^。]{0,20}(?:転載|複製|転用|使用|引用)|無断で[^。]{0,20}(?:転載|複製|転用|使用|引用)|無断転載|無断複製|無断転用|無断使用|無断複写|無断引用)[^。]{0,20}(?:禁じ(?:ます|ております)|禁止(?:します|です|しています|いたします|しております)?|お断り(?:します|いたします)|(?:ご遠慮|おやめ)ください)[。!]?$/u;
/** Words about copyright that begin prose all the same. */
const aboutRights = /^copyrights? ?(?:とは|は|の|が|を|に|law|is |are |infring)/u;

/** `line` as `simplified` gives it. */
export function isRightsLine(line: string): boolean {
  if (line.includes('無断') || line.includes('許可')) return noReprint.test(line) || rightsInside.test(line);
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
  /^[■◆●▼|・>»\- ]{0,3}(?:posted (?:by|in|on|at)|written by|filed under|作成者|編集者|著者|文責|このページの担当課?|このページの作成者?|ページ番号|ページid|記事番号|記事id|関連キーワード|関連タグ|関連ワード|今日の?アクセス数?|昨日の?アクセス数?|訪問者|カウンター|来場者数|tags?|categor(?:y|ies)|投稿者|投稿日時?|書いた人|執筆者?|ライター|カテゴリー?|タグ|テーマ|ジャンル|最終更新日?|更新日時?|公開日|アクセス数|閲覧数|訪問者数?|通算|本日の?アクセス|累計|お?問い?合わ?せ番号|情報更新日|次回更新日?|次回更新予定日?|掲載日|掲載期間|登録日|提供元?|情報提供元?|配信元?|在庫数?|アクセスカウンター|再生回数|視聴回数|回答数|コメント数|登録者数|推奨ブラウザー?|推奨環境|古物商許可(?:番号)?) ?[::|] ?[^。!?]{0,60}$|^(?:posted (?:by|in|on|at)|written by) [^。.,!?]{1,60}$|^by [^。.,!?|]{1,30} ?[|・/] ?[^。.,!?a-z]{1,40}$/u;

/** Openings of what `isMetaLine`, date lines and rights lines match; see openings.ts. */
export const noticeOpenings: readonly string[] =
  'ge do 推奨 提供 配信 情報 次回 在庫 古物 再生 視聴 回答 フォ 読者 参考 ナイ 共感 お気 ここ 以下 あな 貴方 にほ ブロ 人気 ラン 応援 ポチ ぽち 有料 会員 購読 プレ 評価 感想 価格 表示 図面 最新 商品 無料 ログ po wr fi ta ca pd ad ac お使 ご利 この より 最後 作成 編集 著者 文責 ペー 関連 今日 昨日 カウ 来場 記事 tw in yo li x al 許可 前の 次の この その 投稿 書い 執筆 ライ カテ タグ テー ジャ 最終 更新 公開 アク 閲覧 訪問 通算 本日 累計 掲載 by 全 作成 登録 日時 日付 平成 令和 昭和 午前 午後 da ti up la pu cr am pm ja fe ma ap ju au se oc no de mo tu we th fr sa su © ⓒ co c) 無断 掲載 0 1 2 3 4 5 6 7 8 9'.split(
    ' ',
  );

/** After a date: who wrote it. */
export const signature = /^by [^。、!?]{1,24}$/u;

/** `JavaScriptを有効にしてください` and the like. */
const scripts =
  /^(?:このサイト|当サイト|本サイト|このページ|当ページ|お使いの|ご利用の|すべての|ブラウザ|javascript)[^。]{0,24}(?:無効|有効|オフ|対応して|使用して|オンに)[^。]{0,30}。?(?:有効にして[^。]{0,20}。?)?$/u;

/** An entry of a list beside a text: an archive's month, a category with its count, an article with its day. */
const listEntry = /^[^。、!?「]{1,40} ?\((?:\d{1,4}|\d{1,2}[/月]\d{1,2}日?)\)$/u;
const archive = /^(?:19|20)\d\d(?:年|[/.-]) ?\d{1,2}月? ?[([]\d{1,4}[)\]]$/u;

/** It goes beside boilerplate only. */
export const isListEntry = (line: string): boolean => listEntry.test(line);

/** What a site says of itself, in sentences of its own: scripts, readers, questionnaires, threads that are closed. */
const siteNotices: readonly RegExp[] = [
  /^(?:再生回数|視聴回数|閲覧数|回答数|コメント数|フォロワー数?|読者数|登録者数|参考になった|ナイス!?|共感した|アクセス数|お気に入り登録数?) ?:? ?[\d,.]{1,12}万? ?(?:回|件|人|名|枚|pv)?(?:視聴|再生)?$/u,
  /^(?:この|当)?ページの先頭です。?$/u,
  /^(?:ここ(?:から|まで)が?|以下(?:は|が))(?:本文|[^。、]{0,12}メニュー|[^。、]{0,6}ナビゲーション|フッター|ヘッダー)(?:です)?。?$|^(?:本文|[^。、]{0,12}メニュー)は?ここ(?:から|まで)(?:です)?。?$/u,
  /^この(?:記事|ページ|投稿|情報|エントリー?)は[^。、]{0,24}(?:経過して|前の(?:記事|情報|もの|投稿)|古い(?:記事|情報))[^。]{0,24}。?$/u,
  /^(?:にほん)?ブログ村[^。、]{0,24}$|^(?:人気)?ブログランキング[^。、]{0,16}$/u,
  /^(?:ブログ|人気ブログ)?ランキングに(?:参加|登録|エントリー)[^。]{0,30}。?(?:[^。]{0,12}(?:応援|クリック|ポチ|1票|一票|投票)[^。]{0,30}[。♪!]?)?$/u,
  /^(?:ログイン|会員登録|ユーザー登録|無料登録|無料会員登録|無料会員)[^。]{0,12}(?:すると|で|して)[^。]{0,30}(?:できます|いただけます|なれます|しよう|使えます)[。!]?$/u,
  /^※ ?(?:画像|写真|価格|掲載|表示|図面|情報|最新の|当サイト|商品画像)[^。]{0,60}(?:場合があります|場合がございます|ことがあります|異なります|ご了承ください|ご了承下さい|優先します|ご容赦ください)。?$/u,
  /^\d{1,2}:\d\d(?::\d\d)? ?\/ ?\d{1,2}:\d\d(?::\d\d)?$/u,
  /^(?:get|download) (?:the )?(?:adobe|acrobat|flash)[a-z ]{0,24}$/u,
  /^古物商(?:許可)?[^。]{0,30}第? ?\d{6,14} ?号?$/u,
  /^(?:pdf|adobe|acrobat|最新の)[^。]{0,60}(?:adobe|acrobat) ?(?:acrobat )?reader[^。]{0,60}。?$/u,
  /^この[^。、]{1,12}は(?:お?役に立ちましたか|参考になりましたか|見つけやすかったですか|わかりやすかったですか|分かりやすかったですか)[?。]?$/u,
  /^この(?:質問|トピック|スレッド|投稿|コメント|口コミ|記事|ページ|商品)は(?:締め切られ|受付を終了|公開を終了|販売を終了|終了し|削除され|ロックされ|解決済み|現在お取り扱い)[^。]{0,16}。?$/u,
  /^より(?:良|よ)い[^。、]{1,12}(?:に|を)[^。]{0,24}ご意見[^。]{0,24}。?$/u,
  /^最後まで(?:お読みいただき|読んでいただき|読んでくださり|読んでくださって|読んでくれて|ご覧いただき)、?(?:本当に|誠に)?ありがとうございま(?:す|した)[。!]?$/u,
  /^(?:twitter|facebook|instagram|youtube|line|x)で[^。、]{1,24}をフォロー(?:しよう|する|してください)?[!。]?$/u,
];

/** Those that begin with any words are looked for only where one of theirs stands. */
const freeNotices: readonly RegExp[] = [
  /^[^。]{0,16}(?:回答|質問|コメント|応募|掲載|公開|配信|投票)(?:の?受付|期間)?(?:は|が)?(?:終了|締め切)[^。]{0,24}。?$/u,
  /^[^。]{0,16}(?:ご意見|ご感想)(?:・|や|、)?(?:ご感想|ご要望)?を(?:お聞かせ|お寄せ)(?:ください|下さい)[。!]?$/u,
  /^(?:あなたは|貴方は)? ?[^。、]{0,12}\d{1,12} ?(?:人目|番目)の(?:訪問者|お客様|来訪者|ゲスト|来場者)[^。]{0,8}[。!]?$/u,
  /^[^。、]{0,12}(?:応援クリック|ポチッ?と|ぽちっと|1日1クリック|1クリック)[^。]{0,30}(?:お願い|励み|嬉しい|うれしい|喜び|ください|いただけ|して)[^。]{0,16}[。♪!]?$/u,
  /^(?:この記事は|この続きは|続きは|ここから先は|全文は)?[^。、]{0,12}(?:有料会員|会員|購読者|プレミアム会員)(?:の方)?(?:限定|専用|のみ)[^。]{0,16}。?(?:続き[^。]{0,40}。?)?$/u,
  /^[^。]{0,24}(?:記事|続き|全文|コメント|評価|感想|投稿|レビュー|閲覧|ご覧|お読み|保存|お気に入り|機能|返信|質問|回答|いいね|フォロー|コンテンツ)[^。]{0,16}(?:ログイン|会員登録|ユーザー登録|無料登録)[^。]{0,16}(?:必要です|必要となります|してください|して下さい|ください)。?$/u,
  /^[^。、!?「]{1,18}[\u30a1-\u30fc\u4e00-\u9fffせみりめ]はこちら(?:から|へ|です|をクリック)?$/u,
];
const wordsOfFree = /はこちら|終了|締め切|ご意見|ご感想|人目|番目|クリック|ぽち|ポチ|会員|購読者|ログイン|登録/u;

export const isSiteNotice = (line: string): boolean =>
  siteNotices.some((notice) => notice.test(line)) ||
  (wordsOfFree.test(line) && freeNotices.some((notice) => notice.test(line))) ||
  archive.test(line) ||
  (line.includes('javascript') && scripts.test(line));

/** Links whose noun may be any: the rest of the line says that they are links. */
const links: readonly RegExp[] = [
  /^この[^。、!?「 でにはがもへと]{1,12}を(?:見る|読む|表示|コピー|保存|印刷|シェア|共有|登録|通報|編集|削除|フォロー|ダウンロード|比較|検索|クリップ)(?:する)?$/u,
  /^(?:過去|他|ほか|その他|すべて|全て|最新|人気)の[^。、!?「 ]{1,10}を(?:もっと)?(?:見る|読む|表示|探す|表示する)$/u,
  /^(?:画像|写真|地図|図|サムネイル)[^。、]{0,4}(?:クリック|タップ)(?:すると|で)[^。]{0,20}$/u,
  /^(?:フォロー|チャンネル登録|高評価|応援|クリック|ポチ|シェア|拡散|投票|読者登録|ランキングの?クリック)(?:を|も)?(?:ぜひ)?(?:よろしく|宜しく)?お願い(?:いた)?します[!♪]?$/u,
  /^(?:sign|log) ?in to [a-z ]{1,24}$/u,
  /^[«≪<←◀【[(| ]{0,3}[^。、!?「 ]{1,12}一覧(?:ページ)?(?:へ|に戻る|へ戻る|に戻ります)[»≫>→▶】\])| ]{0,3}$/u,
  /^(?:この|その)[^。、!?「 ]{1,10}を(?:シェア|ツイート|リツイート|通報)(?:する)?$/u,
  /^(?:前|次)の[^。、!?「 ]{1,10} ?[»≫>→▶]{1,2}$|^[«≪<←◀]{1,2} ?(?:前|次)の[^。、!?「 ]{1,10}$/u,
  /^[▲△↑⇧∧] ?(?:top|トップ|ホーム|home|上|先頭|ページ上部|ページの?先頭|目次|メニュー)(?:へ|に戻る|へ戻る)?$/u,
  /^[▲△↑] ?\d{1,5} ?[▼▽↓] ?\d{1,5}$/u,
];

export const isLink = (line: string): boolean => links.some((link) => link.test(line)) || isPreviousAndNext(line);

/** `前の句へ 次の句へ`: the same noun twice. */
function isPreviousAndNext(line: string): boolean {
  const before = line.indexOf('前の');
  const after = line.indexOf('次の', before + 3);
  if (before < 0 || before > 3 || after < 0 || line.length > 40) return false;
  const noun = (text: string): string =>
    text.replace(/^[ |/・«»≪≫<>←→◀▶]+/u, '').split(/[ |/・«»≪≫<>←→◀▶へ]/u, 1)[0] ?? '';
  const [first, second] = [noun(line.slice(before + 2, after)), noun(line.slice(after + 2))];
  const left = line.slice(after + 2 + second.length);
  return first !== '' && first === second && /^[へ |/・»≫>→▶]*$/u.test(left);
}

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
