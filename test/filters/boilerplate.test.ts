// What users rely on of the `boilerplate` filter: whole lines that every page of a site carries go, prose stays.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boilerplate } from '../../src/filters/boilerplate.ts';
import { rewriter } from './run-filter.ts';

const clean = rewriter(boilerplate);

const noise = [
  '■□■□■□■□■□■□■□■□■□',
  '◆◇◆◇◆◇',
  '★☆★☆★☆★☆★☆',
  '▼▼▼▼▼▼▼▼▼▼',
  '――――――――――――――――――――',
  'ー――――',
  '＊＊＊＊＊＊＊＊＊＊＊＊＊＊',
  '====================',
  '●○●○●○●○●○●○',
  '---',
  '-*-*-*-*-*-*-',
  '～～～～～～～～',
  '┏━━━━━━━━━━━┓',
  '◆',
  '＊ ＊ ＊',
  'Copyright (C) 2016 All Rights Reserved.',
  'Copyright © 2012-2019 Kirihama Web. All rights reserved.',
  '© 2019 株式会社松葉',
  '(C) 2011 Aozora Village',
  '株式会社松葉 All Rights Reserved',
  'Powered by WordPress',
  '続きを読む',
  '続きを読む »',
  '[続きを読む]',
  'もっと見る ＞',
  'Read more...',
  'コメント(0) トラックバック(0)',
  'コメント(0)トラックバック(0)',
  'コメント(3) | トラックバック(0)',
  'コメント：12件',
  'この記事へのトラックバックURL',
  'この記事へのコメント',
  '前へ 1 2 3 4 5 次へ',
  '1 2 3 4 5 … 20 次へ ＞',
  '1 | 2 | 3 | 4',
  '3 / 12 ページ',
  '<< 前の記事 | トップページ | 次の記事 >>',
  '« 前の投稿 次の投稿 »',
  'この記事をツイートする シェアする はてなブックマークに追加',
  'この記事をツイートするシェアするはてなブックマークに追加',
  'Twitter Facebook LINE はてブ Pocket',
  'ツイート シェア はてブ',
  'Share this: Twitter Facebook',
  'Facebookでシェアする',
  'いいね！ 12件',
  'ページの先頭へ戻る',
  '▲ページトップへ',
  '↑ このページの先頭へ',
  'Back to top',
  '当サイトではCookieを使用しています。閲覧を続けると、Cookieの使用に同意したものとみなされます。',
  'このサイトはクッキーを利用しています。サイトの利用を続けることで同意したものとみなします。',
  'We use cookies to give you the best experience on our website.',
  'ログイン | 新規会員登録 | カートを見る',
  'カートに入れる お気に入りに追加',
  'Log in',
  'Sign up | Log in',
  '印刷する',
  '無断転載を禁じます。',
  '当サイトに掲載の記事・写真の無断転載を禁止します。',
  'スポンサードリンク',
  '2019年4月1日',
  '2019/04/01',
  '2016.5.3',
  '2019-04-01 12:30',
  '2019年4月1日(月) 12時30分',
  '平成31年4月1日',
  '投稿日：2019年4月1日',
  '2019.04.01 更新',
  'April 1, 2019',
  '4/1(月)',
  '12:30',
  '投稿者: 松葉 | 2019年4月1日 12:30',
  'カテゴリー：日々のこと',
  'Posted by 松葉 at 12:30',
  'by admin | 2015年3月12日',
  '2015年3月12日 18:40 | コメント(2)',
  '全10件中 1-10件を表示',
  'PC版 | スマートフォン版',
  'コメントを残す コメントをキャンセル',
  'ＲＥＡＤ　ＭＯＲＥ',
  'ｺﾒﾝﾄ(0) ﾄﾗｯｸﾊﾞｯｸ(0)',
  'この対談をシェア',
  'このレシピを印刷する',
  '商品レビューを見る（3件）',
  '講座一覧へ戻る',
  '« 前の句へ　次の句へ »',
  '最初 | 前 | 1 | 2 | 3 | 次 | 最後',
  '資料の請求はこちら',
  'お使いのブラウザではJavaScriptが無効になっています。',
  'この質問は締め切られました。',
  '本サイトの内容を許可なく転載することを禁じます。',
  'All Rights Reserved, Copyright (C) Matsuba 2009',
  'written by みけ',
  '2016.5.3 by admin',
  '更新：2017年6月25日 16時00分',
  '2018/05',
  '△TOP',
  '☆彡☆彡☆彡☆彡',
];

