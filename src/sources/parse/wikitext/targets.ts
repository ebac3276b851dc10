// The target of a link: its namespace, and the words that the pipe trick makes of it.
import { embedded, languages } from './names.ts';
import { type Range, trimmed } from './values.ts';

const COLON = 0x3a;
/** UTF-16 units; no namespace is longer. */
const LONGEST_NAMESPACE = 40;
/** Titles have at most 255 bytes; what is longer is no target. */
const LONGEST_TARGET = 400;

/** What stands before the colon of a link's target; nothing in `[[:File:x]]`, which is a link like others. */
export function namespaceOf(text: string, from: number, to: number): string {
  const end = Math.min(to, from + LONGEST_NAMESPACE);
  let colon = from;
  while (colon < end && text.charCodeAt(colon) !== COLON) colon++;
  if (colon === end) return '';
  return text.slice(from, colon).trim().toLowerCase().replaceAll(' ', '_');
}

/** Pictures, categories and links to the page in another language show no words where they stand. */
export const showsNothing = (namespace: string): boolean =>
  namespace !== '' && (embedded.has(namespace) || languages.has(namespace));

/** `[[namespace:name (what)|]]` shows the name alone. */
export function pipeTrick(text: string, from: number, to: number): Range {
  const target = text.slice(from, Math.min(to, from + LONGEST_TARGET));
  const start = target.indexOf(':') + 1;
  const open = Math.max(target.lastIndexOf('（'), target.lastIndexOf('('));
  const isQualified = open > start && (target.endsWith(')') || target.endsWith('）'));
  return trimmed(text, from + start, isQualified ? from + open : to);
}
