// What of wikitext is text, rule by rule.
import { describe, expect, it } from 'vitest';
import { plainText } from '../../../src/sources/parse/wikitext/index.ts';

type Cases = readonly (readonly [wikitext: string, text: string])[];
function reads(cases: Cases): void {
  it.each(cases)('%j → %j', (wikitext, text) => {
    expect(plainText(wikitext, { title: '港' })).toBe(text);
  });
}

describe('templates', () => {
  reads([
    ['駅{{要出典|date=2019年4月}}は', '駅は'],
    ['{{A|{{B|{{C}}}}|[[D]]}}駅', '駅'],
    ['{{Infobox\n|a = b\n\n|c = {{d\n|e}}\n}}\n駅', '駅'],
    ['{{読み仮名|漢字|かんじ}}と', '漢字（かんじ）と'],
    ['{{読み仮名|漢字}}と', '漢字と'],
    ['{{読み仮名|2=かんじ|1=漢字}}と', '漢字と'],
    ['{{ルビ|漢字|かんじ}}と{{Ruby|青|あお}}', '漢字と青'],
    ['{{lang|en|Tokyo [[Bay|bay]]}}', 'Tokyo bay'],
    ['{{Lang|en|2=a=b}}', 'a=b'],
    ['{{lang-de|Hafen}}', 'ドイツ語: Hafen'],
    ['{{仮リンク|干拓|en|Polder}}地', '干拓地'],
    ['{{仮リンク|干拓|en|Polder|label=ポルダー}}', 'ポルダー'],
    ['{{要出典範囲|渡し場が<ref>x</ref>あった|date=2015年}}とされる', '渡し場があったとされる'],
    ['{{Nowrap|{{small|{{lang|en|a}}}}}}', 'a'],
    ['{{ nowrap<!-- x -->|a}}', 'a'],
    ["'''{{PAGENAME}}'''は", '港は'],
    ['{{formatnum:12345}}人', '12,345人'],
    ['{{formatnum:1234567.125}}と{{formatnum:{{x}}}}と{{formatnum:二}}', '1,234,567.125とと二'],
    ['{{DEFAULTSORT:みなと}}港', '港'],
    ['{{{1|既定}}}{{{{{x}}}}}港', '港'],
    ['{{#if:a|b|c}}港', '港'],
    ['{{convert|3776|m}}', '3776 m'],
    ['港 {{x}} 駅', '港 駅'],
    ['{{flagicon|JPN}}・{{x}}', ''],
  ]);
});

describe('what removed markup leaves around it', () => {
  reads([
    ['駅（{{x}}）は', '駅は'],
    ['駅({{x}}、{{y}})は', '駅は'],
    ['駅（{{x}}、1900年）は', '駅（1900年）は'],
    ['駅（1900年、{{x}}）は', '駅（1900年）は'],
    ['駅（甲、{{x}}、乙）は', '駅（甲、乙）は'],
    ['駅（（{{x}}））は', '駅は'],
    ['駅（（（{{x}}）））は', '駅は'],
    ['駅（（（（{{x}}））））は', '駅（）は'],
    ['関数 main() と（）と、、は', '関数 main() と（）と、、は'],
    ['word {{x}}.', 'word.'],
    ['a, {{x}}, b', 'a, b'],
  ]);
});

describe('links', () => {
  reads([
    ['[[駅]]と[[駅 (鉄道)|停車場]]', '駅と停車場'],
    ["[[駅|'''太''']]字", '太字'],
    ['[[:Category:駅]]', 'Category:駅'],
    ['[[駅 (鉄道)|]]と[[Help:目次|]]', '駅と目次'],
    ['[[File:a.jpg|thumb|説明 [[b|c]] [http://x d] {{e}}]]駅', '駅'],
    ['[[ファイル:a.jpg]][[画像:a.jpg|200px]][[image:a.jpg]]駅', '駅'],
    ['[[Category:駅|えき]][[カテゴリ:駅]]駅', '駅'],
    ['[[en:Station]][[zh-min-nan:X]]駅', '駅'],
    ['[[Re:ゼロから始める異世界生活]]', 'Re:ゼロから始める異世界生活'],
    ['[http://x.jp/ 公式]と[https://x.jp]と[//x.jp b]', '公式ととb'],
    ['[[http://x.jp/ 公式]]', '公式'],
    ['[http://x.jp/ [[駅]]の[1]]', '駅の[1]'],
    ['配列 a[1] と [注 1]', '配列 a[1] と [注 1]'],
    ['http://x.jp/ は住所', 'http://x.jp/ は住所'],
  ]);
});

