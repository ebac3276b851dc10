// Wikitext for benchmarks: articles composed from the sample's stock, marked up as densely as encyclopaedia articles are.
import { readFileSync } from 'node:fs';
import { type Composed, compose, type Genre, readGenre } from '../../scripts/sample/grammar.ts';
import { type Random, seeded } from '../../scripts/sample/random.ts';
import { wikiGenres } from '../../scripts/sample/stock/index.ts';
import { english, japanese, type Locale } from './locales.ts';

export interface Page {
  readonly title: string;
  readonly wikitext: string;
}

/** About `bytes` of UTF-8 in whole pages; the same pages every time. */
export function pagesOf(language: 'ja' | 'en', bytes: number): Page[] {
  const random = seeded(`wikitext ${language}`);
  const locale = language === 'ja' ? japanese : english;
  const genres = language === 'ja' ? wikiGenres : [readGenre('english', stock('english.txt'))];
  const pages: Page[] = [];
  for (let made = 0; made < bytes; ) {
    const page = pageOf(genres, locale, random);
    made += Buffer.byteLength(page.wikitext);
    pages.push(page);
  }
  return pages;
}

const stock = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

function pageOf(genres: readonly Genre[], locale: Locale, random: Random): Page {
  // One article in five is long: sections of several compositions of a genre.
  const parts = Array.from({ length: random.pick([1, 1, 1, 2, 6]) }, () =>
    compose(random.pick(genres), random, random.pick([0.8, 1.2, 2])),
  );
  const title = parts[0]?.title ?? locale.untitled;
  const out = [...head(title, locale, random)];
  for (const [index, part] of parts.entries()) out.push(...body(part, index, locale, random));
  out.push(...foot(title, locale, random));
  return { title, wikitext: out.join('\n') };
}

function head(title: string, locale: Locale, random: Random): string[] {
  const out: string[] = [];
  if (random.chance(0.2)) out.push(locale.notice(title, random));
  if (random.chance(0.6)) out.push(locale.infobox(title, random));
  if (random.chance(0.4)) out.push(locale.file(title, random));
  return [...out, locale.lead(title, random)];
}

function body(part: Composed, index: number, locale: Locale, random: Random): string[] {
  const out: string[] = [];
  for (const [number, { heading, list, paragraphs }] of part.parts.entries()) {
    if (index + number > 0) out.push('', `== ${heading ?? locale.section(random)} ==`);
    if (random.chance(0.15)) out.push(locale.main(random));
    for (const paragraph of paragraphs) {
      const text = sentences(paragraph, locale, random);
      out.push(list ? `${random.pick(['*', '*', '**', '#', ';', ':'])} ${text}` : text, ...(list ? [] : ['']));
    }
    if (random.chance(0.18)) out.push(locale.file(part.title ?? '', random));
    if (random.chance(0.14)) out.push(table(locale, random), '');
    if (random.chance(0.05)) out.push(locale.gallery(random), '');
    if (random.chance(0.05)) out.push(locale.comment(random), '');
    if (random.chance(0.04)) out.push(locale.quotation(random), '');
  }
  return out;
}

/** Marks words as links and bold, and puts references, templates and entities at the ends of sentences. */
function sentences(paragraph: string, locale: Locale, random: Random): string {
  const linked = paragraph.replace(locale.word, (word) => {
    if (random.chance(0.8)) return word;
    const kind = random.next();
    if (kind < 0.55) return `[[${word}]]`;
    if (kind < 0.85) return `[[${locale.other(random)}|${word}]]`;
    if (kind < 0.9) return `'''${word}'''`;
    if (kind < 0.93) return `''${word}''`;
    return locale.inline(word, random);
  });
  return linked.replaceAll(locale.stop, (stop) => {
    const kind = random.next();
    if (kind > 0.5) return stop;
    if (kind > 0.4) return `${locale.aside(random)}${stop}`;
    return `${stop}${locale.reference(random)}`;
  });
}

function table(locale: Locale, random: Random): string {
  const rows = Array.from({ length: random.int(3, 24) }, (_, row) => {
    const year = 1950 + row;
    const cell = `[[${locale.other(random)}]]`;
    return random.chance(0.5)
      ? `|-\n| ${year} || ${random.int(100, 9000)} || style="text-align:left" | ${cell}`
      : `|-\n! scope="row" | ${year}\n| ${random.int(100, 9000)}\n| {{small|${cell}}}${locale.reference(random)}`;
  });
  return [
    '{| class="wikitable sortable" style="text-align:right"',
    `|+ ${locale.section(random)}`,
    '! A !! B !! C',
    ...rows,
    '|}',
  ].join('\n');
}

function foot(title: string, locale: Locale, random: Random): string[] {
  const links = Array.from({ length: random.int(2, 7) }, () => `* [[${locale.other(random)}]]`);
  return ['', ...locale.foot(title, links, random)];
}
