// Writes composed articles as a MediaWiki export with wikitext, compressed as the multistream dump is.
import { createHash } from 'node:crypto';
import type { Composed } from './grammar.ts';
import type { Random } from './random.ts';

export interface WikiPage {
  readonly title: string;
  readonly namespace: number;
  readonly redirect?: string;
  readonly text: string;
  readonly noise: string[];
  readonly gone: string[];
  /** Paragraphs whose plain text the markup does not change. */
  readonly survives: string[];
}

const linkable = [
  '江戸時代',
  '室町時代',
  '戦国時代',
  '明治',
  '昭和',
  '大正',
  '鉄道',
  '漁業',
  '農業',
  '林業',
  '盆地',
  '湧水',
  '城下町',
  '宿場町',
  '米',
  '大豆',
  '青銅',
  '木綿',
  '和紙',
  '漆',
  '陶芸',
  '天文学',
  '温泉',
  '国道',
  '光合成',
  '昆虫',
  '多年草',
  '落葉樹',
  '文化財',
  '祭り',
  '太鼓',
  '小説',
  '随筆',
];
const foreign = [
  ['干拓', 'Polder'],
  ['霧笛', 'Foghorn'],
  ['段丘', 'River terrace'],
  ['民俗学', 'Folkloristics'],
] as const;

export function wikiArticle(article: Composed, titles: readonly string[], random: Random): WikiPage {
  const title = article.title ?? '';
  const noise = new Set(['wikitext']);
  const gone = ['[[', ']]', "'''", '{{', '}}', '<ref'];
  const survives: string[] = [];
  const out: string[] = [];
  if (random.chance(0.55)) {
    out.push(infobox(article, random));
    noise.add('infobox');
    gone.push('Infobox', '画像サイズ');
  }
  if (random.chance(0.3)) {
    out.push(
      `[[ファイル:${title} ${random.int(1, 40)}.jpg|thumb|${random.pick(['220px', 'right', 'upright=1.2'])}|${random.pick(['遠景', '全景', '資料館の展示', '入口のようす'])}（[[${random.int(1990, 2019)}年]]）]]`,
    );
    noise.add('file');
    gone.push('ファイル:', 'thumb');
  }
  article.parts.forEach((part, index) => {
    if (part.heading !== undefined && index > 0) out.push('', `== ${part.heading} ==`);
    for (const paragraph of part.paragraphs) {
      let text = index === 0 && paragraph.includes(title) ? paragraph.replace(title, `'''${title}'''`) : paragraph;
      text = link(text, random);
      const kept = random.chance(0.5);
      if (kept) text = reference(text, random, noise);
      if (random.chance(0.06)) {
        const [name, english] = random.pick(foreign);
        text += `これは{{仮リンク|${name}|en|${english}}}の例としても知られる。`;
        noise.add('template');
        gone.push('仮リンク');
      } else survives.push(paragraph);
      out.push(part.list ? `* ${text}` : text, ...(part.list ? [] : ['']));
    }
  });
  if (random.chance(0.2)) {
    out.push(table(random), '');
    noise.add('table');
    gone.push('{|', '|}', 'wikitable');
  }
  if (random.chance(0.1)) out.push('<!-- 出典の追加をお願いします -->', '');
  out.push('== 脚注 ==', random.pick(['{{Reflist}}', '{{脚注ヘルプ}}\n{{Reflist}}', '<references />']), '');
  gone.push('Reflist', '<references');
  if (random.chance(0.7))
    out.push('== 関連項目 ==', ...random.some(titles, random.int(2, 4)).map((other) => `* [[${other}]]`), '');
  if (random.chance(0.4)) {
    out.push('== 外部リンク ==', `* [https://www.example.jp/${random.int(100, 999)}/ ${title}の公式サイト]`, '');
    gone.push('https://www.example.jp/');
  }
  out.push(`{{DEFAULTSORT:${title}}}`, `[[Category:${category(article.genre)}]]`);
  if (random.chance(0.5)) out.push(`[[Category:${random.pick(['日本の文化', '架空の地名', '20世紀の日本'])}]]`);
  return { title, namespace: 0, text: out.join('\n'), noise: [...noise], gone, survives };
}

export function category(genre: string): string {
  return genre.replace(/^wiki-/, '').toUpperCase();
}

function link(text: string, random: Random): string {
  let out = text;
  let made = 0;
  for (const word of linkable) {
    if (made === 3 || !out.includes(word) || random.chance(0.3)) continue;
    // A word inside a link already made would nest.
    const at = out.indexOf(word);
    if (out.lastIndexOf('[[', at) > out.lastIndexOf(']]', at)) continue;
    out =
      out.slice(0, at) +
      (random.chance(0.4) ? `[[${word}の概要|${word}]]` : `[[${word}]]`) +
      out.slice(at + word.length);
    made++;
  }
  return out;
}

