// Wikitext to plain text: what a reader of the page would read, without boxes, notes, tables, pictures and link lists.
import type { WikitextOptions } from '../../../pipeline/define.ts';
import { emit } from './emit.ts';
import { lex } from './lex.ts';
import { readLines } from './lines.ts';
import { withoutMarks } from './marks.ts';
import { disambiguationTitle, disambiguationWord, redirect } from './names.ts';
import { type Templates, templatesOf } from './templates.ts';

export interface Page {
  readonly title?: string;
}

/** The text of a page, or why it is no article. */
export type PageReading = { readonly text: string } | { readonly skip: 'redirect' | 'disambiguation' };

/** Options made ready for many pages. */
export interface Reader {
  readonly templates: Templates;
  readonly headings: 'keep' | 'drop';
}

/** Throws PatternError for a template's pattern that is none. */
export function readerOf({ language = '', headings = 'keep', templates = {} }: WikitextOptions = {}): Reader {
  return { templates: templatesOf(language, templates), headings };
}

const standard = readerOf();

/** The text of an article; redirects and pages that list what a title may mean are told apart. Costs as `plainText` does. */
export function readPage(wikitext: string, page: Page = {}, reader: Reader = standard): PageReading {
  if (redirect.test(wikitext.slice(0, 200))) return { skip: 'redirect' };
  if (disambiguationTitle.test(page.title ?? '') || disambiguationWord.test(wikitext))
    return { skip: 'disambiguation' };
  const { text, isDisambiguation } = measure(wikitext, page, reader);
  return isDisambiguation ? { skip: 'disambiguation' } : { text };
}

/**
 * Linear in the wikitext, however its markup nests, in three passes: pair the brackets, write what they show, read the
 * lines. Markup that is never closed does not eat the page: `[[`, `[http:` and `-{` lose the bracket; `{{`, `{|`, `<ref>`
 * and `<!--` go with what follows up to the next blank line or heading. Nothing but a table or a comment reaches over a
 * heading, and no link over a blank line.
 */
export function plainText(wikitext: string, page: Page = {}, reader: Reader = standard): string {
  return measure(wikitext, page, reader).text;
}

/** The same with the work it took, in characters and brackets looked at, for tests: it must grow as the page does. */
export function measure(
  wikitext: string,
  page: Page = {},
  reader: Reader = standard,
): { text: string; isDisambiguation: boolean; work: number } {
  const source = withoutMarks(wikitext);
  const lexed = lex(source, reader.templates);
  const emitted = emit(source, lexed, { title: page.title, templates: reader.templates });
  // The lines are written over what was emitted.
  const work = source.length + lexed.work + emitted.work + emitted.output.length;
  return {
    text: readLines(emitted.output, reader.headings),
    isDisambiguation: emitted.isDisambiguation,
    work,
  };
}
