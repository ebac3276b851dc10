// What users rely on of the `breadcrumbs` filter: navigation goes, and prose that looks a little like it stays.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { breadcrumbs } from '../../src/filters/breadcrumbs.ts';
import { rewriter } from './run-filter.ts';

const clean = rewriter(breadcrumbs);

const navigation = [
  '企業情報 - 事業内容 - お問い合わせ - リンク -',
  '企業情報 - 事業内容 - 採用情報 - お問い合わせ',
  'ホーム > 製品 > 台所用品 > 鍋',
  'ホーム ＞ くらし ＞ 料理 ＞ 和食',
  'ホーム＞製品情報＞カタログ',
  'Home » コラム » 園芸',
  'HOME > ブログ > 2019年3月',
  'TOP / ブログ / 日々のこと',
  'トップ / お知らせ / 2018年',
  'トップページ › 観光 › 宿泊 › 温泉',
  'HOME>会社案内>沿革',
  'ホーム >> 製品 >> 鍋',
  'ホーム → 図書館 → おすすめの本',
  'ホーム :: 新着情報 :: 掲示板',
  '現在位置：ホーム > 市政情報 > 広報',
  '現在地 : トップページ > くらし・手続き > ごみ',
  'You are here: Home > Products > Tea',
  'トップページ｜新着情報｜プロフィール｜掲示板',
  'ホーム | 製品情報 | サポート | ダウンロード | 会社概要',
  '施設案内 | ご利用方法 | 料金表 | 空室状況 |',
  '| ホーム | 会社概要 | お問い合わせ |',
  '町の紹介 ／ くらしの情報 ／ 子育て ／ 防災',
  '子育て | 防災 | 観光 | 議会 | 広報',
  '子育て » 防災 » 観光 » 議会',
  '商品一覧 » カートを見る » お支払い方法 » 送料について »',
  '会社概要／採用情報／サイトマップ／お問い合わせ',
  '会社概要・事業内容・採用情報・お問い合わせ',
  '[ホーム] [会社概要] [お問い合わせ]',
  '【トップ】【新着情報】【リンク集】',
  'ホーム 会社概要 事業内容 採用情報 お問い合わせ',
  'ホーム会社概要事業内容採用情報お問い合わせ',
  'お問い合わせ｜サイトマップ',
  'プライバシーポリシー | 利用規約 | 特定商取引法に基づく表記',
  'About Us | Contact | Privacy Policy | Terms of Use',
  '本 > 文学・評論 > 日本文学 > 古典',
  '診療案内 | 医師紹介 | アクセス | よくある質問 | 院内だより',
  'ログイン | 新規会員登録 | ヘルプ',
  '物件検索 - 店舗案内 - スタッフ紹介 - お客様の声 -',
  '日記(12) | 写真館(3) | リンク集',
  'メンズ | レディース | キッズ | セール | ランキング | 新着',
  'Yahoo! JAPAN - ヘルプ - お問い合わせ',
  '＞ホーム ＞お知らせ一覧',
  'メンズ - レディース - キッズ - セール -',
  '牧場だより | 乗馬体験 | 乳製品 | 宿泊 | お土産',
  'プログラミング入門 » 文字列 » 正規表現',
  '家電 > キッチン家電 > 炊飯器',
  'TOP • 作品紹介 • 展示予定 • お問い合わせ',
  'Home>Products>Kettles>Enamel',
  'ご宿泊 | ご宴会 | レストラン | 館内施設',
  'あ行｜か行｜さ行｜た行｜な行',
];

