// Decides what the sample holds: independent documents, their duplicates and look-alikes, pages of nothing but menus.
import { type Composed, compose, type Genre } from './grammar.ts';
import { footer, frame, inlineUrl, navigation, oddCharacters, type Page, pageOf } from './noise.ts';
import { type Random, seeded } from './random.ts';
import { jaccard, Neighbours, shingles } from './shingles.ts';
import { webGenres, wikiGenres } from './stock/index.ts';

export type SourceName = 'wikipedia' | 'cc100' | 'oscar' | 'mc4' | 'validation';

export interface Item {
  readonly source: SourceName;
  readonly genre: string;
  /** The clean paragraphs; the title, where there is one, is the first. */
  readonly paragraphs: string[];
  /** What the corpus stores. */
  readonly page: Page;
  readonly expect: 'keep' | 'short' | 'duplicate';
  readonly article?: Composed;
  cluster?: number;
  /** The item it duplicates, and how similar their clean texts are. */
  of?: Item;
  jaccard?: number;
  /** Shares sentences with this item, and yet must stay: Jaccard below 0.5. */
  lookalike?: Item;
  /** Written by its place in the files. */
  id?: string;
}

export const counts = { wikipedia: 600, cc100: 640, oscar: 740, mc4: 1090, validation: 40 } as const;
const web = ['cc100', 'oscar', 'mc4', 'mc4'] as const;
/** Two documents that were composed independently are never more alike than this. */
export const independent = 0.25;

export interface Sample {
  readonly items: Item[];
  readonly clusters: number;
}

export function composeSample(): Sample {
  const random = seeded('seiryu sample');
  const neighbours = new Neighbours();
  const items: Item[] = [];
  for (const [source, count] of entries(counts)) {
    const genres = source === 'wikipedia' ? wikiGenres : webGenres;
    const seen = new Set<string>();
    for (let made = 0; made < count; ) {
      const genre = genres[made % genres.length];
      if (genre === undefined) throw new RangeError('No genres.');
      const article = fresh(genre, neighbours, random, source === 'wikipedia' ? seen : undefined);
      const paragraphs = paragraphsOf(article, source === 'wikipedia');
      items.push({
        source,
        genre: genre.name,
        paragraphs,
        page: dress(paragraphs, source, random),
        expect: 'keep',
        article,
      });
      made++;
    }
  }
  const clusters = addDuplicates(items, random);
  addLookalikes(items, random, neighbours);
  addShort(items, random);
  return { items, clusters };
}

function entries(of: typeof counts): [SourceName, number][] {
  return [
    ['wikipedia', of.wikipedia],
    ['cc100', of.cc100],
    ['oscar', of.oscar],
    ['mc4', of.mc4],
    ['validation', of.validation],
  ];
}

function paragraphsOf(article: Composed, wiki: boolean): string[] {
  const body = article.parts.flatMap((part) => part.paragraphs);
  return wiki || article.title === undefined ? body : [article.title, ...body];
}

/** Composes until the text is long enough and unlike everything before it. */
function fresh(genre: Genre, neighbours: Neighbours, random: Random, titles: Set<string> | undefined): Composed {
  for (let attempt = 0; attempt < 400; attempt++) {
    const article = compose(genre, random, random.pick([0.7, 1, 1, 1.2, 1.2, 1.6]));
    const text = paragraphsOf(article, titles !== undefined).join('');
    if (text.length < 140 || titles?.has(article.title ?? '') === true) continue;
    const set = shingles(text);
    if (neighbours.nearest(set).jaccard >= independent) continue;
    neighbours.add(set);
    titles?.add(article.title ?? '');
    return article;
  }
  throw new Error(`The stock of ${genre.name} is too small for so many different documents.`);
}

function dress(paragraphs: readonly string[], source: SourceName, random: Random): Page {
  const page = pageOf(paragraphs);
  if (source === 'wikipedia') return page;
  if (random.chance(0.15)) inlineUrl(page, random);
  if (random.chance(0.12)) oddCharacters(page, random);
  if (random.chance(0.55)) frame(page, random);
  return page;
}

