// What the markup of generated articles looks like in a language: infoboxes, references, pictures, asides.
import type { Random } from '../../scripts/sample/random.ts';

export interface Locale {
  readonly untitled: string;
  /** Words that may become links. */
  readonly word: RegExp;
  /** Ends of sentences. */
  readonly stop: string;
  section(random: Random): string;
  other(random: Random): string;
  notice(title: string, random: Random): string;
  infobox(title: string, random: Random): string;
  file(title: string, random: Random): string;
  lead(title: string, random: Random): string;
  main(random: Random): string;
  gallery(random: Random): string;
  comment(random: Random): string;
  quotation(random: Random): string;
  inline(word: string, random: Random): string;
  aside(random: Random): string;
  reference(random: Random): string;
  foot(title: string, links: readonly string[], random: Random): string[];
}

const day = (random: Random): string => `${random.int(2004, 2024)}-0${random.int(1, 9)}-${random.int(10, 28)}`;
const url = (random: Random): string =>
  `https://www.example.${random.pick(['jp', 'com', 'org'])}/${random.pick(['news', 'archive', 'db/item', 'pdf'])}/${random.int(1e4, 1e6)}.html?id=${random.int(1, 999)}`;

const jaOther = [
  '江戸時代',
  '室町時代',
  '鉄道 (交通)',
  '漁業',
  '盆地',
  '城下町',
  '1954年',
  '昭和',
  '国道',
  '日本の温泉',
  '文化財保護法',
  '本州#地理',
];
const jaPaper = ['港日報', '郷土史研究', '地理学評論', '県史編纂室紀要', '考古学雑報'];

