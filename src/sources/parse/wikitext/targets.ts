// The target of a link: its namespace, and the words that the pipe trick makes of it.
import { embedded, languages } from './names.ts';
import { Remembered } from './remembered.ts';
import { unit } from './units.ts';
import { type Range, trimmed } from './values.ts';

/** UTF-16 units; no namespace is longer. */
const LONGEST_NAMESPACE = 40;
/** Titles have at most 255 bytes; what is longer is no target. */
const LONGEST_TARGET = 400;

/** Pictures and categories are embedded in the page. */
type Namespace = 'embedded' | 'language' | 'other';

const named = new Remembered<Namespace>(4096, (written) => {
  const name = written.trim().toLowerCase().replaceAll(' ', '_');
  if (embedded.has(name)) return 'embedded';
  return languages.has(name) ? 'language' : 'other';
});

/** Of what stands before the colon of a link's target; none in `[[:File:x]]`, which is a link like others. */
export function namespaceOf(codes: Uint16Array, from: number, to: number): Namespace {
  const end = Math.min(to, from + LONGEST_NAMESPACE);
  let colon = from;
  while (colon < end && codes[colon] !== unit.COLON) colon++;
  return colon === end ? 'other' : named.of(codes, from, colon);
}

/** `[[namespace:name (what)|]]` shows the name alone. */
export function pipeTrick(text: string, codes: Uint16Array, from: number, to: number): Range {
  const target = text.slice(from, Math.min(to, from + LONGEST_TARGET));
  const start = target.indexOf(':') + 1;
  const open = Math.max(target.lastIndexOf('（'), target.lastIndexOf('('));
  const isQualified = open > start && (target.endsWith(')') || target.endsWith('）'));
  return trimmed(codes, from + start, isQualified ? from + open : to);
}
