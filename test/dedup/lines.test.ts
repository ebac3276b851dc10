import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineSketch } from '../../src/dedup/line-sketch.ts';
import { lines } from '../../src/dedup/lines.ts';
import { Random } from '../../src/trainer/random.ts';

interface Page {
  readonly text: string;
  readonly url?: string;
}

const optionsOf = (options: object = {}) => lines.options.parse({ memory: 1e6, ...options });

const observed = (options: ReturnType<typeof optionsOf>, pages: readonly Page[]): Uint32Array => {
  const observer = lines.createObserver(options);
  const out: number[] = [];
  for (const page of pages) observer.observe(page, out);
  return Uint32Array.from(out);
};

/** What pass two makes of each page after pass one saw all of them. */
function cleaned(given: object, pages: readonly Page[]) {
  const options = optionsOf(given);
  const count = lines.createCount(options);
  count.add(observed(options, pages));
  const filter = lines.createFilter(options, count.result().found);
  return pages.map(({ text }) => filter.apply({ id: '', text, meta: {} }));
}

const pageOf = (site: string, number: number, lines_: readonly string[]): Page => ({
  text: lines_.join('\n'),
  url: `https://${site}/${number}`,
});
const site = (host: string, chrome: readonly string[], count: number): Page[] =>
  Array.from({ length: count }, (_, at) =>
    pageOf(host, at, [...chrome, `${host}の${at}番目の記事。`, `本文は${at * 7}行ある。`]),
  );

describe('lines that recur', () => {
  it('go from every document that holds them, and others stay as they are', () => {
    const pages = site('a.jp', ['ホーム | 会社概要 | お問い合わせ', '© 2020 A社'], 12);
    expect(cleaned({ times: 10 }, pages)).toEqual(
      pages.map((_, at) => ({ keep: `a.jpの${at}番目の記事。\n本文は${at * 7}行ある。` })),
    );
    expect(cleaned({ times: 13 }, pages)).toEqual(pages.map(({ text }) => ({ keep: text })));
  });

  it('must stand on as many sites as asked for', () => {
    const shared = ['この記事をシェアする'];
    // Sites of different classes: 1 pair in 16 counts as one.
    const pages = ['a.jp', 'b.jp', 'c.jp', 'd.com'].flatMap((host) =>
      site(host, [...shared, `${host} のメニュー`], 10),
    );
    const kept = cleaned({ times: 10, hosts: 3 }, pages).map((decision) => ('keep' in decision ? decision.keep : ''));
    expect(kept.some((text) => text.includes('シェア'))).toBe(false);
    expect(kept.every((text) => text.includes('のメニュー'))).toBe(true);
  });

  it('count hosts of one site once, and blogs of one hoster apart', () => {
    const line = ['同じ行がどのページにも立っている。'];
    const oneSite = ['www.a.jp', 'blog.a.jp', 'shop.a.jp', 'a.jp'].flatMap((host) => site(host, line, 5));
    expect(cleaned({ times: 10, hosts: 2 }, oneSite)[0]).toEqual({ keep: oneSite[0]?.text });
    const blogs = ['a', 'b', 'c', 'd', 'e'].flatMap((name) => site(`${name}.blogspot.com`, line, 5));
    expect(cleaned({ times: 10, hosts: 2 }, blogs)[0]).not.toEqual({ keep: blogs[0]?.text });
  });

  it('are counted once a document', () => {
    const pages = [pageOf('a.jp', 1, Array(50).fill('繰り返し')), pageOf('a.jp', 2, ['別の行', '繰り返し'])];
    expect(cleaned({ times: 3 }, pages)).toEqual(pages.map(({ text }) => ({ keep: text })));
  });

  it('are the same line however wide or spaced, as `ignore` says', () => {
    const pages = Array.from({ length: 10 }, (_, at) =>
      pageOf('a.jp', at, [at % 2 === 0 ? 'ＨＯＭＥ　＞　記事' : 'home > 記事', `${at}番目の話`]),
    );
    expect(cleaned({ times: 10 }, pages)[3]).toEqual({ keep: '3番目の話' });
    expect(cleaned({ times: 10, ignore: [] }, pages)[3]).toEqual({ keep: pages[3]?.text });
  });

  it('never go when there is no letter or digit in them', () => {
    const pages = site('a.jp', ['---', '', '■□■', '}'], 20);
    expect(cleaned({}, pages)).toEqual(pages.map(({ text }) => ({ keep: text })));
  });

  it('drop a document of which too little is left', () => {
    const pages = [...site('a.jp', ['目次'], 10), pageOf('a.jp', 99, ['目次', '。'])];
    expect(cleaned({ times: 10, min: 2 }, pages).at(-1)).toEqual({ drop: 'short' });
    expect(cleaned({ times: 10, min: 1 }, pages).at(-1)).toEqual({ keep: '。' });
  });

  it('as paragraphs go as a whole or not at all', () => {
    const notice = '利用規約に同意した上で\nご利用ください。';
    const pages = Array.from({ length: 10 }, (_, at) => ({ text: `${at}番目の話。\nその続き。\n\n${notice}` }));
    expect(cleaned({ times: 10, unit: 'paragraph' }, pages)[4]).toEqual({ keep: '4番目の話。\nその続き。' });
    expect(cleaned({ times: 10 }, pages)[4]).toEqual({ keep: '4番目の話。\n' });
  });
});