// ---------------------------------------------------------------- duplicates

function addDuplicates(items: Item[], random: Random): number {
  const long = random.shuffle(
    items.filter(
      (item) => item.source !== 'validation' && item.source !== 'wikipedia' && item.paragraphs.join('').length >= 240,
    ),
  );
  const plain = long.filter((item) => ![...item.page.noise].some((kind) => kind === 'url'));
  const used = new Set<Item>();
  let cluster = 0;
  const take = (from: Item[]): Item => {
    const item = from.find((candidate) => !used.has(candidate));
    if (item === undefined) throw new Error('Too few documents to duplicate.');
    used.add(item);
    item.cluster = cluster++;
    return item;
  };
  const copy = (of: Item, source: SourceName, paragraphs: string[], page: Page, similarity: number): void => {
    const twin: Item = { source, genre: of.genre, paragraphs, page, expect: 'duplicate', of, jaccard: similarity };
    if (of.cluster !== undefined) twin.cluster = of.cluster;
    items.push(twin);
  };
  for (let made = 0; made < 70; made++) {
    const of = take(long);
    for (let more = made % 10 === 0 ? 3 : 1; more > 0; more--) {
      const source = made % 2 === 0 ? of.source : random.pick(web);
      copy(of, source, of.paragraphs, of.page, 1);
    }
  }
  for (let made = 0; made < 70; made++) {
    const of = take(plain);
    const page = pageOf(of.paragraphs);
    frame(page, random);
    copy(of, random.pick(web), of.paragraphs, page, 1);
  }
  const longest = [...plain].sort((a, b) => b.paragraphs.join('').length - a.paragraphs.join('').length).slice(0, 700);
  const pool = random.shuffle(longest);
  for (let made = 0; made < 190; made++) {
    const of = take(pool);
    const [low, high] = made < 70 ? [0.92, 0.99] : made < 130 ? [0.86, 0.93] : [0.52, 0.84];
    const edited = edit(of.paragraphs, low, high, random, pool);
    const page = pageOf(edited.paragraphs);
    if (random.chance(0.4)) frame(page, random);
    copy(of, random.pick(web), edited.paragraphs, page, edited.jaccard);
  }
  for (const of of items.filter((item) => item.source === 'wikipedia' && item.article?.parts.every((p) => !p.list))) {
    if (cluster >= 345 || of.paragraphs.join('').length < 350) continue;
    of.cluster = cluster++;
    copy(of, random.pick(web), of.paragraphs, pageOf(of.paragraphs), 1);
  }
  return cluster;
}

const synonyms: readonly (readonly [string, string])[] = [
  ['とても', 'たいへん'],
  ['また、', 'さらに、'],
  ['しかし', 'けれども'],
  ['そのため', 'それで'],
  ['たくさん', '数多く'],
  ['少し', 'いくらか'],
  ['すぐに', 'ただちに'],
  ['必ず', 'かならず'],
  ['今年', '昨年'],
  ['毎日', '毎朝'],
  ['ください', '下さい'],
  ['いただ', '頂'],
  ['できます', '出来ます'],
  ['さまざまな', '色々な'],
  ['ゆっくり', 'のんびり'],
  ['人々', '人たち'],
  ['使われ', '用いられ'],
];

/** Edits words and sentences until the similarity to the original lies between `low` and `high`. */
function edit(
  original: readonly string[],
  low: number,
  high: number,
  random: Random,
  donors: readonly Item[],
): { paragraphs: string[]; jaccard: number } {
  const before = shingles(original.join('\n'));
  for (let attempt = 0; attempt < 400; attempt++) {
    let paragraphs = [...original];
    for (let step = 0; step < 40; step++) {
      paragraphs = editOnce(paragraphs, random, donors);
      const similarity = jaccard(before, shingles(paragraphs.join('\n')));
      if (similarity < low) break;
      if (similarity <= high) return { paragraphs, jaccard: round(similarity) };
    }
  }
  throw new Error('No edit reaches the wanted similarity.');
}

