// Texts made to hurt filters: odd characters, and what costs the square of its length where a filter looks twice.

/** Repeated, each of these is a text without sense: spaces, marks, halves of pairs, separators, letters. */
export const oddCharacters: readonly string[] = [
  ...' \t\n\r\u000b\u0000\u0085\u00a0\u00ad\u200b\u200d\u2028\u3000\ufeff\ud800\udc00\u0301\u3099ｗーｰ・-|/>.@:h(（)「』。、…～！１Ａaあ漢①😀',
];

/** What a filter might look for, repeated: almost-addresses, menus, brackets, phrases, marks. */
export const hostileUnits: readonly (readonly [name: string, unit: string])[] = [
  ['schemes', 'http://'],
  ['slashes', '://'],
  ['host labels', 'a.'],
  ['hyphenated labels', 'a-.'],
  ['mail addresses that never end', 'a@b.'],
  ['mailboxes that never end', 'a.b+'],
  ['addresses', 'http://example.com/a '],
  ['addresses in brackets', '（http://example.com/a'],
  ['bare hosts', 'www.example.com、'],
  ['open brackets before an address', '(((((http://a.jp'],
  ['international hosts', 'http://日本語'],
  ['www and Japanese', 'www.日本語'],
  ['brackets in an address', '(['],
  ['trails', 'ホーム > '],
  ['menus', '会社概要 | '],
  ['menu words without separators', 'ホーム会社概要'],
  ['menu lines', 'ホーム\n会社概要\n採用情報\n'],
  ['menu lines with others between', 'ホーム\nあ\nい\nう\n'],
  ['bars', '| '],
  ['dots', '・・'],
  ['sentences and bars', '。| '],
  ['phrases', '続きを読む '],
  ['page numbers', '1 2 '],
  ['times', '12:30\n'],
  ['telephone numbers that never end', '03-1234-'],
  ['card numbers that never end', '4111 '],
  ['blank lines', ' \n'],
  ['boilerplate lines', '続きを読む\n\n'],
  ['rows', '■□\n'],
  ['rights', '© 2019 '],
  ['cookies', 'クッキーを'],
  ['spaced letters', 'お 知 '],
  ['marks of two kinds', '\u0301\u0316'],
  ['marks on kana', 'か\u3099'],
  ['half-width kana', 'ｶﾞ'],
  ['full-width punctuation', '！ ：'],
  ['entities that never end', '&amp'],
  ['tags that never end', '<a '],
  ['braces', '{;'],
  ['readings', '《漢'],
  ['joiners', '\u200d\u200b'],
  ['line ends', '\r\n\r'],
  ['sentences', '清流が流れる。'],
];

/** `unit` repeated to at least `units` UTF-16 units. */
export const repeated = (unit: string, units: number): string => unit.repeat(Math.ceil(units / unit.length));