function reference(text: string, random: Random, noise: Set<string>): string {
  noise.add('ref');
  const mark = random.pick([
    `<ref>{{Cite web|url=https://www.example.jp/${random.int(1000, 9999)}.html|title=調査報告|date=${random.int(2005, 2020)}-0${random.int(1, 9)}-1${random.int(0, 9)}|accessdate=2025-01-1${random.int(0, 9)}}}</ref>`,
    `<ref name="r${random.int(1, 9)}">『郷土誌』第${random.int(1, 30)}号、${random.int(10, 300)}頁。</ref>`,
    `<ref name="r${random.int(1, 9)}" />`,
    '{{要出典|date=2019年4月}}',
  ]);
  const end = text.indexOf('。', random.int(0, Math.max(0, text.length - 2)));
  return end < 0 ? text + mark : text.slice(0, end + 1) + mark + text.slice(end + 1);
}

function infobox(article: Composed, random: Random): string {
  const rows = Object.entries(article.values)
    .filter(([, value]) => value.length < 16)
    .slice(0, 4)
    .map(([, value], index) => `| ${['種別', '所在地', '備考', '別名'][index]} = ${value}`);
  return [
    `{{Infobox ${random.pick(['基礎情報', '生物', '建造物', '作品'])}`,
    `| 名称 = ${article.title ?? ''}`,
    `| 画像 = [[ファイル:Sample ${random.int(1, 90)}.jpg|250px]]`,
    '| 画像サイズ = 250px',
    ...rows,
    `| 座標 = {{Coord|${random.int(31, 44)}|${random.int(0, 59)}|N|${random.int(130, 144)}|${random.int(0, 59)}|E|display=inline,title}}`,
    '}}',
  ].join('\n');
}

function table(random: Random): string {
  const year = random.int(1950, 1990);
  return [
    '{| class="wikitable" style="text-align:right"',
    '|+ 推移',
    '! 年 !! 数',
    ...[0, 10, 20].map((step) => `|-\n| ${year + step} || ${random.int(100, 9000)}`),
    '|}',
  ].join('\n');
}

// ---------------------------------------------------------------- the XML

const escapeXml = (text: string) =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');

export const opening = `<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.mediawiki.org/xml/export-0.11/ http://www.mediawiki.org/xml/export-0.11.xsd" version="0.11" xml:lang="ja">
  <siteinfo>
    <sitename>Wikipedia</sitename>
    <dbname>jawiki</dbname>
    <base>https://ja.wikipedia.org/wiki/%E3%83%A1%E3%82%A4%E3%83%B3%E3%83%9A%E3%83%BC%E3%82%B8</base>
    <generator>MediaWiki 1.45.0-wmf.3</generator>
    <case>first-letter</case>
    <namespaces>
      <namespace key="0" case="first-letter" />
      <namespace key="1" case="first-letter">ノート</namespace>
      <namespace key="4" case="first-letter">Wikipedia</namespace>
      <namespace key="10" case="first-letter">Template</namespace>
      <namespace key="14" case="first-letter">Category</namespace>
    </namespaces>
  </siteinfo>
`;
export const ending = '</mediawiki>\n';

/** MediaWiki writes revision hashes in base 36, 31 digits. */
function sha1Base36(text: string): string {
  return BigInt(`0x${createHash('sha1').update(text).digest('hex')}`)
    .toString(36)
    .padStart(31, '0');
}

export function pageXml(page: WikiPage, id: number, random: Random): string {
  const sha1 = sha1Base36(page.text);
  const when = `20${random.int(10, 24)}-0${random.int(1, 9)}-1${random.int(0, 9)}T0${random.int(0, 9)}:${random.int(10, 59)}:${random.int(10, 59)}Z`;
  const bytes = Buffer.byteLength(page.text);
  return `  <page>
    <title>${escapeXml(page.title)}</title>
    <ns>${page.namespace}</ns>
    <id>${id}</id>
${page.redirect === undefined ? '' : `    <redirect title="${escapeXml(page.redirect)}" />\n`}    <revision>
      <id>${id * 37 + 90_000_000}</id>
      <parentid>${id * 31 + 80_000_000}</parentid>
      <timestamp>${when}</timestamp>
      <contributor>
        <username>Sample-${random.int(1, 99)}</username>
        <id>${random.int(1000, 99999)}</id>
      </contributor>
      <comment>${random.pick(['加筆', '体裁', '/* 歴史 */ 出典の追加', 'リンク修正'])}</comment>
      <origin>${id * 37 + 90_000_000}</origin>
      <model>wikitext</model>
      <format>text/x-wiki</format>
      <text bytes="${bytes}" sha1="${sha1}" xml:space="preserve">${escapeXml(page.text)}</text>
      <sha1>${sha1}</sha1>
    </revision>
  </page>
`;
}
