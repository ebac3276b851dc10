// What a web crawl adds around and inside an article: menus, breadcrumbs, URLs, boilerplate, odd characters.
import type { Random } from './random.ts';

/** A page on its way from clean paragraphs to what a crawler would have stored. */
export interface Page {
  lines: { text: string; intact: boolean }[];
  noise: Set<string>;
  /** Strings that must not be left after cleaning. */
  gone: string[];
}

export function pageOf(paragraphs: readonly string[]): Page {
  return { lines: paragraphs.map((text) => ({ text, intact: true })), noise: new Set(), gone: [] };
}

const sections = [
  ['企業情報', '事業内容', '採用情報', 'お問い合わせ', 'リンク', 'サイトマップ', 'ニュース', 'アクセス'],
  ['ホーム', '製品情報', 'サポート', 'ダウンロード', '会社概要', 'よくある質問', 'カタログ請求'],
  ['トップページ', '新着情報', 'プロフィール', '掲示板', 'リンク集', '日記', '写真館'],
  ['施設案内', 'ご利用方法', '料金表', '空室状況', '交通アクセス', 'お客様の声', 'ご予約'],
  ['町の紹介', 'くらしの情報', '子育て', '防災', '観光', '議会', '広報', 'お知らせ'],
  ['商品一覧', 'カートを見る', 'お支払い方法', '送料について', '会員登録', 'ログイン', '特定商取引法に基づく表記'],
];
const trails = [
  ['ホーム', '製品', '台所用品', '鍋'],
  ['トップ', 'お知らせ', '2018年'],
  ['HOME', '活動報告', 'イベント'],
  ['TOP', 'ブログ', '日々のこと'],
  ['ホーム', 'くらし', '料理', '和食'],
  ['トップページ', '観光', '宿泊', '温泉'],
  ['Home', 'コラム', '園芸'],
  ['ホーム', '図書館', 'おすすめの本'],
];

const rows = [
  '■□■□■□■□■□■□■□■□',
  '◆◇◆◇◆◇◆◇◆◇◆◇',
  '★☆★☆★☆★☆★☆',
  '▼▼▼▼▼▼▼▼▼▼',
  '――――――――――――――――――――',
  '＊＊＊＊＊＊＊＊＊＊＊＊＊＊',
  '====================',
  '●○●○●○●○●○●○',
];
const feet = [
  'Copyright (C) 2016 All Rights Reserved.',
  'Copyright © 2012-2019 Kirihama Web. All rights reserved.',
  '続きを読む',
  '続きを読む »',
  'コメント(0) トラックバック(0)',
  'コメント(3) | トラックバック(0)',
  '前へ 1 2 3 4 5 次へ',
  '<< 前の記事 | トップページ | 次の記事 >>',
  'この記事をツイートする シェアする はてなブックマークに追加',
  'Twitter Facebook LINE はてブ Pocket',
  'ページの先頭へ戻る',
  '▲ページトップへ',
  '当サイトではCookieを使用しています。閲覧を続けると、Cookieの使用に同意したものとみなされます。',
  'ログイン | 新規会員登録 | カートを見る',
  'カートに入れる お気に入りに追加',
  '印刷する',
  '無断転載を禁じます。',
  'スポンサードリンク',
  'この記事へのトラックバックURL',
];

const hosts = [
  'www.kirihama-kanko.example.jp',
  'blog.aozora-mura.example.com',
  'www.example.co.jp',
  'shop.matsuba.example.jp',
  'www2.example.ne.jp',
  'sports.example.or.jp',
  'niwa.example.net',
  'recipe.example.com',
];
const paths = [
  '',
  '/',
  '/index.html',
  '/news/2017/0412.html',
  '/blog/archives/1532',
  '/item/detail.php?id=20481&ref=top',
  '/access/',
  '/event/summer/',
  '/faq.html#q3',
  '/~tanaka/diary/2008/11.html',
];

export function url(random: Random): string {
  return `${random.pick(['http://', 'https://', 'https://', ''])}${random.pick(hosts)}${random.pick(paths)}`;
}

export function dateLine(random: Random): string {
  const [y, m, d] = [random.int(2008, 2021), random.int(1, 12), random.int(1, 28)];
  const two = (n: number) => String(n).padStart(2, '0');
  return random.pick([
    `${y}年${m}月${d}日`,
    `${y}/${two(m)}/${two(d)}`,
    `${y}.${m}.${d}`,
    `${y}-${two(m)}-${two(d)} ${two(random.int(0, 23))}:${two(random.int(0, 59))}`,
  ]);
}

