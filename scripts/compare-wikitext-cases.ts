// Pieces of wikitext with the text that MediaWiki shows for them, by the documentation of its markup, without pictures and notes.

export interface Case {
  readonly about: string;
  readonly wikitext: string;
  /** What a reader of the page reads; ruby without its readings. */
  readonly shown: string;
}

export const cases: readonly Case[] = [
  { about: 'link with other words', wikitext: '[[川|河川]]は長い。', shown: '河川は長い。' },
  { about: 'punctuation', wikitext: '港は広い。船は多い！', shown: '港は広い。船は多い！' },
  { about: 'reading', wikitext: '{{読み仮名|岬|みさき}}に立つ。', shown: '岬（みさき）に立つ。' },
  { about: 'foreign word', wikitext: '画家は{{lang|fr|plein air}}で描いた。', shown: '画家はplein airで描いた。' },
  { about: 'foreign word with its language', wikitext: '港（{{lang-en|harbour}}）は', shown: '港（英語: harbour）は' },
  {
    about: 'link to another language',
    wikitext: '{{仮リンク|干潟測量|en|Tidal survey}}を行う。',
    shown: '干潟測量を行う。',
  },
  { about: 'ruby template', wikitext: '{{ルビ|礎|いしずえ}}を築く。', shown: '礎を築く。' },
  { about: 'ruby tags', wikitext: '<ruby>霧<rp>（</rp><rt>きり</rt><rp>）</rp></ruby>が出る。', shown: '霧が出る。' },
  { about: 'quantity', wikitext: '高さ{{convert|30|m}}の塔。', shown: '高さ30メートル (98 ft)の塔。' },
  { about: 'date', wikitext: '{{死亡年月日と没年齢|1931|4|2|1999|10|9}}', shown: '1999年10月9日（68歳没）' },
  { about: 'style', wikitext: '{{Nowrap|改行しない}}と{{color|red|赤}}。', shown: '改行しないと赤。' },
  {
    about: 'doubted passage',
    wikitext: '{{要出典範囲|栗の木である|date=2015年}}という。',
    shown: '栗の木であるという。',
  },
  { about: 'emptied parentheses', wikitext: '港（{{IPA|x}}）は広い。', shown: '港は広い。' },
  { about: 'comma after an emptied place', wikitext: '港（{{IPA|x}}、1900年）は', shown: '港（1900年）は' },
  { about: 'page title', wikitext: "'''{{PAGENAME}}'''は広い。", shown: '港は広い。' },
  { about: 'number', wikitext: '人口{{formatnum:12345}}人', shown: '人口12,345人' },
  { about: 'note', wikitext: '広い<ref name="a">{{Cite web|title=x}}</ref>。', shown: '広い。' },
  {
    about: 'picture with links in its caption',
    wikitext: '[[ファイル:a.jpg|thumb|[[北|北側]]の港]]港は広い。',
    shown: '港は広い。',
  },
  {
    about: 'picture under an English name',
    wikitext: '[[File:a.jpg|thumb|250px|View]]港は広い。',
    shown: '港は広い。',
  },
  { about: 'category', wikitext: '港は広い。[[Category:港|みなと]][[カテゴリ:船]]', shown: '港は広い。' },
  { about: 'link to a category', wikitext: '[[:Category:灯台]]を見る。', shown: 'Category:灯台を見る。' },
  { about: 'interwiki link', wikitext: '港は広い。[[en:Harbour]]', shown: '港は広い。' },
  { about: 'title with a colon', wikitext: '『[[Re:港から始める]]』を読む。', shown: '『Re:港から始める』を読む。' },
  { about: 'pipe trick', wikitext: '[[灯台 (建築)|]]が建つ。', shown: '灯台が建つ。' },
  { about: 'external link', wikitext: '[https://example.jp/a 案内]を見る。', shown: '案内を見る。' },
  { about: 'table', wikitext: '前\n{| class="wikitable"\n! 年 !! 数\n|-\n| 1990 || 3\n|}\n後', shown: '前\n後' },
  { about: 'table in a template', wikitext: '{{枠|\n{|\n| a\n|}\n}}\n後', shown: '後' },
  { about: 'gallery', wikitext: '<gallery>\nファイル:a.jpg|灯台\n</gallery>\n後', shown: '後' },
  { about: 'list', wikitext: '* 一\n** 二\n# 三', shown: '一\n二\n三' },
  { about: 'term and definition', wikitext: '; 港 : 船の着く所', shown: '港\n船の着く所' },
  { about: 'literal text', wikitext: "<nowiki>[[川]]と''斜体''</nowiki>と書く。", shown: "[[川]]と''斜体''と書く。" },
  { about: 'apostrophes and italics', wikitext: "L''''être''' et l'an", shown: "L'être et l'an" },
  { about: 'words in angle brackets', wikitext: '例は#include <stdio.h>。', shown: '例は#include <stdio.h>。' },
  { about: 'character references', wikitext: 'A&amp;B、&lt;b&gt;、&amp;lt;', shown: 'A&B、<b>、&lt;' },
  { about: 'behaviour switch', wikitext: '__目次強制__港は広い。__NOTOC__', shown: '港は広い。' },
  { about: 'script variants', wikitext: '-{zh-hans:计算机; zh-hant:電腦}-很貴。', shown: '计算机很貴。' },
  { about: 'poem', wikitext: '<poem>\n波は来て\n波は帰る\n</poem>', shown: '波は来て\n波は帰る' },
  { about: 'template that is not closed', wikitext: '前{{閉じない\n\n後は残る。', shown: '前{{閉じない\n後は残る。' },
  { about: 'note that is not closed', wikitext: '前<ref>閉じない\n\n後は残る。', shown: '前<ref>閉じない\n後は残る。' },
  { about: 'link that is not closed', wikitext: '前[[閉じない\n\n後は残る。', shown: '前[[閉じない\n後は残る。' },
  { about: 'German words', wikitext: 'Die Glocke ({{enS|bell}}) hängt.', shown: 'Die Glocke (englisch bell) hängt.' },
  {
    about: 'English words',
    wikitext: '{{nihongo|Fog bell|霧鐘|mushō}} tolls.',
    shown: 'Fog bell (霧鐘, mushō) tolls.',
  },
  { about: 'formula', wikitext: '面積は<math>\\pi r^2</math>である。', shown: '面積はπr²である。' },
];
