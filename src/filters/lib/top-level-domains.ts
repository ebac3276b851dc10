// The top-level domains that let a host be known without `http://` before it.

import { isAsciiLetter } from './script.ts';

const words = (list: string): ReadonlySet<string> => new Set(list.split(' '));

/** So common on the web that two labels (`example.com`) are an address. */
const everyday = words('com net org jp');

/** Known, but also file endings, abbreviations or methods (`main.rs`, `socket.io`): alone they prove nothing. */
const known = words(
  'com net org jp info biz edu gov mil int name mobi asia tokyo osaka kyoto nagoya yokohama okinawa ryukyu ' +
    'app blog cafe cloud club dev online page shop shopping site space store tech tokyo today tv wiki work works world xyz ' +
    'ac ad ae af ag ai am ar as at au az ba bd be bg bh biz bo br by bz ca cc cd ch ci cl cm cn co cr cu cx cy cz de dj dk do dz ' +
    'ec ee eg es et eu fi fj fm fo fr ga gd ge gg gl gr gs gt hk hn hr ht hu id ie il im in io iq ir is it je jo ke kg kh kr kw kz ' +
    'la lb li lk lt lu lv ly ma mc md me mg mk ml mm mn mo mp ms mt mu mv mx my nc ng ni nl no np nu nz om pa pe pf ph pk pl pm pr pt pw py ' +
    'qa re ro rs ru rw sa sc sd se sg sh si sk sm sn so st su sv sx sy tc th tk tl tm tn to tr tt tw tz ua ug uk us uy uz va vc ve vg vn vu ws za zm zw',
);

const international = words(
  'みんな コム グーグル クラウド ストア セール ファッション ポイント アマゾン 食品 家電 テスト 中国 中國 台湾',
);

/** Labels that registries put before a country: `example.or.jp`, `example.co.uk`. */
const secondLevel = words('ac ad co com ed edu go gov gr lg mil ne net or org');

/** Names of products, not addresses. */
const names = words('asp.net vb.net ado.net ml.net paint.net battle.net');

const LONGEST = Math.max(...[...known].map((label) => label.length));
const LOWER = 0x20;
/** (26 × 26) the first two letters that known top-level domains begin with. */
const firstLetters = new Uint8Array(26 * 26);
const place = (first: number, second: number): number => ((first | LOWER) - 0x61) * 26 + (second | LOWER) - 0x61;
for (const label of known) firstLetters[place(label.charCodeAt(0), label.charCodeAt(1))] = 1;

/** Whether text[start .. end) can be one, told by its length and its first two characters. */
export const mayBeTopLevel = (text: string, start: number, end: number): boolean =>
  end - start >= 2 &&
  end - start <= LONGEST &&
  isAsciiLetter(text.charCodeAt(start)) &&
  isAsciiLetter(text.charCodeAt(start + 1)) &&
  firstLetters[place(text.charCodeAt(start), text.charCodeAt(start + 1))] === 1;

export const isTopLevel = (label: string): boolean => known.has(label.toLowerCase());
const beginnings = new Uint8Array(0x10000);
for (const label of international) beginnings[label.charCodeAt(0)] = 1;
/** Told of one UTF-16 unit, so that a text of almost-addresses is not cut into pieces to look up. */
export const beginsInternationalTopLevel = (code: number): boolean => beginnings[code] === 1;
export const isInternationalTopLevel = (label: string): boolean => international.has(label);

/**
 * Whether a host in running text, without scheme, `www.` or path, is an address: `blog.example.com`, `example.co.jp`,
 * `example.com`, but neither `Amazon.com` and `ASP.NET` (names) nor `node.js`, `e.target.id` and `com.example.app`.
 */
export function isAddress(host: string): boolean {
  const labels = host.toLowerCase().split('.');
  const last = labels.at(-1) ?? '';
  const second = labels.at(-2) ?? '';
  if (everyday.has(labels[0] ?? '') && labels.length > 2) return false;
  if (last.length === 2 && secondLevel.has(second) && labels.length > 2) return known.has(last);
  if (!everyday.has(last) && last !== 'info') return false;
  if (labels.length > 2) return labels.some((label, at) => at < labels.length - 1 && label.length > 1);
  return everyday.has(last) && host === host.toLowerCase() && second.length > 1 && !names.has(host);
}