function menuLine(random: Random): string {
  const items = random.some(random.pick(sections), random.int(4, 6));
  const mark = random.pick([' - ', ' | ', '｜', ' ／ ', ' » ']);
  return items.join(mark) + (random.chance(0.3) ? mark.trimEnd() : '');
}

function trail(random: Random): string {
  return random.pick(trails).join(random.pick([' > ', ' &gt; ', ' » ', ' ＞ ', ' / ']).replace('&gt;', '>'));
}

/** Lines of nothing but navigation, each by its kind. */
export function navigation(random: Random): { kind: string; lines: string[] } {
  const kind = random.pick(['breadcrumbs', 'menu', 'menu', 'menu-lines']);
  if (kind === 'breadcrumbs') return { kind, lines: [trail(random)] };
  if (kind === 'menu') return { kind, lines: [menuLine(random)] };
  return { kind, lines: random.some(random.pick(sections), random.int(5, 7)) };
}

export function footer(random: Random): string[] {
  return random.some(feet, random.int(1, 3));
}

function add(page: Page, at: number, kind: string, lines: readonly string[]): void {
  page.lines.splice(at, 0, ...lines.map((text) => ({ text, intact: false })));
  page.noise.add(kind);
  page.gone.push(...lines);
}

/** Whole lines around the text: cleaning gives back exactly what was there before. */
export function frame(page: Page, random: Random): void {
  if (random.chance(0.6)) {
    const menu = navigation(random);
    add(page, 0, menu.kind, menu.lines);
  }
  if (random.chance(0.25)) add(page, 0, 'breadcrumbs', [trail(random)]);
  if (random.chance(0.2)) add(page, page.lines.length > 2 ? 1 : 0, 'boilerplate', [random.pick(rows)]);
  if (random.chance(0.2)) add(page, page.lines.length, 'boilerplate', [random.pick(rows)]);
  if (random.chance(0.2)) add(page, page.lines.length, 'url', [url(random)]);
  if (random.chance(0.6)) add(page, page.lines.length, 'boilerplate', footer(random));
  if (random.chance(0.15)) add(page, page.lines.length, 'date', [dateLine(random)]);
  if (random.chance(0.25)) add(page, page.lines.length, 'menu', [menuLine(random)]);
  if (page.noise.size === 0) add(page, page.lines.length, 'boilerplate', footer(random));
}

const halfKana: Record<string, string> = {};
for (let code = 0xff66; code <= 0xff9d; code++) {
  const half = String.fromCharCode(code);
  halfKana[half.normalize('NFKC')] = half;
  for (const mark of ['ﾞ', 'ﾟ']) {
    const voiced = (half + mark).normalize('NFKC');
    if (voiced.length === 1) halfKana[voiced] = half + mark;
  }
}

function change(page: Page, kind: string, random: Random, from: (text: string) => string): void {
  const candidates = page.lines.filter((line) => line.intact && from(line.text) !== line.text);
  if (candidates.length === 0) return;
  const line = random.pick(candidates);
  line.text = from(line.text);
  page.noise.add(kind);
}

/** A URL inside a paragraph: what is left around it stays, so that paragraph alone is not comparable any more. */
export function inlineUrl(page: Page, random: Random): void {
  const last = page.lines.filter((line) => line.intact && line.text.includes('。')).at(-1);
  if (last === undefined) return;
  const address = url(random);
  const end = last.text.lastIndexOf('。');
  last.text = random.chance(0.5)
    ? `${last.text.slice(0, end)}。${random.pick(['詳しくは', 'くわしい内容は', '地図は', '写真は'])}${address}${random.pick(['をご覧ください。', 'に載せました。', 'で見られます。'])}${last.text.slice(end + 1)}`
    : `${last.text.slice(0, end)}(${address})${last.text.slice(end)}`;
  last.intact = false;
  page.noise.add('url');
  page.gone.push(address);
}

/** Characters that normalisation folds: the comparable text does not change. */
export function oddCharacters(page: Page, random: Random): void {
  const kind = random.pick(['half-width-kana', 'full-width-alphanumerics', 'zero-width']);
  if (kind === 'half-width-kana') {
    change(page, kind, random, (text) =>
      text.replace(/[ァ-ヴー]+/gu, (run) => [...run].map((c) => halfKana[c] ?? c).join('')),
    );
  } else if (kind === 'full-width-alphanumerics') {
    change(page, kind, random, (text) =>
      text.replace(/[0-9A-Za-z]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0)),
    );
  } else {
    const mark = random.pick(['\u200b', '\ufeff', '\u200b', '\u2060']);
    change(page, kind, random, (text) => text.slice(0, 6) + mark + text.slice(6));
  }
}