describe('tags, quotes and references', () => {
  reads([
    ["'''太字'''と''斜体''と'''''両方'''''", '太字と斜体と両方'],
    ["l''''être'''", "l'être"],
    ['駅<ref name="a">{{Cite|x}}</ref>は<ref name="a" />と<ref>b</ref>', '駅はと'],
    ['駅<!-- 隠す\n\n隠す -->は', '駅は'],
    ['a<math>x < y</math>b<gallery>\nファイル:a.jpg|説明\n</gallery>c<timeline>x</timeline>', 'abc'],
    ['<syntaxhighlight lang="c">\n{{ [[ </ref> \n</syntaxhighlight>駅', '駅'],
    ["<nowiki>[[駅]] ''と'' {{x}} &lt;</nowiki>", "[[駅]] ''と'' {{x}} <"],
    ['<nowiki>* 印</nowiki>', '* 印'],
    ['<div class="a">駅<br>港<BR />湾</div>', '駅\n港\n湾'],
    ['一<br>#二', '一\n#二'],
    ['H<sub>2</sub>O<span style="x">駅</span>', 'H2O駅'],
    ['<ruby>漢字<rp>（</rp><rt>かんじ</rt><rp>）</rp></ruby>', '漢字'],
    ['<ruby>漢字<rt>かんじ</ruby>です', '漢字です'],
    ['例：#include <stdio.h> 3 < 5 と <作品>', '例：#include <stdio.h> 3 < 5 と <作品>'],
    ['a&nbsp;b&amp;lt;&#x5B57;&hellip;&unknown;&#0;', 'a\u00a0b&lt;字…&unknown;&#0;'],
    ['<table><tr><td>a<table><tr><td>b</table></table>駅', '駅'],
    ['__NOTOC__駅__目次強制__ __FILE__ __init__', '駅 __FILE__ __init__'],
  ]);
});

describe('lines', () => {
  reads([
    ['* 一\n** 二\n# 三\n: 四\n; 五\n:* 六', '一\n二\n三\n四\n五\n六'],
    ['一\n\n\n二\n三', '一\n二\n三'],
    ['{| class="a"\n|+ 表\n! 年 !! 数\n|-\n| a || {|\n| b\n|}\n|}\n駅', '駅'],
    [':{|\n|a\n|}\n駅', '駅'],
    ['----\n駅', '駅'],
    ['café &ndash; thé\nna&iuml;f &amp; &#x1F600;', 'café – thé\nnaïf & 😀'],
    ['café &#233; thé', 'café é thé'],
    ['　字下げ', '　字下げ'],
  ]);
});

describe('sections', () => {
  reads([
    ['序\n== 歴史 ==\n本文\n=== 古代 ===\n本文', '序\n歴史\n本文\n古代\n本文'],
    ['序\n==脚注==\n{{Reflist}}\n=== 出典 ===\na\n== 評価 ==\n本文', '序\n評価\n本文'],
    ['序\n== 注釈・出典 ==\na\n== 関連項目と外部リンク ==\nb', '序'],
    ['序\n== References ==\na\n== See also ==\nb', '序'],
    ['序\n== 一覧 ==\n{|\n|a\n|}\n== 空 ==\n=== 中 ===\n本文', '序\n空\n中\n本文'],
    ['序\n== 音と映像 ==\n本文', '序\n音と映像\n本文'],
    ["序\n== '''歴史'''<ref>x</ref> ==\n本文", '序\n歴史\n本文'],
  ]);
});

describe('markup that never ends does not eat the page', () => {
  reads([
    ['一{{閉じない\n続き\n\n二', '一\n二'],
    ['一{{閉じない\n== 歴史 ==\n二', '一\n歴史\n二'],
    ['一{{甲{{乙\n\n}}丙\n\n二', '一\n二'],
    ['一[[閉じない\n\n二[[駅|停車場]]', '一閉じない\n二停車場'],
    ['[[ファイル:a.jpg|thumb|説明\n\n二', '二'],
    ['一<ref>閉じない\n\n二<ref>x</ref>三', '一\n二三'],
    ['一<ref>閉じない\n== 歴史 ==\n二</ref>三', '一\n歴史\n二三'],
    ['一<!-- 閉じない\n\n二', '一\n二'],
    ['{|\n| 閉じない\n\n| 行\n二', '二'],
    ['一[http://x.jp/ 閉じない\n二', '一http://x.jp/ 閉じない\n二'],
    ["'''閉じない\n二", '閉じない\n二'],
    ['一}}二]]三\n|}\n四</ref></b>', '一二三\n四'],
    ['一<nowiki>[[二]]', '一二'],
    ['一<ref name="a>二\n\n三', '一\n三'],
    ['{{甲|[[乙}}丙', '丙'],
    ['{{甲\n{|\n|乙\n}}丙', '丙'],
    ['一</nowiki>二', '一二'],
    ['<references>\n\n二', '二'],
  ]);
});
