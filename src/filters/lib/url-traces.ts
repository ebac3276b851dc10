// What an address leaves behind when it is cut out: brackets, labels, spaces, lines of nothing else.
import { type Edit, removeLine } from './edits.ts';
import type { Span } from './find-urls.ts';
import { isJapanese } from './script.ts';

const closing: Readonly<Record<string, string>> = {
  '(': ')',
  '（': '）',
  '<': '>',
  '＜': '＞',
  '[': ']',
  '［': '］',
  '【': '】',
  '〔': '〕',
  '「': '」',
  '『': '』',
  '〈': '〉',
  '《': '》',
  '{': '}',
  '"': '"',
  '“': '”',
};

const LONGEST_LABEL = 24;
/** Words that only announce an address; `labels` are compared without case, white space and symbols. */
const labels = new Set(
  (
    'url urls uri http https www web website homepage page site link links source via ref mail email eメール ' +
    'hp ＨＰ ホームページ ホームページアドレス ホームページurl サイト サイトurl 公式サイト 公式hp 公式ホームページ 公式ページ 公式url ' +
    'ウェブ ウェブサイト webサイト webページ ブログ ブログurl blog リンク リンク先 関連リンク 関連url 関連サイト 関連記事 外部リンク ' +
    '参照 参照元 参照url 参考 参考url 参考サイト 参考リンク 参考文献 出典 出典url 引用 引用元 引用元url 元記事 元ネタ ソース 転載元 情報源 ' +
    '詳細 詳細url 詳細はこちら 詳しくは 詳しくはこちら くわしくは くわしくはこちら こちら 続き 続きはこちら 動画 動画url 写真 画像 地図 地図url ' +
    'アドレス メール メールアドレス お問い合わせ お問い合わせ先 お問合せ 問い合わせ先 連絡先 お申し込み お申込み お申し込みはこちら 申込み ご予約 予約 ' +
    'トラックバックurl この記事のurl この記事へのurl この記事へのトラックバックurl 短縮url パーマリンク permalink twitter facebook instagram youtube line ' +
    'ツイッター フェイスブック インスタグラム 通販サイト オンラインショップ ショップ 購入はこちら 配信元 会場hp 主催hp'
  ).split(' '),
);

const bare = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');

/** Nothing, symbols, or words that only announce an address. */
function isTrace(text: string): boolean {
  if (text.length > LONGEST_LABEL * 4) return false;
  const left = bare(text);
  return left === '' || (left.length <= LONGEST_LABEL && labels.has(left));
}

/** The edits that take `spans` out: whole lines where nothing else stood, else a cut that reads well. */
export function editsWithout(text: string, spans: readonly Span[]): Edit[] {
  const edits: Edit[] = [];
  for (let at = 0; at < spans.length; ) {
    const first = spans[at];
    if (first === undefined) break;
    const start = text.lastIndexOf('\n', first.start - 1) + 1;
    const found = text.indexOf('\n', first.end);
    const end = found < 0 ? text.length : found;
    const inLine: Span[] = [];
    for (let span = spans[at]; span !== undefined && span.start < end; span = spans[++at]) inLine.push(span);
    editLine(text, { start, end }, inLine, edits);
  }
  return edits;
}

function editLine(text: string, line: Span, spans: readonly Span[], edits: Edit[]): void {
  const gaps = joined(text, spans);
  let left = '';
  let at = line.start;
  for (const gap of gaps) {
    if (left.length > LONGEST_LABEL * 4) break;
    left += text.slice(at, Math.min(gap.start, at + LONGEST_LABEL * 5));
    at = gap.end;
  }
  left += text.slice(at, Math.min(line.end, at + LONGEST_LABEL * 5));
  if (isTrace(left)) {
    edits.push(removeLine(text, line.start, line.end));
    return;
  }
  let from = line.start;
  for (const [index, gap] of gaps.entries()) {
    const to = gaps[index + 1]?.start ?? line.end;
    const edit = cut(text, gap, { start: from, end: to }, line);
    edits.push(edit);
    from = edit.end;
  }
}

/** Addresses with only a separator between them make one gap. */
function joined(text: string, spans: readonly Span[]): Span[] {
  const gaps: Span[] = [];
  for (const span of spans) {
    const last = gaps.at(-1);
    if (
      last !== undefined &&
      span.start - last.end <= 3 &&
      /^[\s,、・/／|｜]*$/u.test(text.slice(last.end, span.start))
    )
      gaps[gaps.length - 1] = { start: last.start, end: span.end };
    else gaps.push(span);
  }
  return gaps;
}

/** Widens a gap over the brackets, labels and spaces around it, within `room`. */
function cut(text: string, gap: Span, room: Span, line: Span): Edit {
  let { start, end } = gap;
  for (;;) {
    const [left, right] = [withoutSpacesBefore(text, start, room.start), withoutSpacesAfter(text, end, room.end)];
    const opening = right < room.end ? openingBefore(text, left, room.start, text[right]) : -1;
    if (opening < 0) {
      const spaced = left < start || right > end;
      const put = spaced && needsSpace(text, left, right, line) ? ' ' : '';
      return { ...withoutMember(text, left, right, room), put };
    }
    [start, end] = [opening, right + 1];
  }
}

const opens = (character: string | undefined): boolean => character !== undefined && character in closing;
const closes = new Set(Object.values(closing));
const isComma = (character: string | undefined): boolean =>
  character === '、' || character === ',' || character === '，';

/** Of a list in brackets (`（電話、メール：…）`) the comma goes with the member, and the label before it. */
function withoutMember(text: string, start: number, end: number, room: Span): Span {
  if (end < room.end && closes.has(text[end] ?? '')) {
    for (let back = start - 1; back >= Math.max(room.start, start - LONGEST_LABEL); back--) {
      if (isComma(text[back])) return isTrace(text.slice(back + 1, start)) ? { start: back, end } : { start, end };
    }
  } else if (end < room.end && isComma(text[end]) && start > room.start && opens(text[start - 1])) {
    return { start, end: end + 1 };
  }
  return { start, end };
}

function withoutSpacesBefore(text: string, at: number, limit: number): number {
  let to = at;
  while (to > limit && isSpace(text[to - 1])) to--;
  return to;
}

function withoutSpacesAfter(text: string, at: number, limit: number): number {
  let to = at;
  while (to < limit && isSpace(text[to])) to++;
  return to;
}

const isSpace = (character: string | undefined): boolean =>
  character === ' ' || character === '\u3000' || character === '\t';

/** Where the bracket opens that `close` closes, when nothing but a label stands between it and `at`; or -1. */
function openingBefore(text: string, at: number, limit: number, close: string | undefined): number {
  for (let back = at - 1; back >= Math.max(limit, at - LONGEST_LABEL); back--) {
    const pair = closing[text[back] ?? ''];
    if (pair === undefined) continue;
    return pair === close && isTrace(text.slice(back + 1, at)) ? back : -1;
  }
  return -1;
}

function needsSpace(text: string, left: number, right: number, line: Span): boolean {
  if (left <= line.start || right >= line.end) return false;
  if ('([{<'.includes(text[left - 1] ?? '') || ',.;:!?)]}>'.includes(text[right] ?? '')) return false;
  return !(isJapanese(text.charCodeAt(left - 1)) && isJapanese(text.charCodeAt(right)));
}
