// The words that menus and breadcrumbs of Japanese sites are made of, and how surely each of them is navigation.
import { isJapaneseLetter } from './script.ts';

/** How surely an item is navigation. */
export const UNKNOWN = 0;
/** Unlisted, but it ends as menu items end (…のご案内). */
export const SHAPED = 1;
/** A menu item that is a word of prose and of headings as well (観光, ニュース). */
export const PLAUSIBLE = 2;
/** Hardly ever alone outside a menu (サイトマップ, 会社概要). */
export const SURE = 3;
/** Where breadcrumbs begin (ホーム, TOP). */
export const HOME = 4;

const home =
  'ホーム home top トップ トップページ toppage homepage ホームページ はじめに戻る hometop topページ topに戻る トップへ トップへ戻る ホームへ ホームへ戻る ホームに戻る ' +
  'トップページへ トップページへ戻る トップページに戻る サイトトップ 総合トップ ショップトップ ブログトップ';

const sure =
  'お問い合わせ お問合せ お問合わせ お問い合せ 問い合わせ 問合せ お問い合わせフォーム お問い合わせはこちら 各種お問い合わせ お問い合わせ窓口 ご意見・ご要望 ご意見 ' +
  'サイトマップ サイトポリシー サイトのご利用について このサイトについて 当サイトについて 本サイトについて サイト内検索 サイト概要 ご利用にあたって ' +
  'プライバシーポリシー 個人情報保護方針 個人情報の取り扱い 個人情報の取扱い 個人情報の取り扱いについて 個人情報について 個人情報保護 免責事項 利用規約 ご利用規約 会員規約 ' +
  '特定商取引法に基づく表記 特定商取引法に基づく表示 特定商取引法 特商法に基づく表記 特商法表記 著作権について リンクについて ウェブアクセシビリティ アクセシビリティ ' +
  '会社概要 会社案内 会社情報 企業情報 企業概要 企業案内 会社沿革 会社紹介 事業内容 事業案内 事業紹介 事業概要 事業所一覧 拠点一覧 グループ会社 関連会社 経営理念 企業理念 代表挨拶 社長挨拶 ごあいさつ 代表メッセージ トップメッセージ ' +
  '採用情報 採用案内 求人情報 リクルート 新卒採用 中途採用 キャリア採用 スタッフ募集 ir情報 株主・投資家情報 投資家情報 株主・投資家の皆様へ 財務情報 プレスリリース ニュースリリース ' +
  '新着情報 最新情報 更新情報 更新履歴 新着記事 最新記事 最近の記事 最新の記事 人気記事 人気の記事 おすすめ記事 関連記事 記事一覧 過去の記事 過去ログ バックナンバー 最近のコメント 最近のトラックバック カテゴリー カテゴリ カテゴリ一覧 カテゴリー一覧 月別アーカイブ アーカイブ タグ一覧 タグクラウド ' +
  'お知らせ一覧 ニュース一覧 商品一覧 製品一覧 ブランド一覧 店舗一覧 店舗情報 店舗案内 店舗検索 物件一覧 物件検索 イベント一覧 イベント情報 ' +
  'リンク集 リンク 相互リンク 関連リンク 掲示板 ゲストブック メールマガジン メルマガ登録 メルマガ rss サイト管理人 管理人プロフィール 管理者用 管理画面 管理人室 ' +
  'ログイン ログアウト マイページ 会員登録 新規登録 新規会員登録 無料会員登録 会員ログイン パスワードを忘れた方 ヘルプ よくある質問 よくあるご質問 よくあるお問い合わせ faq q&a ご利用ガイド ご利用案内 ご利用方法 ご利用の流れ お買い物ガイド ショッピングガイド ガイド 初めての方へ はじめての方へ はじめての方 初めての方 ' +
  'カートを見る 買い物かご 買い物かごを見る ショッピングカート カート お気に入り 注文履歴 購入履歴 お支払い方法 お支払方法 支払方法 送料について 送料・お支払い 配送について 配送方法 配送・送料について 返品について 返品・交換について 返品・交換 カタログ請求 資料請求 無料資料請求 見積依頼 お見積り 無料見積もり お見積もり オンラインショップ オンラインストア ネットショップ 通販 ' +
  'アクセス 交通アクセス アクセスマップ 交通案内 案内図 所在地・アクセス 地図・アクセス 施設案内 施設一覧 館内案内 フロアガイド フロアマップ 料金表 料金案内 料金のご案内 料金プラン 宿泊プラン 空室状況 空室検索 予約状況 ご予約 ご予約はこちら ご予約・お問い合わせ web予約 ネット予約 宿泊予約 お客様の声 お客さまの声 ' +
  '診療案内 診療時間 診療科目 医師紹介 スタッフ紹介 院長紹介 院内紹介 外来案内 入院案内 初診の方へ 学校案内 入試情報 入学案内 キャンパスライフ 在校生の方へ 卒業生の方へ 受験生の方へ 保護者の方へ 学部・大学院 教員紹介 研究紹介 図書館案内 ' +
  'くらしの情報 暮らしの情報 くらし・手続き 町の紹介 市の紹介 村の紹介 市政情報 町政情報 村政情報 行政情報 県政情報 観光案内 観光情報 事業者の方へ 子育て・教育 健康・福祉 防災・安全 ふるさと納税 広報誌 ' +
  'サポート情報 サポート・お問い合わせ お客様サポート お客さまサポート ダウンロード ソフトウェアダウンロード カタログダウンロード 製品情報 商品情報 製品・サービス 商品・サービス 製品案内 商品案内 商品カテゴリ 商品カテゴリー サービス一覧 サービス案内 サービス紹介 サービス内容 導入事例 施工事例 制作実績 実績紹介 作品一覧 ソリューション ' +
  'aboutus contact contactus sitemap privacypolicy privacy terms termsofservice termsofuse login logout signin signup signout register myaccount myaccount company companyprofile careers recruit investors investorrelations archives archive categories category newsroom faqs support download downloads help links link shoppingcart cart checkout wishlist accessibility english japanese 日本語 language 中文 한국어 简体中文 繁體中文';

