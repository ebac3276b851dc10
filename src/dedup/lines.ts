// The survey `lines`: takes lines or paragraphs away that recur across documents (menus, footers, notices of a site).
import { getDomain, getHostname } from 'tldts';
import { z } from 'zod';
import { contentHash } from '../kernels/murmur3.ts';
import { type Document, define, type Filter, type Observer } from '../pipeline/define.ts';
import { byteSize } from '../pipeline/units.ts';
import { LineCount } from './line-count.ts';
import { type LineRule, readLineSet } from './line-set.ts';
import { ignoreOption, normaliser } from './normalise.ts';

const lineOptions = z.strictObject({
  times: z
    .int()
    .min(2)
    .max(65_535)
    .default(10)
    .describe('Documents that must hold a line for it to go. One that repeats it counts once.'),
  hosts: z
    .int()
    .min(1)
    .max(16)
    .default(1)
    .describe(
      'Sites (registrable domains, those of blog hosters apart) that must hold it; 1 takes away what recurs within one site too. An estimate: from 2 on, one pair of sites in 16 counts as one. Documents without a URL are one site.',
    ),
  unit: z
    .enum(['line', 'paragraph'])
    .default('line')
    .describe(
      '`line`: each line by itself; a paragraph that recurs goes with its lines. `paragraph`: only what stands between empty lines, as a whole.',
    ),
  ignore: ignoreOption.default(['width', 'case', 'spaces']),
  min: z
    .int()
    .min(0)
    .default(1)
    .describe('Characters (white space apart) that must be left of a document that lost lines; else it is dropped.'),
  memory: byteSize
    .default(64e6)
    .describe(
      'Bytes of the counters of pass one, whatever the corpus. With the standard `times`, 64MB serve about 20 million lines, and more `times` serve more. A run stops when a line seen once would be taken away with a chance above 1e-4, and says what to give.',
    ),
  file: z
    .string()
    .min(1)
    .optional()
    .describe(
      'What an earlier count found (`seiryu lines PIPELINE --out FILE`), with its own times, hosts, unit and ignore; then the corpus is read once.',
    ),
});
export type LineOptions = z.output<typeof lineOptions>;

export const lines = define({
  kind: 'survey',
  name: 'lines',
  summary:
    'Takes lines or paragraphs away that recur across documents, such as menus and footers; reads the corpus twice.',
  reference:
    'Cormode and Muthukrishnan 2005, An improved data stream summary: the count-min sketch; Whang, Vander-Zanden and Taylor 1990, A linear-time probabilistic counting algorithm',
  options: lineOptions,
  reasons: { short: 'Fewer than `min` characters were left of it after its recurring lines had gone.' },
  file: ({ file }) => file,
  createObserver: (options) => createObserver(options),
  createCount: (options) => new LineCount(options),
  createFilter: (options, found) => createFilter(options, found),
});

const SEPARATORS = { line: '\n', paragraph: '\n\n' } as const;
const WORDS = /[\p{L}\p{N}]/u;

type Hash = (unit: string) => readonly [low: number, high: number];

/** 64 bits of the hash of what is compared of a unit; undefined for one without letters and digits, which is never taken away. */
function unitHash({ ignore }: Pick<LineRule, 'ignore'>): (unit: string) => ReturnType<Hash> | undefined {
  const { hash } = contentHash();
  const normalised = normaliser(ignore);
  const out = new Uint32Array(4);
  return (unit) => {
    if (!WORDS.test(unit)) return undefined;
    hash(normalised(unit), out, 0);
    return [out[0] ?? 0, out[1] ?? 0];
  };
}

/** Appends: units, class of the host (0 to 15), then two words for each different unit. */
function createObserver({ unit, ignore }: LineOptions): Observer {
  const hashOf = unitHash({ ignore });
  const { hash } = contentHash();
  const site = new Uint32Array(4);
  return {
    observe({ text, url }, out) {
      const seen = new Set<number>();
      const head = out.length;
      if (url === undefined) site[0] = 0;
      else hash(siteOf(url), site, 0);
      out.push(0, (site[0] ?? 0) >>> 28);
      for (const piece of text.split(SEPARATORS[unit])) {
        const found = hashOf(piece);
        if (found === undefined) continue;
        // 53 bits tell the few lines of one document apart.
        const key = found[1] * 2 ** 21 + (found[0] >>> 11);
        if (seen.has(key)) continue;
        seen.add(key);
        out.push(...found);
      }
      out[head] = seen.size;
    },
  };
}

const siteOf = (url: string): string => getDomain(url, { allowPrivateDomains: true }) ?? getHostname(url) ?? '';

function createFilter({ min }: LineOptions, found: Uint8Array): Filter {
  const set = readLineSet(found);
  const hashOf = unitHash(set.rule);
  const separator = SEPARATORS[set.rule.unit];
  const recurs = (piece: string): boolean => {
    const hash = hashOf(piece);
    return hash !== undefined && set.has(hash[0], hash[1]);
  };
  return {
    apply({ text }: Pick<Document, 'text'>) {
      const pieces = text.split(separator);
      const left = pieces.filter((piece) => !recurs(piece));
      if (left.length === pieces.length) return { keep: text };
      const kept = left.join(separator);
      return hasCharacters(kept, min) ? { keep: kept } : { drop: 'short' };
    },
  };
}

/** Whether at least `least` characters that are no white space stand in the text. Stops at the last of them. */
function hasCharacters(text: string, least: number): boolean {
  let left = least;
  for (const character of text) {
    if (left <= 0) return true;
    if (!/\s/u.test(character)) left--;
  }
  return left <= 0;
}