function editOnce(paragraphs: readonly string[], random: Random, donors: readonly Item[]): string[] {
  const out = [...paragraphs];
  const at = random.int(0, out.length - 1);
  const text = out[at] ?? '';
  const sentences = text.match(/[^。]+。|[^。]+$/gu) ?? [];
  const action = random.int(0, 4);
  if (action <= 1) {
    const fitting = synonyms.filter(([from]) => text.includes(from));
    const [from, to] = fitting.length > 0 ? random.pick(fitting) : ['、', ''];
    out[at] = text.replace(from, to);
  } else if (action === 2) {
    out[at] = text.replace(/\d+/, (number) => String(Number(number) + random.int(1, 9)));
  } else if (action === 3 && sentences.length > 2) {
    sentences.splice(random.int(0, sentences.length - 1), 1);
    out[at] = sentences.join('');
  } else if (sentences.length > 0) {
    const donor = random.pick(donors).paragraphs.at(-1) ?? '';
    out[at] = `${text}${donor.match(/[^。]+。/u)?.[0] ?? ''}`;
  }
  return out.filter((line) => line !== '');
}

export function round(value: number): number {
  return Math.round(value * 10000) / 10000;
}

// ---------------------------------------------------------------- look-alikes and short pages

function addLookalikes(items: Item[], random: Random, neighbours: Neighbours): void {
  const bases = random.shuffle(
    items.filter(
      (item) =>
        item.expect === 'keep' &&
        item.cluster === undefined &&
        item.article !== undefined &&
        item.source !== 'wikipedia' &&
        item.source !== 'validation' &&
        item.paragraphs.join('').length > 260,
    ),
  );
  let made = 0;
  for (const base of bases) {
    if (made === 60) return;
    const genre = webGenres.find((candidate) => candidate.name === base.genre);
    if (genre === undefined) continue;
    const other = compose(genre, random, 1.2);
    if (other.topic !== base.article?.topic) continue;
    const half = base.paragraphs
      .map((line) => line.match(/[^。]+。|[^。]+$/gu) ?? [])
      .map((s) => s.slice(0, Math.ceil(s.length * 0.6)).join(''));
    const paragraphs = [...half, ...other.parts.flatMap((part) => part.paragraphs)];
    const set = shingles(paragraphs.join('\n'));
    const similarity = jaccard(shingles(base.paragraphs.join('\n')), set);
    if (similarity < 0.3 || similarity > 0.48) continue;
    // It may resemble its base alone.
    if (neighbours.nearest(set).jaccard > round(similarity) + 0.0001) continue;
    const source = random.pick(web);
    items.push({
      source,
      genre: base.genre,
      paragraphs,
      page: dress(paragraphs, source, random),
      expect: 'keep',
      lookalike: base,
      jaccard: round(similarity),
    });
    made++;
  }
}

const stubs = [
  'ただいま準備中です。',
  '工事中',
  '該当する記事はありません。',
  'ページが見つかりません。',
  '会員の方のみご覧になれます。',
  '現在、商品はありません。',
  '写真は後日のせます。',
  'このブログは移転しました。',
];

function addShort(items: Item[], random: Random): void {
  for (let made = 0; made < 110; made++) {
    const source = random.pick(web);
    const paragraphs = random.chance(0.4) ? [random.pick(stubs)] : [];
    const page = pageOf(paragraphs);
    for (let menus = random.int(1, 3); menus > 0; menus--) {
      const menu = navigation(random);
      page.lines.push(...menu.lines.map((text) => ({ text, intact: false })));
      page.noise.add(menu.kind);
    }
    if (random.chance(0.7)) {
      page.lines.push(...footer(random).map((text) => ({ text, intact: false })));
      page.noise.add('boilerplate');
    }
    items.push({ source, genre: 'navigation', paragraphs, page, expect: 'short' });
  }
}