const plausible =
  'お知らせ ニュース トピックス 話題 新着 日記 ブログ 社長ブログ スタッフブログ 店長ブログ コラム エッセイ 写真 写真館 フォト フォトギャラリー ギャラリー アルバム 動画 動画一覧 壁紙 音楽 映画 読書 料理 レシピ 趣味 旅行 園芸 雑記 雑談 小説 詩 絵 イラスト 作品 作品集 自己紹介 プロフィール 紹介 ' +
  '製品 商品 サービス サポート 事業 企業 会社 採用 求人 沿革 歴史 概要 組織 組織図 役員紹介 理念 方針 挨拶 ごあいさつ ご挨拶 特徴 特長 強み 実績 事例 技術 品質 環境 環境への取り組み csr sdgs ir 研究 開発 研究開発 社会貢献 サステナビリティ 取り組み 店舗 本社 支店 工場 拠点 海外 国内 法人 個人 法人のお客様 個人のお客様 お客様へ 代理店 販売店 パートナー ' +
  'カタログ 資料 料金 価格 費用 予約 宿泊 温泉 客室 お部屋 お食事 お料理 レストラン 宴会 婚礼 日帰り 周辺観光 周辺案内 周辺情報 貸切 プラン キャンペーン セール 特集 おすすめ おすすめ情報 おすすめ商品 ランキング 人気ランキング 新商品 新製品 新作 ギフト クーポン レビュー 口コミ クチコミ 送料 支払い お支払い 配送 返品 会員 会員特典 ポイント 特典 ' +
  '観光 防災 議会 広報 子育て 教育 福祉 健康 医療 税金 ごみ 環境・ごみ 住まい 仕事 産業 農業 文化 スポーツ イベント 行事 行事予定 催し 催し物 年間行事 スケジュール 予定表 カレンダー 活動 活動報告 活動内容 活動紹介 活動記録 報告 報告書 会報 会則 入会 入会案内 入会のご案内 支援 寄付 ボランティア 募集 図書館 博物館 学校 公園 施設 窓口 手続き 届出 統計 統計情報 条例 計画 入札 入札情報 申請書 申請書ダウンロード くらし 暮らし まち 市長の部屋 町長の部屋 ' +
  '地図 マップ 検索 詳細検索 一覧 目次 索引 前へ 次へ 戻る 進む 終了 続き もっと見る すべて すべて見る その他 全般 未分類 使い方 操作方法 仕様 設定 登録 質問 相談 投稿 投稿一覧 掲示 伝言板 チャット フォーラム コミュニティ メンバー メンバー紹介 スタッフ 講師紹介 教室案内 教室紹介 コース コース紹介 カリキュラム 授業 体験 体験レッスン 見学 試合結果 試合日程 選手紹介 チーム紹介 大会 大会情報 成績 記録 ' +
  'about news blog info information products product service services gallery photo photos profile diary bbs event events works work access map topics column media shop store menu search index recipes sports business technology science entertainment politics world health travel opinion video videos forum forums community members contents concept staff schedule price prices reserve reservation guide feature features pricing docs documentation more next prev previous back mail twitter facebook instagram youtube';

