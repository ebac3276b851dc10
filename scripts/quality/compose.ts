// Composes labelled pages: prose of the sample's stock, with hand-written menus, trails, boilerplate and addresses
// around it, whose separators, order and words differ between the two halves.
import { compose, type Genre } from '../sample/grammar.ts';
import { type Random, seeded } from '../sample/random.ts';
import { webGenres, wikiGenres } from '../sample/stock/index.ts';
import { mailAddress, webAddress } from './addresses.ts';
import type { AddressLine, Chrome } from './chrome.ts';
import type { Half, Label, LabelledLine, LabelledPage } from './labelled.ts';

export const styles: Readonly<Record<string, readonly string[]>> = {
  news: ['town-news', 'sports', 'weather-season', 'fishing-port'],
  blog: ['diary', 'travel', 'hiking', 'music', 'pets', 'family'],
  shop: ['shop-item', 'craft', 'inn-guide'],
  forum: ['faq', 'interview', 'volunteer', 'work'],
  encyclopaedia: wikiGenres.map(({ name }) => name),
  government: ['health', 'school', 'history-column'],
  recipe: ['recipe', 'gardening', 'book-review', 'tale'],
  manual: ['tech-howto', 'science-column', 'railway'],
};

const arrows: Readonly<Record<Half, readonly string[]>> = {
  tune: [' > ', ' ＞ ', ' » ', '＞', '>', ' >> '],
  held: [' › ', '≫', ' > ', '＞', ' » ', ' :: '],
};
/** Only where the trail begins at home: they join other things too. */
const homeward: Readonly<Record<Half, readonly string[]>> = { tune: [' / ', ' → '], held: [' ／ ', '→', '/'] };
const bars: Readonly<Record<Half, readonly string[]>> = {
  tune: [' | ', '｜', ' - ', ' » ', ' ／ ', '|'],
  held: ['│', ' ｜ ', ' / ', '|', ' — ', '・', ' ', ' • '],
};
const bullets: Readonly<Record<Half, readonly string[]>> = { tune: ['', '・', '> ', '■'], held: ['', '● ', '» ', '◇'] };
const isHome = (item: string | undefined): boolean => /^(?:ホーム|home|top|トップ(?:ページ)?)$/i.test(item ?? '');

const genres = new Map([...webGenres, ...wikiGenres].map((genre) => [genre.name, genre]));

const line = (label: Label, text: string, accept: readonly string[] = ['']): LabelledLine => ({
  label,
  text,
  accept: label === 'keep' ? [text] : accept,
});

/** `count` pages of one style; the same seed gives the same pages. Even ones are for tuning, odd ones held out. */
export function composePages(
  style: string,
  count: number,
  seed: string,
  chrome: Readonly<Record<Half, Chrome>>,
): LabelledPage[] {
  const names = styles[style];
  if (names === undefined) throw new Error(`No style is called ${style}.`);
  const random = seeded(`${seed} ${style}`);
  return Array.from({ length: count }, (_, index) => {
    const half: Half = index % 2 === 0 ? 'tune' : 'held';
    const genre = genres.get(random.pick(names));
    if (genre === undefined) throw new Error(`The sample's stock lost a genre of ${style}.`);
    return new Composer(genre, half, chrome[half], random).page(`${genre.name} ${index + 1}`);
  });
}

class Composer {
  readonly #genre: Genre;
  readonly #half: Half;
  readonly #chrome: Chrome;
  readonly #random: Random;

  constructor(genre: Genre, half: Half, chrome: Chrome, random: Random) {
    this.#genre = genre;
    this.#half = half;
    this.#chrome = chrome;
    this.#random = random;
  }

