// Reads the stock (genres written as plain text) and composes documents from it.
//
// A stock text, line by line:
//   @name a|b|c        a variable of the document: chosen once, then the same wherever {name} stands
//   @topic one,two     names of the columns of the topics
//   > x/y              a topic with its columns; the lines below it are its facts
//   ## 2-3 flags       a section that takes two or three of the lines below it, in their order
// Flags: `title` (the first line), `facts` (also takes from the topic's facts), `lines` (one line each),
// `list`, `mix` (any order), `h=…` (a heading, for encyclopaedia articles), `?0.5` (left out half the time).
// In a line: [a|b] is one of several, {name} a variable, {name2} a second value of it, {n:3-9} a number.
import type { Random } from './random.ts';
import { words } from './words.ts';

export interface Section {
  readonly from: number;
  readonly to: number;
  readonly title: boolean;
  readonly facts: boolean;
  readonly lines: boolean;
  readonly list: boolean;
  readonly mix: boolean;
  readonly heading: string | undefined;
  readonly probability: number;
  readonly pool: string[];
}

export interface Topic {
  readonly columns: Record<string, string>;
  readonly facts: string[];
}

export interface Genre {
  readonly name: string;
  readonly variables: Record<string, string>;
  readonly topics: Topic[];
  readonly sections: Section[];
}

export interface Part {
  readonly heading: string | undefined;
  readonly list: boolean;
  readonly paragraphs: string[];
}

export interface Composed {
  readonly genre: string;
  readonly topic: number;
  readonly title: string | undefined;
  readonly parts: Part[];
  /** The variables as they were chosen, for infoboxes. */
  readonly values: Record<string, string>;
}

export function readGenre(name: string, stock: string): Genre {
  const genre: Genre = { name, variables: {}, topics: [], sections: [] };
  let columns: string[] = [];
  let pool: string[] | undefined;
  for (const raw of stock.split('\n')) {
    const line = raw.trim();
    if (line === '') continue;
    if (line.startsWith('@topic ')) columns = line.slice(7).split(',');
    else if (line.startsWith('@')) {
      const space = line.indexOf(' ');
      genre.variables[line.slice(1, space)] = line.slice(space + 1);
    } else if (line.startsWith('> ')) {
      const cells = line.slice(2).split('/');
      if (cells.length !== columns.length) throw new Error(`${name}: a topic has the wrong columns: ${line}`);
      pool = [];
      genre.topics.push({ columns: Object.fromEntries(columns.map((c, i) => [c, cells[i] ?? ''])), facts: pool });
    } else if (line.startsWith('## ')) {
      const section = readSection(line.slice(3).split(' '));
      genre.sections.push(section);
      pool = section.pool;
    } else if (pool === undefined) throw new Error(`${name}: a line outside every section: ${line}`);
    else pool.push(line);
  }
  return genre;
}

function readSection(flags: string[]): Section {
  const [from = '1', to = from] = (flags[0] ?? '').split('-');
  return {
    from: Number(from),
    to: Number(to),
    title: flags.includes('title'),
    facts: flags.includes('facts'),
    lines: flags.includes('lines') || flags.includes('list'),
    list: flags.includes('list'),
    mix: flags.includes('mix'),
    heading: flags.find((flag) => flag.startsWith('h='))?.slice(2),
    probability: Number(flags.find((flag) => flag.startsWith('?'))?.slice(1) ?? 1),
    pool: [],
  };
}

/** Splits at `|` outside brackets. */
function choices(text: string): string[] {
  const out: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === '[') depth++;
    else if (character === ']') depth--;
    else if (character === '|' && depth === 0) {
      out.push(text.slice(start, index));
      start = index + 1;
    }
  }
  out.push(text.slice(start));
  return out;
}

class Writer {
  readonly values: Record<string, string> = {};
  readonly #genre: Genre;
  readonly #random: Random;
  #others: Topic | undefined;

  constructor(genre: Genre, topic: Topic | undefined, random: Random) {
    this.#genre = genre;
    this.#random = random;
    this.#others = genre.topics.length > 1 ? random.pick(genre.topics.filter((other) => other !== topic)) : undefined;
    for (const [name, value] of Object.entries(topic?.columns ?? {})) this.values[name] = this.expand(value);
  }

  expand(template: string): string {
    let out = '';
    let at = 0;
    while (at < template.length) {
      const open = template.slice(at).search(/[[{]/);
      if (open < 0) return out + template.slice(at);
      out += template.slice(at, at + open);
      at += open;
      const close = closing(template, at);
      const inside = template.slice(at + 1, close);
      out += template[at] === '[' ? this.expand(this.#random.pick(choices(inside))) : this.#value(inside);
      at = close + 1;
    }
    return out;
  }

  #value(name: string): string {
    if (name.startsWith('n:')) {
      const [from = '0', to = '0'] = name.slice(2).split('-');
      return String(this.#random.int(Number(from), Number(to)));
    }
    const known = this.values[name];
    if (known !== undefined) return known;
    const base = name.replace(/[2-9]$/, '');
    const column = base === name ? undefined : this.#others?.columns[base];
    const source = this.#genre.variables[name] ?? this.#genre.variables[base] ?? words[base];
    let value = column === undefined ? undefined : this.expand(column);
    if (value === undefined) {
      if (source === undefined) throw new Error(`${this.#genre.name}: no variable {${name}}.`);
      do value = this.expand(this.#random.pick(choices(source)));
      while (base !== name && value === this.values[base] && choices(source).length > 1);
    }
    this.values[name] = value;
    return value;
  }
}

function closing(template: string, open: number): number {
  const [up, down] = template[open] === '[' ? ['[', ']'] : ['{', '}'];
  let depth = 0;
  for (let index = open; index < template.length; index++) {
    if (template[index] === up) depth++;
    else if (template[index] === down && --depth === 0) return index;
  }
  throw new Error(`A bracket stays open: ${template}`);
}

/** One document of a genre; `length` scales how many lines each section takes. */
export function compose(genre: Genre, random: Random, length: number): Composed {
  const number = genre.topics.length === 0 ? -1 : random.int(0, genre.topics.length - 1);
  const topic = genre.topics[number];
  const writer = new Writer(genre, topic, random);
  let title: string | undefined;
  const parts: Part[] = [];
  for (const section of genre.sections) {
    if (!random.chance(section.probability)) continue;
    if (section.title) {
      title = writer.expand(random.pick(section.pool));
      continue;
    }
    const chosen = takeLines(section, topic, random, length).map((line) => writer.expand(line));
    if (chosen.length === 0) continue;
    const paragraphs = section.lines ? chosen : [chosen.join('')];
    parts.push({ heading: section.heading && writer.expand(section.heading), list: section.list, paragraphs });
  }
  return { genre: genre.name, topic: number, title, parts, values: writer.values };
}

function takeLines(section: Section, topic: Topic | undefined, random: Random, length: number): string[] {
  const facts = section.facts && topic !== undefined ? topic.facts : [];
  const wanted = Math.max(1, Math.round(random.int(section.from, section.to) * length));
  if (facts.length === 0) {
    const some = random.some(section.pool, wanted);
    return section.mix ? random.shuffle(some) : some;
  }
  // Two thirds facts: they carry the topic; the section's own lines connect them.
  const own = section.pool.length === 0 ? 0 : Math.round(wanted / 3);
  const chosen = random.some(facts, wanted - own);
  for (const line of random.some(section.pool, own)) chosen.splice(random.int(0, chosen.length), 0, line);
  return chosen;
}