const strength = new Map<string, number>();
for (const [list, value] of [
  [plausible, PLAUSIBLE],
  [sure, SURE],
  [home, HOME],
] as const) {
  for (const word of list.split(' ')) strength.set(word, value);
}

/** Endings that site builders give to menu items. Only for short items: 「駅から会場までのご案内」 is a heading. */
const endings = [
  'のご案内',
  'ご案内',
  '案内',
  '情報',
  '一覧',
  '概要',
  'の紹介',
  '紹介',
  'について',
  'ガイド',
  'マップ',
  'フォーム',
  'ポリシー',
  '規約',
  'ブログ',
  'ニュース',
  'カタログ',
  'はこちら',
  'の方へ',
  'の皆様へ',
  'お問い合わせ',
  'お知らせ',
  'ランキング',
  'カレンダー',
  'ショップ',
  'サービス',
  'サポート',
  'ギャラリー',
];
const LONGEST_ENDED = 10;
const LONGEST_WORD = 18;

/** Case, full-width letters, spaces, bullets and a count at the end (`日記 (12)`) do not matter. */
export function canonical(item: string): string {
  const plain = item.normalize('NFKC').toLowerCase().replace(/\s+/gu, '');
  const end = withoutCount(plain);
  let from = 0;
  let to = end;
  while (from < to && isOrnament(plain.charCodeAt(from))) from++;
  while (to > from && isOrnament(plain.charCodeAt(to - 1))) to--;
  return plain.slice(from, to);
}

/** Kana and kanji alone: the usual item, spared the normalisation. */
function isCanonical(item: string): boolean {
  for (let at = 0; at < item.length; at++) {
    const code = item.charCodeAt(at);
    if (code >= 0xf900 || !isJapaneseLetter(code)) return false;
  }
  return true;
}

function withoutCount(plain: string): number {
  const open = plain.endsWith(')') ? plain.lastIndexOf('(') : plain.endsWith(']') ? plain.lastIndexOf('[') : -1;
  return open > 0 && /^\d{1,6}[件]?$/.test(plain.slice(open + 1, -1)) ? open : plain.length;
}

const ornaments = new Set(
  [...'-|/>»›<«‹≫≪・:：→←⇒▶►◀▲△▼▽■□◆◇●○◎★☆※*+_[]()【】「」『』《》~〜‖│┃·•–—―'].map((c) => c.charCodeAt(0)),
);
const isOrnament = (code: number): boolean => ornaments.has(code);

/** Words that a pipeline file adds count as sure. */
export type ExtraWords = ReadonlySet<string>;

export function navigationStrength(item: string, extra: ExtraWords): number {
  if (item.length > LONGEST_WORD * 2) return UNKNOWN;
  const exact = strength.get(item);
  if (exact !== undefined) return exact;
  const word = isCanonical(item) ? item : canonical(item);
  if (word === '' || word.length > LONGEST_WORD) return UNKNOWN;
  const listed = strength.get(word);
  if (listed !== undefined) return listed;
  if (extra.has(word)) return SURE;
  if (word.length > LONGEST_ENDED) return UNKNOWN;
  // `2017年4月(12)`: the months of an archive. Other things are counted so as well (りんご（3）).
  if (counted.test(item)) return month.test(word) ? SURE : SHAPED;
  return endings.some((ending) => word.length > ending.length && word.endsWith(ending)) ? SHAPED : UNKNOWN;
}

const counted = /[(（[]\d{1,6}件?[)）\]]\s?$/u;
const month = /^(?:19|20)\d\d[年/.-]\d{1,2}月?$/;

const surePairs = new Set([...strength].filter(([, value]) => value >= SURE).map(([word]) => word.slice(0, 2)));

/**
 * Cuts a line without separators (`ホーム会社概要採用情報`) into listed words, longest first; undefined when it does not
 * come out even.
 */
export function intoWords(line: string): string[] | undefined {
  if (!surePairs.has(line.slice(0, 2).toLowerCase())) return undefined;
  const text = canonical(line);
  const found: string[] = [];
  for (let at = 0; at < text.length; ) {
    let length = Math.min(LONGEST_WORD, text.length - at);
    while (length > 1 && !strength.has(text.slice(at, at + length))) length--;
    if (length <= 1) return undefined;
    found.push(text.slice(at, at + length));
    at += length;
  }
  return found;
}
