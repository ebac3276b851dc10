// The `breadcrumbs` filter: takes navigation out of the text: trails, menus in a line, menus one item a line.
import { z } from 'zod';
import { define } from '../pipeline/define.ts';
import { applyEdits } from './lib/edits.ts';
import { navigationEdits } from './lib/navigation-edits.ts';
import { MenuWords } from './lib/navigation-words.ts';

const options = z.strictObject({
  words: z.array(z.string().min(1)).default([]).describe('further words that are menu items on the sites you read'),
});

export const breadcrumbs = define({
  kind: 'filter',
  name: 'breadcrumbs',
  summary: 'Removes breadcrumb trails and menus, as whole lines and where prose follows or precedes them in a line.',
  reference: 'https://arxiv.org/abs/2404.17733',
  options,
  reasons: {},
  examples: [
    { input: '企業情報 - 事業内容 - お問い合わせ - リンク -\n当社は鍋を作る。', output: { keep: '当社は鍋を作る。' } },
    { input: 'ホーム > 製品 > 台所用品 > 鍋\n鉄の鍋は重い。', output: { keep: '鉄の鍋は重い。' } },
    { input: '鉄の鍋は重い。\n\nトップページ｜新着情報｜掲示板｜日記', output: { keep: '鉄の鍋は重い。' } },
    {
      input: '会社概要 - 事業内容 - リンク - 当社は百年前に鍋屋として始まった。',
      output: { keep: '当社は百年前に鍋屋として始まった。' },
      note: 'A menu before prose goes, the prose stays.',
    },
    {
      input: 'ホーム\n会社概要\n採用情報\nお問い合わせ\n鍋の話\n鉄の鍋は重い。',
      output: { keep: '鍋の話\n鉄の鍋は重い。' },
      note: 'Four short lines of menu words are a menu; the title after them is not.',
    },
    { input: '赤・青・緑の三色を使う。', output: { keep: '赤・青・緑の三色を使う。' } },
    { input: '第1章 - はじまり', output: { keep: '第1章 - はじまり' } },
    { input: '前半は3 - 2、2019/03/04のこと。', output: { keep: '前半は3 - 2、2019/03/04のこと。' } },
    {
      input: '玉ねぎ\nにんじん\nじゃがいも\n牛肉\n塩',
      output: { keep: '玉ねぎ\nにんじん\nじゃがいも\n牛肉\n塩' },
      note: 'Short lines alone are no menu.',
    },
    { input: '画面の「ホーム > 設定」を開く。', output: { keep: '画面の「ホーム > 設定」を開く。' } },
    { input: '店長日記 | 本日の入荷', options: { words: ['店長日記', '本日の入荷'] }, output: { keep: '' } },
  ],
  create({ words }) {
    const menuWords = new MenuWords(words);
    return { apply: ({ text }) => ({ keep: applyEdits(text, navigationEdits(text, menuWords)) }) };
  },
});