  page(name: string): LabelledPage {
    const random = this.#random;
    const { title, parts } = compose(this.#genre, random, 0.7);
    const prose = parts.flatMap(({ heading, paragraphs }) => (heading ? [heading, ...paragraphs] : paragraphs));
    const lines = prose.map((text) => line('keep', text));
    if (random.chance(0.3)) this.#addInside(lines);
    if (random.chance(0.15)) this.#joinMenu(lines);
    if (random.chance(0.15)) this.#widen(lines);
    if (title !== undefined) lines.unshift(line('keep', title));
    for (let more = random.int(0, 2); more > 0; more--)
      lines.splice(random.int(1, lines.length), 0, this.#boilerplate());
    if (random.chance(0.5)) lines.push(this.#addressLine());
    for (let more = random.int(1, 3); more > 0; more--) lines.push(this.#boilerplate());
    if (random.chance(0.6)) lines.unshift(this.#trail());
    if (random.chance(0.55)) lines.unshift(this.#menu());
    else if (random.chance(0.4)) lines.unshift(...this.#menuLines());
    if (random.chance(0.3)) lines.push(this.#menu());
    return { name, half: this.#half, lines };
  }

  #menuItems(): string[] {
    const random = this.#random;
    const menu = random.pick(this.#chrome.menus);
    const wanted = random.int(Math.min(4, menu.length), menu.length);
    const chosen = random.some(menu, wanted);
    return random.chance(0.25) ? random.shuffle(chosen) : chosen;
  }

  #menuText(items: readonly string[]): string {
    const random = this.#random;
    if (random.chance(0.08))
      return items.map((item) => (this.#half === 'tune' ? `[${item}]` : `【${item}】`)).join(' ');
    const bar = random.pick(bars[this.#half]);
    const edge = bar.trim() !== '' && bar !== '・' && random.chance(0.25) ? bar.trimEnd() : '';
    return items.join(bar) + edge;
  }

  #menu(): LabelledLine {
    return line('navigation', this.#menuText(this.#menuItems()));
  }

  #menuLines(): LabelledLine[] {
    const bullet = this.#random.pick(bullets[this.#half]);
    return this.#menuItems().map((item) => line('navigation', bullet + item));
  }

  #trail(): LabelledLine {
    const random = this.#random;
    const trail = random.pick(this.#chrome.trails);
    const half = this.#half;
    const between = random.pick(isHome(trail[0]) ? [...arrows[half], ...homeward[half]] : arrows[half]);
    const label = random.chance(0.1) ? random.pick(['現在位置：', '現在地 : ', 'ここは: ']) : '';
    return line('navigation', label + trail.join(between));
  }

  #filled(template: string): string {
    const random = this.#random;
    return template
      .replace(/\{d\}/g, () => this.#date())
      .replace(/\{n\}/g, () => String(random.int(2, 40)))
      .replace(/\{name\}/g, () => random.pick(['松葉', 'admin', 'みけ', '田中', 'kirihama', '編集部']))
      .replace(/\{U\}/g, () => webAddress(this.#half, random))
      .replace(/\{M\}/g, () => mailAddress(this.#half, random));
  }

  #date(): string {
    const random = this.#random;
    const [y, m, d] = [random.int(2004, 2021), random.int(1, 12), random.int(1, 28)];
    const two = (n: number) => String(n).padStart(2, '0');
    return random.pick([
      `${y}年${m}月${d}日`,
      `${y}/${two(m)}/${two(d)}`,
      `${y}.${m}.${d}`,
      `${y}-${two(m)}-${two(d)}`,
    ]);
  }

  #boilerplate(): LabelledLine {
    return line('boilerplate', this.#filled(this.#random.pick(this.#chrome.boilerplate)));
  }

  #addressLine(): LabelledLine {
    const { template, left }: AddressLine = this.#random.pick(this.#chrome.addresses);
    return line('address', this.#filled(template), left);
  }

  /** An address sentence after the prose of a paragraph. */
  #addInside(lines: LabelledLine[]): void {
    const { template, left } = this.#random.pick(this.#chrome.addresses.filter((each) => each.template.endsWith('。')));
    this.#changeProse(lines, 'address', (text) => ({
      text: text + this.#filled(template),
      accept: left.map((rest) => text + rest),
    }));
  }

  /** A menu in the line of a paragraph, as pages look when their mark-up went. */
  #joinMenu(lines: LabelledLine[]): void {
    const random = this.#random;
    const menu = random
      .pick(this.#chrome.menus)
      .slice(0, 3)
      .join(random.pick([' | ', ' - ', '｜']));
    const ahead = random.chance(0.5);
    this.#changeProse(lines, 'cut', (text) => ({
      text: ahead ? `${menu} | ${text}` : `${text} ${menu}`,
      accept: [text],
    }));
  }

  /** Full-width letters and digits, as some editors write them. */
  #widen(lines: LabelledLine[]): void {
    this.#changeProse(lines, 'fold', (text) => ({
      text: text.replace(/[0-9A-Za-z]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0)),
      accept: [text],
    }));
  }

  #changeProse(
    lines: LabelledLine[],
    label: Label,
    change: (text: string) => { text: string; accept: readonly string[] },
  ): void {
    const candidates = lines.flatMap(({ label: is, text }, at) => (is === 'keep' && text.endsWith('。') ? [at] : []));
    if (candidates.length === 0) return;
    const at = this.#random.pick(candidates);
    const { text, accept } = change(lines[at]?.text ?? '');
    if (text !== accept[0]) lines[at] = line(label, text, accept);
  }
}