export const japanese: Locale = {
  untitled: '無題',
  word: /\p{Script=Han}{2,5}|\p{Script=Katakana}{3,9}/gu,
  stop: '。',
  section: (random) => random.pick(['概要', '歴史', '地理', '特色', '交通', '評価', '構造', '分布']),
  other: (random) => random.pick(jaOther),
  notice: (title, random) =>
    random.pick([
      `{{Otheruses|この項目|その他の用法|${title} (曖昧さ回避)}}`,
      `{{複数の問題\n| 出典の明記 = 2019年${random.int(1, 12)}月\n| 独自研究 = 2018年${random.int(1, 12)}月\n}}`,
      '{{半保護}}',
    ]),
  infobox: (title, random) =>
    [
      `{{Infobox ${random.pick(['建造物', '河川', '人物', '自治体'])}`,
      `|名称 = ${title}`,
      `|画像 = [[ファイル:Sample ${random.int(1, 90)}.jpg|250px|${title}の全景（[[${random.int(1990, 2019)}年]]）]]`,
      `|画像説明 = {{small|北から望む}}`,
      `|座標 = {{Coord|${random.int(31, 44)}|${random.int(0, 59)}|${random.int(0, 59)}|N|${random.int(130, 144)}|${random.int(0, 59)}|${random.int(0, 59)}|E|region:JP|display=inline,title}}`,
      `|所在地 = {{JPN}} [[${random.pick(jaOther)}]]${random.int(1, 9)}-${random.int(1, 20)}`,
      `|面積 = {{convert|${random.int(10, 900)}.${random.int(0, 9)}|km2|sqmi|abbr=on}}<ref name="area">{{Cite web|和書|url=${url(random)}|title=面積調|date=${day(random)}}}</ref>`,
      `|設立 = {{start date and age|${random.int(1870, 1999)}|${random.int(1, 12)}|${random.int(1, 28)}}}`,
      `|公式サイト = [${url(random)} 公式ウェブサイト]`,
      `|備考 = {{Plainlist|\n* [[${random.pick(jaOther)}]]\n* ${random.int(2, 9)}か所\n}}`,
      '}}',
    ].join('\n'),
  file: (title, random) =>
    `[[${random.pick(['ファイル', 'File', '画像'])}:${title} ${random.int(1, 400)}.jpg|thumb|${random.pick(['220px', 'right', 'upright=1.2', 'left|180px'])}|${random.pick(['遠景', '[[資料館]]の展示', "'''入口'''のようす"])}（[[${random.int(1990, 2019)}年]]撮影）<ref>{{Cite book|和書|title=写真集|page=${random.int(2, 99)}}}</ref>]]`,
  lead: (title, random) =>
    `'''${title}'''（${random.pick(['みなと', 'かわかみ', 'やまのて', 'しろした'])}、{{Lang-en-short|${random.pick(['Harbour', 'Old Bridge', 'The Valley'])}}}${random.chance(0.5) ? '、{{IPA|x}}' : ''}）は、[[日本]]の[[${random.pick(jaOther)}]]である{{Sfn|県史編纂室|${random.int(1950, 2010)}|p=${random.int(1, 400)}}}。`,
  main: (random) => `{{${random.pick(['Main', 'See also', '更新'])}|${random.pick(jaOther)}}}`,
  gallery: (random) =>
    [
      '<gallery mode="packed" heights="160">',
      ...Array.from(
        { length: random.int(2, 8) },
        () => `ファイル:Sample ${random.int(1, 99)}.jpg|[[${random.pick(jaOther)}]]の様子`,
      ),
      '</gallery>',
    ].join('\n'),
  comment: () => '<!-- この節には出典の追加をお願いします。\n詳細はノートへ -->',
  quotation: (random) =>
    `{{Quotation|水は低きに流れ、人は道に従う。|${random.pick(['古老', '町史'])}の言葉}}\n<blockquote>石を積む者は、{{ルビ|礎|いしずえ}}を忘れない。<br />それが町の心である。</blockquote>`,
  inline: (word, random) =>
    random.pick([
      `{{仮リンク|${word}|en|Article ${random.int(1, 99)}}}`,
      `{{lang|en|${word}}}`,
      `<span style="color:#333">${word}</span>`,
      `{{読み仮名|${word}|よみかた}}`,
      `{{Nowrap|${word}}}`,
      `<ruby>${word}<rp>（</rp><rt>よみ</rt><rp>）</rp></ruby>`,
    ]),
  aside: (random) =>
    random.pick([
      `{{要出典|date=20${random.int(10, 24)}年${random.int(1, 12)}月}}`,
      `（{{convert|${random.int(3, 900)}|m|ft}}）`,
      `&nbsp;&ndash;&nbsp;約${random.int(3, 90)}&nbsp;km<sup>2</sup>`,
      `（[[昭和]]${random.int(3, 60)}年、{{要出典}}）`,
      `<!-- 要確認 -->`,
    ]),
  reference: (random) =>
    random.pick([
      `<ref>{{Cite web|和書|url=${url(random)}|title=${random.pick(jaPaper)}の調査報告|publisher=${random.pick(jaPaper)}|date=${day(random)}|accessdate=${day(random)}|archiveurl=https://web.archive.org/web/${random.int(2010, 2024)}0101000000/${url(random)}|archivedate=${day(random)}}}</ref>`,
      `<ref name="r${random.int(1, 40)}">{{Cite journal|和書|author=[[佐々木]]|title=地域の変遷|journal=${random.pick(jaPaper)}|volume=${random.int(1, 80)}|issue=${random.int(1, 4)}|pages=${random.int(1, 90)}-${random.int(91, 200)}|year=${random.int(1970, 2020)}|naid=${random.int(1e8, 9e8)}}}</ref>`,
      `<ref name="r${random.int(1, 40)}" />`,
      `<ref>『${random.pick(jaPaper)}』第${random.int(1, 90)}号、${random.int(10, 300)}頁、ISBN 4-00-${random.int(1e5, 9e5)}-${random.int(0, 9)}。</ref>`,
      `{{Sfn|県史編纂室|${random.int(1950, 2010)}|p=${random.int(1, 400)}}}`,
      `{{R|r${random.int(1, 40)}|area}}`,
    ]),
  foot: (title, links, random) => [
    '== 脚注 ==',
    '{{脚注ヘルプ}}',
    '=== 注釈 ===\n{{Notelist}}',
    `=== 出典 ===\n{{Reflist|2|refs=\n<ref name="area">${random.pick(jaPaper)}</ref>\n}}`,
    '== 関連項目 ==',
    ...links,
    '== 外部リンク ==',
    `* [${url(random)} ${title}の公式サイト]`,
    `* {{Commonscat-inline|${title}}}`,
    `{{${random.pick(['日本の町', '河川一覧', '県の文化財'])}|state=collapsed}}`,
    '{{Normdaten}}',
    `{{DEFAULTSORT:${title}}}`,
    ...Array.from({ length: random.int(1, 5) }, () => `[[Category:${random.pick(jaOther)}]]`),
  ],
};

const enOther = [
  'Limestone',
  'Railway station',
  'Parish (administrative)',
  'Timber',
  'County town',
  'Canal#History',
  '1954 in transport',
  'Otter',
  'Harbour',
  'Granite',
];
const enPaper = ['The Evening Register', 'Journal of Local History', 'County Archive', 'Geographical Notes'];