const prose = [
  '前の席次の席まで西日かな',
  '続きを読むように雪降る夜の更けて',
  '次の間の襖をひらく風鈴',
  'この目で世界を見る',
  'どうぞこちらへ',
  '甲　戻る？',
  '先頭の子の麦わらのよく揺れて',
  '次の単語の先頭へ',
  '2019/13',
  'お名前',
  '続きを読むと分かるが、犯人は庭師だ。',
  '続きを読む気になれない。',
  '次へ進むと広場に出る。',
  'コメントをくださった方、ありがとうございました。',
  'コメントは承認制です。',
  'シェアハウスに住んでいる。',
  'ログインできないときは、パスワードを確かめてください。',
  'ツイートの話題から始めよう。',
  '2019年4月1日に店を開いた。',
  '2019年4月1日 開店',
  '2019年4月1日現在',
  'by the river',
  '全国大会',
  '2019年',
  '2019年4月の行事',
  '12:30 集合',
  '10時',
  '4月1日',
  'Twitterを始めました',
  'Twitter、Facebook、LINE',
  'LINE',
  'プロフィール',
  'メニュー',
  'タグ',
  'リンク',
  'Copyrightとは著作権のことである。',
  '(C) 費用を下げる',
  '（C）酸味のあるりんご',
  'クッキーを焼いた。バターの香りがした。',
  'このサイトではクッキーの焼き方を説明する。',
  '無断転載の問題を考える。',
  '印刷の歴史',
  '「……」',
  '「！」',
  '・・・',
  '○',
  '×',
  '…',
  '(´・ω・`)',
  '(^_^)/',
  '10 20 30',
  '1 3 5 7',
  '3 - 2',
  '3.14',
  '100',
  '第2話',
  '1. 玉ねぎを切る',
  '★おすすめ',
  '■材料（二人分）',
  '◆作り方',
  '前の記事で書いたとおり、鍋は重い。',
  '広告の多い夜だった。',
  'Read the book.',
  'Back in 2019, I lived in Kyoto.',
  'Home sweet home',
  'first love',
  '上に戻ると、空が広かった。',
  'もどるみちは、くらかった',
  '検索エンジン',
  '人気の店',
  'お気に入りの鍋',
];

describe('boilerplate', () => {
  it.each(noise)('removes the line %s', (line) => {
    expect(clean(`春が来た。\n${line}\n花が咲いた。`)).toBe('春が来た。\n花が咲いた。');
  });

  it.each(prose)('keeps the line %s', (line) => {
    const text = `春が来た。\n${line}\n花が咲いた。`;
    expect(clean(text)).toBe(text);
  });

  it('drops a lonely word beside other boilerplate, and keeps it as a heading', () => {
    expect(clean('花が咲いた。\nツイート\nシェア\n印刷する')).toBe('花が咲いた。');
    expect(clean('メニュー\nカレー\nピラフ\n\nプロフィール\n山田太郎')).toBe(
      'メニュー\nカレー\nピラフ\n\nプロフィール\n山田太郎',
    );
    expect(clean('――――\nメニュー\n――――\nカレー')).toBe('メニュー\nカレー');
  });

  it('keeps the times of a timetable, and drops the time stamps of a page', () => {
    const timetable = '10:00\n開場\n11:00\n開演\n12:00\n休憩\n13:00\n終演';
    expect(clean(timetable)).toBe(timetable);
    expect(clean('10:00\nやあ。\n11:00\nはい。')).toBe('やあ。\nはい。');
  });

  it('leaves no double blank line where a line was, and none at the edges', () => {
    expect(clean('◆◇◆\n\n一段落。\n\n続きを読む\n\n二段落。\n\n印刷する\n')).toBe('一段落。\n\n二段落。');
  });

  it('takes phrases of your own sites into account, whole lines only', () => {
    const mine = rewriter(boilerplate, { phrases: ['本日の 鍋', 'ＳＡＬＥ開催中'] });
    expect(mine('煮える。\n★本日の鍋★\nSALE開催中 | 続きを読む\n本日の鍋は重い。')).toBe('煮える。\n本日の鍋は重い。');
  });

  it('keeps a line however long it is when only its beginning is boilerplate', () => {
    const text = `続きを読む ${'鍋は重い'.repeat(50_000)}`;
    expect(clean(text)).toBe(text);
  });

  it('never makes a text longer', () => {
    const pieces = fc.constantFrom(
      '続きを読む',
      'コメント(0)',
      '|',
      '\n',
      '。',
      '鍋',
      '2019/04/01',
      '12:30',
      '■',
      '-',
      ' ',
      '1',
      'Twitter',
      '©',
    );
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const once = clean(text);
        expect(once.length).toBeLessThanOrEqual(text.length);
      }),
    );
  });
});
