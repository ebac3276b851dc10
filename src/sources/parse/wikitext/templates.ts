// The templates whose parameters are text of the article; all others are boxes, notes and maintenance, and go.

/** What a template shows: parameters (the first that is given of several names) with fixed text between. */
export type Piece = { readonly parameter: readonly string[] } | { readonly text: string };

const parameter = (...names: string[]): Piece => ({ parameter: names });
const first = [parameter('1', 'text')];
const second = [parameter('2')];
const third = [parameter('3')];

const names = (words: string): string[] => words.trim().split(/\s+/);

/** Names as `canonical` gives them. Every parameter stands at most once in a row, or nesting would multiply text. */
const table = new Map<string, readonly Piece[]>([
  ...rows(
    first,
    `nowrap nobr nobreak no_wrap small smaller large larger big 小 大 bold 太字 強調 em strong italic i b u 下線 underline
    sup sub 上付き 下付き code mono tt kbd var sic 原文ママ abbr tooltip ツールチップ
    ルビ ruby ふりがな furigana rb
    要出典範囲 要検証範囲 疑問点範囲 要説明範囲 独自研究範囲 要追加記述範囲 誰範囲 いつ範囲 正確性範囲
    jis2004フォント jis90フォント 拡張漢字 補助漢字フォント 補助漢字 cp932フォント 機種依存文字 unicode unicode_fonts
    旧字体 新字体 繁体字 簡体字 繁体字フォント 簡体字フォント 韓国語フォント 中国語フォント
    visible_anchor vanc vanchor
    quote quotation blockquote cquote squote 引用 引用文 indent 字下げ center 中央 centre left right
    num val nihongo as_of bdi 圏点 傍点 取り消し線 打ち消し線 strike s del ins`,
  ),
  ...rows(second, `lang script transl color 色 font_color fontcolor 文字色 resize rtl-lang audio 音声 wikt-lang`),
  ...rows(third, 'colors'),
  ...rows(
    [parameter('1'), { text: '（' }, parameter('2'), { text: '）' }],
    '読み仮名 読み仮名_ruby不使用 読み仮名ruby不使用',
  ),
  ...rows([parameter('1'), parameter('2')], 'convert cvt'),
  ...rows(
    [parameter('label', '1')],
    '仮リンク ill illm ill2 interlanguage_link interlanguage_link_multi 日本語版にない記事リンク',
  ),
  ...rows([{ text: '|' }], '!'),
  ...rows([{ text: '=' }], '='),
  ...rows([{ text: ' ' }], 'nbsp spaces space'),
  ...rows([{ text: '・' }], '・ dot'),
]);

function rows(pieces: readonly Piece[], words: string): [string, readonly Piece[]][] {
  return names(words).map((name) => [name, pieces]);
}

/** MediaWiki takes `_` for a space and ignores the case of the first letter; editors' redirects ignore the rest too. */
const canonical = (name: string): string => name.trim().toLowerCase().replace(/\s+/g, '_');

/** What the template of this name shows, or undefined when it goes. */
export function shownBy(name: string): readonly Piece[] | undefined {
  const known = canonical(name);
  return table.get(known) ?? (/^lang-[a-z-]{2,14}$/.test(known) ? first : undefined);
}

/** `{{formatnum:1234}}`: a parser function whose argument is text. */
export const textFunction = /^\s*(?:formatnum|lc|uc|lcfirst|ucfirst)\s*:/i;
/** Shows the page's own title. */
export const titleWord = /^\s*(?:sub|full|base|root)?pagename\s*$/i;