describe('pass one', () => {
  const page = fc.record({
    text: fc
      .array(fc.constantFrom('あ', 'い', 'う', 'え1', 'お2', '　あ'), { maxLength: 5 })
      .map((all) => all.join('\n')),
    url: fc.constantFrom('https://a.jp/', 'https://b.jp/', 'https://c.com/x', 'no url'),
  });

  it('finds the same whatever order it counts in, and after a stop', () => {
    const options = optionsOf({ times: 3, hosts: 2, memory: 4096 });
    fc.assert(
      fc.property(fc.array(page, { maxLength: 40 }), fc.nat(40), fc.nat(), (pages, cut, seed) => {
        const whole = lines.createCount(options);
        whole.add(observed(options, pages));
        const random = new Random(seed);
        const shuffled = pages.map((each) => ({ each, key: random.next() })).sort((a, b) => a.key - b.key);
        const first = lines.createCount(options);
        for (const { each } of shuffled.slice(0, cut)) first.add(observed(options, [each]));
        const resumed = lines.createCount(options);
        resumed.load(first.save());
        for (const { each } of shuffled.slice(cut)) resumed.add(observed(options, [each]));
        expect(resumed.result()).toEqual(whole.result());
      }),
      { numRuns: 50 },
    );
  });

  it('misses none that recurs, and what it takes besides is as rare as it says', () => {
    const random = new Random(5);
    const hash = (): number => Math.floor(random.next() * 2 ** 32);
    // Small on purpose, so that false alarms can be counted: 2,000 cells a row for 20,000 lines seen once.
    const sketch = new LineSketch(2000 * 16);
    const recurring = Array.from({ length: 20 }, () => [hash(), hash()] as const);
    const once = Array.from({ length: 20_000 }, () => [hash(), hash()] as const);
    for (const [low, high] of once) sketch.add(low, high, hash() >>> 28);
    for (const [low, high] of recurring) for (let time = 0; time < 14; time++) sketch.add(low, high, time);
    const options = optionsOf({ times: 14, memory: 2000 * 16 });
    const rows = sketch.frequent(14, 1);
    const isFrequent = (low: number, high: number): boolean =>
      rows.every((bits, row) => {
        const at = Math.floor((((Math.imul(high | 1, row) + low) >>> 0) / 2 ** 32) * sketch.width);
        return ((bits[at >>> 3] ?? 0) & (1 << (at & 7))) !== 0;
      });
    expect(recurring.every(([low, high]) => isFrequent(low, high))).toBe(true);
    const wrong = once.filter(([low, high]) => isFrequent(low, high)).length / once.length;
    const stated = sketch.falseShare(14, 1);
    expect(stated).toBeGreaterThan(0);
    // 20,000 draws of a chance near 1e-3 to 1e-2: half to twice is beyond five standard deviations.
    expect(wrong).toBeLessThan(2 * stated);
    expect(wrong).toBeGreaterThan(stated / 2);
    expect(options.times).toBe(14);
  });

  it('stops rather than take away lines that do not recur, and says what memory it needs', () => {
    const options = optionsOf({ times: 2, memory: 1600 });
    const count = lines.createCount(options);
    count.add(observed(options, [{ text: Array.from({ length: 500 }, (_, at) => `${at}番目の行`).join('\n') }]));
    expect(() => count.result()).toThrow(
      expect.objectContaining({ code: 'lines.memory', fix: expect.stringMatching(/memory: \d/) }),
    );
  });
});

describe('the file of recurring lines', () => {
  it('is refused when any byte of it changed or is missing', () => {
    const options = optionsOf({ times: 2, memory: 1600 });
    const { found } = lines.createCount(options).result();
    for (let at = 0; at < found.length; at += 7) {
      const changed = Uint8Array.from(found);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => lines.createFilter(options, changed)).toThrow(expect.objectContaining({ code: 'lines.file' }));
      expect(() => lines.createFilter(options, found.subarray(0, at))).toThrow(
        expect.objectContaining({ code: 'lines.file' }),
      );
    }
  });
});