const prose = [
  '設定 > 一般 > キーボード',
  '削除：再生画面 > ごみ箱 > はい',
  '番号 | 品名 | 個数',
  '岩瀬 - 桐浜 - 桐谷',
  '試乗 → 異音がないか → エアコン',
  '攻撃 / 防御 / 魔法 / 逃げる',
  '国 | 算 | 国 | 理 | 体',
  '晴れ→曇り→雨',
  '春 夏 秋 冬',
  '診療科：内科・外科・小児科・皮膚科',
  '赤・青・緑の三色を使う。',
  '赤・青・緑の三色',
  '料理・音楽・映画',
  '東京・大阪・名古屋・福岡',
  '2019/03/04',
  '2019/03/04 - 2019/03/08',
  'AとB／C',
  '3 - 2',
  '前半 1 - 0、後半 2 - 2',
  '12 - 5 = 7',
  'a > b > c',
  'x > 0 かつ y > 0',
  '第1章 - はじまり',
  '春の山菜 - わらびとぜんまい',
  'ラーメン - Wikipedia',
  '春の山菜 | 青空村だより',
  '「もう行くの？」 - 「うん、行くよ」',
  '太郎 - 花子、待ってくれ。',
  '作詞：山田太郎／作曲：鈴木花子',
  '品名 | 数量 | 備考',
  '| 材料 | 分量 |',
  '玉ねぎ / 1個 / みじん切り',
  'TCP/IP',
  'and/or',
  '月/水/金',
  '午前・午後',
  'りんご | みかん | ぶどう',
  '月 | 火 | 水 | 木 | 金',
  '品名 | 価格 | 数量 | 重さ | 産地',
  '円 → ドル → ユーロ',
  '下ごしらえ → 煮る → 味つけ → 盛りつけ',
  'ホーム - アウェイ',
  'サービスについて',
  '会社概要',
  '時速60km/h',
  '東京 大阪 名古屋',
  '山田太郎 鈴木花子 佐藤次郎',
  'お知らせ：明日は休みます',
  '画面の「ホーム > 設定」を開く。',
  'ホーム > 設定 > 一般 を開いてください。',
  '「設定 > 一般」からアップデートする。',
  '->や=>は矢印と呼ばれる。',
  'if (a > b) return c > d;',
  'std::vector と std::map',
  '夏目漱石『こころ』/ 太宰治『人間失格』/ 芥川龍之介『鼻』',
  '〒100-0001 東京都千代田区',
  'リンク機構とカム機構',
  '検索 - それは、いまや生活の一部だ。',
];

