import { describe, expect, it } from 'vitest';
import { boilerplate } from '../../src/filters/boilerplate.ts';
import { interfaceLine, LONGEST_OF_INTERFACE } from '../../src/filters/lib/interface-lines.ts';

const marks = new Uint8Array(0x10000);
for (const mark of ' |/・:[]()!。') marks[mark.charCodeAt(0)] = 1;
const read = (line: string) => interfaceLine(line, marks);

describe('interfaceLine', () => {
  it('is certain of what turns to the reader of a page', () => {
    const lines = [
      'この求人に応募する',
      'もっと写真を見る',
      'この記事に関連するキーワード',
      'お電話でのご予約・お問い合わせ',
    ];
    for (const line of lines) expect(read(line), line).toBe('certain');
  });

  it('is certain of several buttons in a row', () => {
    for (const line of ['[新規投稿] [一覧表示] [検索]', '返信 削除 123', '編集 | 削除'])
      expect(read(line), line).toBe('certain');
  });

  it('tells words of sites from words that manuals have too', () => {
    for (const line of ['お部屋を探す', '感想を書く', '送料・お支払い方法について'])
      expect(read(line), line).toBe('site');
    for (const line of ['画像を開く', 'パスワードを変更する', '色の変更']) expect(read(line), line).toBe('program');
  });

  it('leaves prose, headings, single words and what has happened', () => {
    const lines = [
      'この商品を購入する。',
      '川を見る',
      '登録',
      '質問',
      '写真を見ると思い出す',
      '画像を保存しました',
      '春の一日',
      '',
    ];
    for (const line of lines) expect(read(line), line).toBe('other');
    expect(read('この記事を印刷する'.padEnd(LONGEST_OF_INTERFACE + 1, '!'))).toBe('other');
  });
});

describe('buttons in a text', () => {
  const filter = boilerplate.create(boilerplate.options.parse({}), { language: 'ja', baseDir: '.' });
  const cleaned = (lines: readonly string[]) => {
    const result = filter.apply({ id: 'test/0#0', text: lines.join('\n'), meta: {} });
    return 'keep' in result ? result.keep.split('\n') : [];
  };

  it('go beside what can be nothing else', () => {
    expect(cleaned(['春が来た。', '写真を削除する', 'この記事を印刷する', '画像を開く'])).toEqual(['春が来た。']);
  });

  it('go in pairs where one is in the words of sites, and at the end of a text', () => {
    expect(cleaned(['お部屋を探す', '写真を開く', '谷あいの宿です。'])).toEqual(['谷あいの宿です。']);
    expect(cleaned(['春が来た。', '写真を開く', '色の変更'])).toEqual(['春が来た。']);
  });

  it('stay where they may be the headings of a manual', () => {
    const manual = [
      '画像を開く',
      'ファイルを選びます。',
      '色の変更',
      '表から選びます。',
      '画像を閉じる',
      '終わります。',
    ];
    expect(cleaned(manual)).toEqual(manual);
    const contents = ['画像を開く', '画像を閉じる', '色の変更', 'まず、画像を開きます。'];
    expect(cleaned(contents)).toEqual(contents);
  });
});
