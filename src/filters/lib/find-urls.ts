// Finds the web and mail addresses of a text in one pass that jumps from one `.` or `://` to the next.
import { isAlphanumeric, isAsciiLetter, isJapaneseLetter } from './script.ts';
import {
  endOfBareAddress,
  endOfInternationalHost,
  endOfUrl,
  hasTopLevel,
  hostIn,
  isHostCharacter,
  isLetterBeyondAscii,
  isMailboxCharacter,
  mayBeHost,
} from './url-grammar.ts';

export interface Span {
  readonly start: number;
  readonly end: number;
}

export type Mail = 'mail-too' | 'web-only';

const LONGEST_SCHEME = 10;
/** RFC 5321. */
const LONGEST_MAILBOX = 64;
/** Schemes, as they are found at the end of a run of letters; `ttp` is how Japanese boards defuse a link. */
const schemes = ['https', 'http', 'ttps', 'ttp', 'ftps', 'ftp', 'hxxps', 'hxxp', 'mms', 'rtsp'];

/**
 * Where an address may be. A regular expression and not `indexOf`: V8's optimiser takes that for a pure function and may
 * move it before the condition that guards it, and a text whose next `://` is far or nowhere is then searched to its end at
 * every dot (measured on Node 20, with a third such search: 3.3 s instead of 0.3 s for a million units of `www.日本語`).
 * What follows a dot is a coarse form of what `atDot` asks for: most dots end a sentence.
 */
const places = /\.(?=[\w.@\u3005-\uffa0-])|:\/\//g;

/** Ascending and apart. Linear: every character is looked at a bounded number of times, whatever the text. */
export function findUrls(text: string, mail: Mail): Span[] {
  const spans: Span[] = [];
  let at = 0;
  places.lastIndex = 0;
  while (places.test(text)) {
    const last = places.lastIndex - 1;
    const found = text[last] === '/' ? atScheme(text, last - 2, at) : atDot(text, last, at, mail);
    if (found.span !== undefined) spans.push(found.span);
    at = found.next;
    places.lastIndex = at;
  }
  return spans;
}

/** What stood at a place, and where to look on. Everything before `next` is done with. */
interface Found {
  readonly span: Span | undefined;
  readonly next: number;
}

const nothing = (next: number): Found => ({ span: undefined, next });

function atScheme(text: string, colon: number, from: number): Found {
  const host = colon + 3;
  let start = colon;
  while (start > from && colon - start < LONGEST_SCHEME && isAsciiLetter(text.charCodeAt(start - 1))) start--;
  const letters = text.slice(start, colon).toLowerCase();
  const scheme = schemes.find((known) => letters.endsWith(known));
  if (scheme !== undefined) start = colon - scheme.length;
  else if (letters.length < 2 || !isAlphanumeric(text.charCodeAt(host))) return nothing(host);

  const end = endOfUrl(text, host);
  let next = end;
  while (text[next] === '.') next++;
  // Japanese right after the host is prose when the host is whole (`http://example.jpを見る`), else a part of it.
  if (isLetterBeyondAscii(text.charCodeAt(next)) && !isWholeAuthority(text.slice(host, Math.min(end, host + 300)))) {
    const hostEnd = endOfInternationalHost(text, host);
    if (hostEnd > end) return spanTo(start, endOfUrl(text, hostEnd));
  }
  if (end === host) return isAloneOnLine(text, start, host) ? spanTo(start, host) : nothing(host);
  return spanTo(start, end);
}

const spanTo = (start: number, end: number): Found => ({ span: { start, end }, next: end });

const isWholeAuthority = (authority: string): boolean => authority.includes('/') || hasTopLevel(authority);

function isAloneOnLine(text: string, start: number, end: number): boolean {
  const edge = (at: number) => at < 0 || at >= text.length || text[at] === '\n';
  return edge(start - 1) && edge(end);
}

function atDot(text: string, dot: number, from: number, mail: Mail): Found {
  // Most dots end a sentence or stand in a row. Japanese may follow one in a host (`www.日本語.jp`), and `.@` in a mailbox.
  const after = text.charCodeAt(dot + 1);
  if (!isHostCharacter(after) && !isJapaneseLetter(after) && text[dot + 1] !== '@') return nothing(dot + 1);
  let start = dot;
  while (start > from && isHostCharacter(text.charCodeAt(start - 1))) start--;
  let end = dot + 1;
  while (isHostCharacter(text.charCodeAt(end))) end++;

  const sign = endOfMailbox(text, end);
  if (text[sign] === '@') return mailAddress(text, start, sign, from, mail);
  if (start > from && text[start - 1] === '@') return mailAddress(text, start - 1, start - 1, from, mail);
  const scheme = text.startsWith('://', end);
  // `http.example://`: the letters belong to the scheme that comes.
  if (scheme) return nothing(Math.max(dot + 1, end - LONGEST_SCHEME));

  if (isJapaneseLetter(text.charCodeAt(end)) && /^www\d{0,2}\.$/i.test(text.slice(start, end))) {
    const hostEnd = endOfInternationalHost(text, start);
    return hostEnd > 0 ? spanTo(start, endOfUrl(text, hostEnd)) : nothing(end);
  }
  if (!mayBeHost(text, start, end)) return nothing(end);
  const host = hostIn(text, start, end);
  if (host === undefined) return nothing(end);
  const addressEnd = endOfBareAddress(text, host);
  if (addressEnd < 0 || isDisguisedMail(text, host.start)) return nothing(end);
  let addressStart = host.start;
  while (addressStart > from && text[addressStart - 1] === '/') addressStart--;
  return { span: { start: addressStart, end: addressEnd }, next: Math.max(addressEnd, dot + 1) };
}

/** `infoアットexample.jp`, `info★example.jp`: half an address cut out would leave the other half. */
const isDisguisedMail = (text: string, host: number): boolean =>
  ['アット', 'あっと', '★', '☆', '◎', '●', '■', '[at]', '(at)', '（at）', '【at】', '_at_'].some(
    (sign) => text.startsWith(sign, host - sign.length) && isMailboxCharacter(text.charCodeAt(host - sign.length - 1)),
  );

/** Bounded, so that a text of nothing but dots and pluses is read once and not from every dot. */
function endOfMailbox(text: string, from: number): number {
  let at = from;
  while (at - from < LONGEST_MAILBOX && isMailboxCharacter(text.charCodeAt(at))) at++;
  return at;
}

/** A mail address around the @ at `sign`; `start` is where its mailbox is known to reach back to. */
function mailAddress(text: string, start: number, sign: number, from: number, mail: Mail): Found {
  let mailbox = start;
  while (mailbox > from && isMailboxCharacter(text.charCodeAt(mailbox - 1))) mailbox--;
  while (mailbox < sign && !isAlphanumeric(text.charCodeAt(mailbox))) mailbox++;
  let end = sign + 1;
  while (isHostCharacter(text.charCodeAt(end))) end++;
  const host = hostIn(text, sign + 1, end);
  if (mailbox === sign || host === undefined || host.start !== sign + 1 || !hasTopLevel(host.name))
    return nothing(Math.max(end, sign + 1));
  if (mail === 'web-only') return nothing(end);
  if (text.startsWith('mailto:', mailbox - 7) && mailbox - 7 >= from) mailbox -= 7;
  return { span: { start: mailbox, end: host.end }, next: end };
}