describe('breadcrumbs', () => {
  it.each(navigation)('removes the line %s', (line) => {
    expect(clean(`${line}\n鉄の鍋は重いが、よく煮える。`)).toBe('鉄の鍋は重いが、よく煮える。');
    expect(clean(`鉄の鍋は重いが、よく煮える。\n\n${line}`)).toBe('鉄の鍋は重いが、よく煮える。');
  });

  it.each(prose)('keeps %s', (line) => {
    const text = `鉄の鍋は重い。\n${line}\nよく煮える。`;
    expect(clean(text)).toBe(text);
  });

  it.each([
    ['会社概要 - 事業内容 - リンク - 当社は百年前に鍋屋として始まった。', '当社は百年前に鍋屋として始まった。'],
    ['ホーム | 新着情報 | 掲示板 | 今年も山菜の季節になりました。', '今年も山菜の季節になりました。'],
    ['ホーム > 製品 > 鉄鍋 この鍋は重いが、よく煮える。', 'この鍋は重いが、よく煮える。'],
    ['よく煮える。 ホーム | 会社概要 | お問い合わせ', 'よく煮える。'],
    ['よく煮える。企業情報 - 事業内容 - お問い合わせ - リンク -', 'よく煮える。'],
    [`${'長い話が続く。'.repeat(200)}ホーム > 会社概要 > 沿革`, '長い話が続く。'.repeat(200)],
  ])('cuts a menu off the end of a line of prose: %s', (line, left) => {
    expect(clean(line)).toBe(left);
  });

  it.each([
    ['ホーム', '製品情報', 'サポート', 'ダウンロード', '会社概要'],
    ['子育て', '防災', '観光', '議会', '広報'],
    ['会社概要', '採用情報', 'お問い合わせ'],
    ['・トップページ', '・日記', '・写真館', '・リンク集'],
    ['トップページ', '新着情報', '春の便り', 'リンク集', '掲示板'],
    ['企業情報', '■□■□■□■□■□', '事業内容', '採用情報', 'アクセス', 'サイトマップ'],
    ['HOME', 'ABOUT', 'WORKS', 'BLOG', 'CONTACT'],
  ])('removes a menu of one item a line: %s …', (...lines) => {
    const left = clean(`春の鍋\n鉄の鍋は重い。\n${lines.join('\n')}\n煮えた鍋の話\nよく煮える。`);
    expect(left.replace('■□■□■□■□■□\n', '')).toBe('春の鍋\n鉄の鍋は重い。\n煮えた鍋の話\nよく煮える。');
  });

  it.each([
    ['a poem', '古池や\n蛙飛びこむ\n水の音\n\n静けさや\n岩にしみ入る\n蝉の声'],
    ['ingredients', '玉ねぎ 1個\nにんじん 2本\nじゃがいも 3個\n牛肉 200g\n塩 少々'],
    ['a dialogue', '太郎「やあ」\n花子「あら」\n太郎「どこへ」\n花子「海へ」\n太郎「いいね」'],
    ['a table of contents', '目次\nはじめに\n道具をそろえる\n下ごしらえ\n煮る\nおわりに'],
    ['a list of names', '山田太郎\n鈴木花子\n佐藤次郎\n田中三郎\n高橋四郎'],
    ['places', '東京\n大阪\n名古屋\n福岡\n札幌'],
    ['a profile', '名前\n山田太郎\n趣味\n読書\n好きな食べ物\nカレー'],
    ['lyrics', '海よ\n空よ\n風よ\nあの日の\n約束よ'],
    [
      'headings with their text',
      '会社概要\n当社は鍋を作っています。\nアクセス\n駅から歩いて五分です。\n採用情報\n募集していません。',
    ],
  ])('keeps short lines that are no menu: %s', (_, lines) => {
    expect(clean(lines)).toBe(lines);
  });

  it('keeps the title between a menu and the text, though it ends like a menu item', () => {
    expect(clean('ホーム\n会社概要\n採用情報\nお問い合わせ\n臨時休業のお知らせ\n明日は休みます。')).toBe(
      '臨時休業のお知らせ\n明日は休みます。',
    );
  });

  it('takes a list of one bullet before all prose, and leaves ingredients and steps', () => {
    expect(clean('● トップ\n● 釣果速報\n● 船の紹介\n● 仕掛け\n船は朝五時に出る。')).toBe('船は朝五時に出る。');
    const steps = '・鍋を洗う\n・豆をひたす\n・塩をふる\n・煮る\nよく煮える。';
    expect(clean(steps)).toBe(steps);
    const later = '鍋は重い。\n・メンズ\n・鍋\n・釜\n煮える。';
    expect(clean(later)).toBe(later);
  });

  it('knows a trail by the title below it', () => {
    expect(clean('台所 / 道具 / 圧力鍋 / お手入れ\nお手入れ\n鍋は重い。')).toBe('お手入れ\n鍋は重い。');
    expect(clean('台所 / 道具 / 圧力鍋 / お手入れ\n鍋は重い。')).toBe('台所 / 道具 / 圧力鍋 / お手入れ\n鍋は重い。');
  });

  it('looks through blank lines between the items of a menu', () => {
    expect(clean('重い。\n\nトップページ\n\n新着情報\n\n春の便り\n\nリンク集\n\n掲示板\n\n煮える。')).toBe(
      '重い。\n\n煮える。',
    );
  });

  it('leaves no double blank line where a menu was, and none at the edges', () => {
    expect(clean('ホーム > 製品\n\n一段落。\n\nホーム | 会社概要 | リンク\n\n二段落。\n\n会社概要 | リンク集\n')).toBe(
      '一段落。\n\n二段落。',
    );
  });

  it('leaves nothing of a page that is only navigation', () => {
    expect(clean('ホーム > 製品\nホーム\n会社概要\n採用情報\nお問い合わせ')).toBe('');
  });

  it('takes words of your own sites into account', () => {
    expect(rewriter(breadcrumbs, { words: ['鍋の部屋', '釜の部屋'] })('鍋の部屋 | 釜の部屋\n煮える。')).toBe(
      '煮える。',
    );
    expect(clean('鍋の部屋 | 釜の部屋\n煮える。')).toBe('鍋の部屋 | 釜の部屋\n煮える。');
  });

  it('never makes a text longer, whatever the text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => clean(text).length <= text.length));
    const pieces = fc.constantFrom(
      'ホーム',
      '会社概要',
      ' > ',
      ' | ',
      '｜',
      ' - ',
      '\n',
      '。',
      '鍋',
      '・',
      '>',
      'リンク',
      ' ',
      '12',
      '[',
      ']',
    );
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 60 }),
        (parts) => clean(parts.join('')).length <= parts.join('').length,
      ),
    );
  });
});