export const english: Locale = {
  untitled: 'Untitled',
  word: /[A-Za-z]{5,}/g,
  stop: '. ',
  section: (random) => random.pick(['Overview', 'History', 'Transport', 'Reception', 'Structure', 'Wildlife']),
  other: (random) => random.pick(enOther),
  notice: (title, random) =>
    random.pick([
      `{{About|the place|other uses|${title} (disambiguation)}}`,
      `{{Short description|Place in the north}}\n{{Use British English|date=May ${random.int(2010, 2024)}}}`,
      '{{Multiple issues|\n{{More citations needed|date=May 2019}}\n{{Original research|date=June 2020}}\n}}',
    ]),
  infobox: (title, random) =>
    [
      `{{Infobox ${random.pick(['settlement', 'river', 'building'])}`,
      `| name = ${title}`,
      `| image = Sample ${random.int(1, 99)}.jpg`,
      `| caption = The [[${random.pick(enOther)}|view]] from the north, {{circa|${random.int(1900, 1990)}}}`,
      `| coordinates = {{Coord|${random.int(50, 58)}|${random.int(0, 59)}|N|${random.int(1, 6)}|${random.int(0, 59)}|W|display=inline,title}}`,
      `| area = {{convert|${random.int(10, 900)}|km2|sqmi|abbr=on}}<ref name="area">{{cite web|url=${url(random)}|title=Areas|access-date=${day(random)}}}</ref>`,
      `| established = {{Start date|${random.int(1870, 1999)}|${random.int(1, 12)}|${random.int(1, 28)}|df=y}}`,
      `| website = {{URL|${url(random)}}}`,
      '}}',
    ].join('\n'),
  file: (title, random) =>
    `[[${random.pick(['File', 'Image'])}:${title} ${random.int(1, 400)}.jpg|thumb|${random.pick(['220px', 'right', 'upright=1.2'])}|The ''${title}'' seen from the [[${random.pick(enOther)}]] in ${random.int(1990, 2019)}]]`,
  lead: (title, random) =>
    `'''${title}''' ({{IPAc-en|x}}; {{lang-de|${title}burg}}) is a [[${random.pick(enOther)}|place]] about {{convert|${random.int(3, 90)}|mi|km}} from the coast.{{sfn|Archive|${random.int(1950, 2010)}|p=${random.int(1, 400)}}}`,
  main: (random) => `{{${random.pick(['Main', 'See also', 'Further'])}|${random.pick(enOther)}}}`,
  gallery: (random) =>
    [
      '<gallery mode="packed">',
      ...Array.from(
        { length: random.int(2, 8) },
        () => `File:Sample ${random.int(1, 99)}.jpg|A [[${random.pick(enOther)}]]`,
      ),
      '</gallery>',
    ].join('\n'),
  comment: () => '<!-- Please add sources to this section.\nSee the talk page. -->',
  quotation: (random) =>
    `{{Blockquote|Water finds the lowest road, and people follow it.|${random.pick(['a miller', 'the register'])}}}\n<blockquote>Those who lay stones remember the first.<br />So does the town.</blockquote>`,
  inline: (word, random) =>
    random.pick([
      `{{ill|${word}|de|Artikel ${random.int(1, 99)}}}`,
      `{{lang|fr|${word}}}`,
      `<span style="color:#333">${word}</span>`,
      `{{nowrap|${word}}}`,
      `<small>${word}</small>`,
    ]),
  aside: (random) =>
    random.pick([
      `{{citation needed|date=May ${random.int(2010, 2024)}}}`,
      ` ({{convert|${random.int(3, 900)}|m|ft}})`,
      `&nbsp;&ndash; about ${random.int(3, 90)}&nbsp;km<sup>2</sup>`,
      ` ([[Limestone|limestone]], {{clarify|date=May 2012}})`,
      `<!-- check -->`,
    ]),
  reference: (random) =>
    random.pick([
      `<ref>{{cite web |url=${url(random)} |title=A survey of the district |publisher=${random.pick(enPaper)} |date=${day(random)} |access-date=${day(random)} |archive-url=https://web.archive.org/web/${random.int(2010, 2024)}0101000000/${url(random)}|url-status=live }}</ref> `,
      `<ref name="r${random.int(1, 40)}">{{cite journal |last=Miller |first=A. |title=Changes in the valley |journal=${random.pick(enPaper)} |volume=${random.int(1, 80)} |pages=${random.int(1, 90)}–${random.int(91, 200)} |year=${random.int(1970, 2020)} |doi=10.1000/${random.int(1, 9999)}}}</ref> `,
      `<ref name="r${random.int(1, 40)}" /> `,
      `<ref>''${random.pick(enPaper)}'', no. ${random.int(1, 90)}, p. ${random.int(10, 300)}. ISBN 0-00-${random.int(1e5, 9e5)}-${random.int(0, 9)}.</ref> `,
      `{{sfn|Archive|${random.int(1950, 2010)}|p=${random.int(1, 400)}}} `,
    ]),
  foot: (title, links, random) => [
    '== See also ==',
    ...links,
    '== References ==\n{{Reflist|30em}}',
    '== External links ==',
    `* [${url(random)} Official site of ${title}]`,
    `* {{Commons category-inline|${title}}}`,
    `{{${random.pick(['Towns of the north', 'Rivers of the west'])}|state=collapsed}}`,
    '{{Authority control}}',
    `{{DEFAULTSORT:${title}}}`,
    ...Array.from({ length: random.int(1, 5) }, () => `[[Category:${random.pick(enOther)}]]`),
  ],
};
