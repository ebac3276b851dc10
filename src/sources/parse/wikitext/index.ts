// Wikitext to plain text: what a reader of the page would read, without boxes, notes, tables, pictures and link lists.
import { emit, type Page } from './emit.ts';
import { lex } from './lex.ts';
import { readLines } from './lines.ts';
import { withoutMarks } from './marks.ts';

/**
 * Linear in the wikitext, however its markup nests, in three passes: pair the brackets, write what they show, read the
 * lines. Markup that is never closed does not eat the page: `[[` and `[http:` lose the bracket; `{{`, `{|`, `<ref>` and
 * `<!--` go with what follows up to the next blank line or heading. Nothing but a table or a comment reaches over a
 * heading, and no link over a blank line.
 */
export function plainText(wikitext: string, page: Page = {}): string {
  return measure(wikitext, page).text;
}

/** The same with the work it took, in characters and brackets looked at, for tests: it must grow as the page does. */
export function measure(wikitext: string, page: Page = {}): { text: string; work: number } {
  const source = withoutMarks(wikitext);
  const lexed = lex(source);
  const emitted = emit(source, lexed.tokens, lexed.stops, page);
  return { text: readLines(emitted.text), work: source.length + lexed.work + emitted.work + emitted.text.length };
}
