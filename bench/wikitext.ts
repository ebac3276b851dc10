// `npm run bench -- wikitext`: wikitext to text against mwparserfromhell and wikiextractor, interleaved, on the same pages.
import { cpus } from 'node:os';
import { seeded } from '../scripts/sample/random.ts';
import { opening, pageXml } from '../scripts/sample/wikipedia.ts';
import { formats } from '../src/sources/parse/index.ts';
import { plainText, readerOf } from '../src/sources/parse/wikitext/index.ts';
import { type Page, pagesOf } from './wikitext/pages.ts';
import { type Peer, peers, readWith } from './wikitext/peers.ts';

const ROUNDS = 3;
const BYTES = 4e6;
/** Passes of ours in a round, so that it is long enough to time. */
const PASSES = 5;
/** Rounds before the first that is timed: V8 goes on compiling for about so long. */
const WARM_UP = 4;

export interface Speeds {
  readonly language: 'ja' | 'en';
  readonly pages: number;
  /** UTF-8 of the wikitext. */
  readonly megabytes: number;
  /** MB of wikitext a CPU second, medians of the rounds. */
  readonly ours: number;
  /** The same of a whole XML dump's bytes. */
  readonly dump: number;
  readonly peers: readonly {
    readonly name: Peer;
    readonly version: string;
    readonly python: string;
    readonly speed: number;
  }[];
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** Strings as a parser gets them: flat, not concatenations. */
const decoded = (pages: readonly Page[]): Page[] =>
  pages.map(({ title, wikitext }) => ({ title, wikitext: Buffer.from(wikitext).toString() }));

function dumpOf(pages: readonly Page[]): Buffer {
  const random = seeded('wikitext dump');
  const none = { noise: [], gone: [], survives: [] };
  const xml = pages.map(({ title, wikitext }, at) =>
    pageXml({ ...none, title, namespace: 0, text: wikitext }, at + 1, random),
  );
  return Buffer.from(opening + xml.join(''));
}

export function speedsOf(language: 'ja' | 'en'): Speeds {
  const pages = decoded(pagesOf(language, BYTES));
  const megabytes = pages.reduce((sum, { wikitext }) => sum + Buffer.byteLength(wikitext), 0) / 1e6;
  const dump = dumpOf(pages);
  const wikitext = { language };
  const reader = readerOf(wikitext);
  const readAll = (): void => {
    for (let pass = 0; pass < PASSES; pass++)
      for (const page of pages) plainText(page.wikitext, { title: page.title }, reader);
  };
  const readDump = (): void => {
    for (let pass = 0; pass < PASSES; pass++)
      formats['mediawiki-xml'].parse(dump, { firstOrdinal: 0, offset: 0, fields: { text: 'text', wikitext } });
  };
  // A run reads gigabytes: what counts is the speed once the code is compiled. Python has nothing to compile.
  for (let pass = 0; pass < WARM_UP; pass++) {
    readAll();
    readDump();
  }
  const [ours, whole]: [number[], number[]] = [[], []];
  const others = peers.map((name) => ({ name, runs: [] as ReturnType<typeof readWith>[] }));
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(cpuSeconds(readAll));
    whole.push(cpuSeconds(readDump));
    for (const { name, runs } of others) runs.push(readWith(name, pages));
  }
  return {
    language,
    pages: pages.length,
    megabytes,
    ours: (megabytes * PASSES) / median(ours),
    dump: ((dump.length / 1e6) * PASSES) / median(whole),
    peers: others.map(({ name, runs }) => ({
      name,
      version: runs[0]?.version ?? '',
      python: runs[0]?.python ?? '',
      speed: megabytes / median(runs.map(({ cpu }) => cpu)),
    })),
  };
}

/** Markdown rows. */
export function speedTable(all: readonly Speeds[]): string[] {
  const lines = ['| pages | reader | MB a CPU second | Seiryu is |', '| --- | --- | ---: | ---: |'];
  for (const each of all) {
    const pages = `${each.language}, ${each.pages} pages, ${each.megabytes.toFixed(1)} MB`;
    lines.push(`| ${pages} | Seiryu, wikitext | ${each.ours.toFixed(1)} | |`);
    lines.push(`| | Seiryu, the dump's XML and its wikitext | ${each.dump.toFixed(1)} | |`);
    for (const { name, version, python, speed } of each.peers)
      lines.push(
        `| | ${name.replace('--', ' --')} ${version} (Python ${python}) | ${speed.toFixed(2)} | ${(each.ours / speed).toFixed(0)} × |`,
      );
  }
  return lines;
}

export const machine = (): string =>
  `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.version}; medians of ${ROUNDS} interleaved rounds`;

export async function wikitext(): Promise<void> {
  console.log([machine(), '', ...speedTable([speedsOf('ja'), speedsOf('en')])].join('\n'));
}
