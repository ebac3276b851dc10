// Builds every file of the sample in memory: the four corpora in their published formats, the truth and the README.
import { createHash } from 'node:crypto';
import { constants, gunzipSync } from 'node:zlib';
import { gzip, loadBzip2, xz, zstd } from './codecs.ts';
import { composeSample, type Item, type SourceName } from './corpus.ts';
import { type Random, seeded } from './random.ts';
import { readme } from './readme.ts';
import { breakUtf8, brokenJson, cleanHash, type Entry, mc4Record, oscarRecord, type Truth, textOf } from './records.ts';
import { category, ending, opening, pageXml, type WikiPage, wikiArticle } from './wikipedia.ts';

export interface Built {
  /** Paths relative to `sample/`. */
  readonly files: Map<string, Uint8Array>;
  readonly truth: Truth[];
  readonly items: Item[];
  /** Decoded bytes of the four corpora, the validation shard included. */
  readonly decoded: number;
}

const date = '20250601';
const jsonl = (entries: readonly Entry[], blankAt: number): Buffer =>
  Buffer.concat(
    entries.flatMap((entry, index) => [
      ...(index === blankAt ? [Buffer.from('\n')] : []),
      entry.bytes,
      Buffer.from('\n'),
    ]),
  );

export async function buildSample(): Promise<Built> {
  const { items } = composeSample();
  const random = seeded('seiryu files');
  const bzip2 = await loadBzip2();
  const files = new Map<string, Uint8Array>();
  const shards: { id: string; entries: Entry[] }[] = [];
  let decoded = 0;
  const of = (source: SourceName) => random.shuffle(items.filter((item) => item.source === source));

  const wiki = buildWikipedia(of('wikipedia'), bzip2, random);
  files.set(`jawiki/${date}/jawiki-${date}-pages-articles-multistream.xml.bz2`, wiki.dump);
  files.set(`jawiki/${date}/jawiki-${date}-pages-articles-multistream-index.txt.bz2`, wiki.index);
  shards.push({ id: `wikipedia/jawiki-${date}-pages-articles-multistream.xml.bz2`, entries: wiki.entries });
  decoded += wiki.decoded;

  const cc100 = spread(
    of('cc100').map((item) => entry(item, item.page.lines.map((l) => l.text).join('\n'))),
    brokenText(random),
    random,
  );
  const text = Buffer.concat(
    cc100.flatMap((e, index) => [Buffer.from(index === 0 ? '' : '\n\n'), e.bytes]).concat(Buffer.from('\n')),
  );
  files.set('cc-100/ja.txt.xz', xz(text));
  shards.push({ id: 'cc100/ja.txt.xz', entries: cc100 });
  decoded += text.length;

  const folder = 'datasets/oscar-corpus/OSCAR-2301/resolve/main/ja_meta';
  const oscar = of('oscar').map((item) => entry(item, oscarRecord(textOf(item, random), random)));
  const half = Math.round(oscar.length * 0.58);
  const sums: string[] = [];
  for (const [number, part] of [oscar.slice(0, half), oscar.slice(half)].entries()) {
    const kinds = number === 0 ? ['cut', 'utf8', 'no-text'] : ['cut-in-escape', 'null-text', 'utf8'];
    const entries = spread(part, brokenJson(kinds, 'content', random), random);
    const name = `ja_meta_part_${number + 1}.jsonl.zst`;
    const bytes = jsonl(entries, number === 0 ? 101 : -1);
    const compressed = zstd(bytes);
    files.set(`${folder}/${name}`, compressed);
    sums.push(`${createHash('sha256').update(compressed).digest('hex')}  ${name}\n`);
    shards.push({ id: `oscar/${name}`, entries });
    decoded += bytes.length;
  }
  files.set(`${folder}/checksum.sha256`, Buffer.from(sums.join('')));

  for (const shard of buildMc4(of('mc4'), of('validation'), random)) {
    files.set(`datasets/allenai/c4/resolve/main/multilingual/${shard.name}`, shard.compressed);
    shards.push({ id: `mc4/${shard.name}`, entries: shard.entries });
    decoded += shard.decoded;
  }

  const truth = describe(shards);
  files.set('truth.jsonl.gz', gzip(Buffer.from(truth.map((line) => `${JSON.stringify(line)}\n`).join(''))));
  files.set('README.md', Buffer.from(readme(truth, files, decoded)));
  return { files, truth, items, decoded };
}

function entry(item: Item, text: string): Entry {
  return {
    bytes: new TextEncoder().encode(text),
    item,
    truth: { id: '', genre: item.genre, expect: item.expect, noise: [...item.page.noise] },
  };
}

/** Puts the broken records at random places between the good ones. */
function spread(good: readonly Entry[], broken: readonly Entry[], random: Random): Entry[] {
  const out = [...good];
  for (const bad of broken) out.splice(random.int(1, out.length - 1), 0, bad);
  return out;
}

function brokenText(random: Random): Entry[] {
  return [1, 2, 3].map((number) => ({
    bytes: breakUtf8(
      new TextEncoder().encode(
        `灯台の明かりが${number}度またたいた。\n風は北から吹き、船は${random.int(3, 9)}隻とも港に残った。`,
      ),
    ),
    truth: { id: '', genre: 'broken', expect: 'reject', reason: 'utf8.invalid', noise: ['utf8'] },
  }));
}

// ---------------------------------------------------------------- mC4

interface Mc4Shard {
  name: string;
  entries: Entry[];
  compressed: Buffer;
  decoded: number;
}

function buildMc4(items: readonly Item[], validation: readonly Item[], random: Random): Mc4Shard[] {
  // The last shard is cut, so it holds nothing that another document depends on.
  const named = new Set(items.flatMap((item) => [item.of, item.lookalike]));
  const free = (item: Item) =>
    item.expect === 'keep' && item.cluster === undefined && item.lookalike === undefined && !named.has(item);
  const last = items.filter(free).slice(0, 80);
  const rest = items.filter((item) => !last.includes(item));
  const weights = [20, 8, 24, 12, 16, 5, 15];
  const broken = [
    ['cut', 'utf8'],
    ['null-text'],
    ['long', 'cut-in-escape', 'no-text'],
    ['array', 'cut'],
    ['utf8', 'number-text'],
    [],
    ['string', 'cut', 'no-text'],
    [],
  ];
  const shards: Mc4Shard[] = [];
  let from = 0;
  for (let number = 0; number < 8; number++) {
    const size = Math.round((rest.length * (weights[number] ?? 0)) / 100);
    const part = number === 7 ? last : rest.slice(from, number === 6 ? rest.length : from + size);
    from += part.length;
    const ascii = number === 1 || number === 4;
    const good = part.map((item) => entry(item, mc4Record(textOf(item, random), random, ascii)));
    const entries = spread(good, brokenJson(broken[number] ?? [], 'text', random), random);
    const name = `c4-ja.tfrecord-${String(number).padStart(5, '0')}-of-00008.json.gz`;
    const bytes = jsonl(entries, number === 3 ? 40 : -1);
    const compressed = gzip(bytes);
    shards.push(number === 7 ? cut(name, entries, compressed) : { name, entries, compressed, decoded: bytes.length });
  }
  const entries = validation.map((item) => entry(item, mc4Record(textOf(item, random), random, false)));
  const bytes = jsonl(entries, -1);
  shards.push({
    name: 'c4-ja-validation.tfrecord-00000-of-00001.json.gz',
    entries,
    compressed: gzip(bytes),
    decoded: bytes.length,
  });
  return shards;
}

/** Cuts a gzip file in mid-stream; what an inflater still gives counts, and the record it breaks off in is a reject. */
function cut(name: string, entries: readonly Entry[], compressed: Buffer): Mc4Shard {
  for (let at = Math.floor(compressed.length * 0.7); ; at++) {
    const kept = compressed.subarray(0, at);
    const readable = gunzipSync(kept, { finishFlush: constants.Z_SYNC_FLUSH });
    const whole = readable.toString('latin1').split('\n').length - 1;
    // The cut falls well inside a record, not at its edge.
    if (readable.length - (readable.lastIndexOf(0x0a) + 1) < 200) continue;
    const partial: Entry = {
      bytes: new Uint8Array(),
      truth: { id: '', genre: 'broken', expect: 'reject', reason: 'shard.truncated', noise: ['truncated'] },
    };
    return { name, entries: [...entries.slice(0, whole), partial], compressed: kept, decoded: readable.length };
  }
}

// ---------------------------------------------------------------- Wikipedia

function buildWikipedia(items: readonly Item[], bzip2: (input: Uint8Array) => Buffer, random: Random) {
  const titles = items.map((item) => item.article?.title ?? '');
  const pages: { page: WikiPage; entry: Entry }[] = [];
  const none = { noise: [], gone: [], survives: [] };
  const extra = (page: WikiPage, expect: 'redirect' | 'namespace'): void => {
    const truth: Truth = { id: '', genre: expect, expect, noise: [] };
    pages.splice(random.int(0, pages.length), 0, { page, entry: { bytes: new Uint8Array(), truth } });
  };
  for (const item of items) {
    if (item.article === undefined) continue;
    const page = wikiArticle(item.article, titles, random);
    item.page.noise = new Set(page.noise);
    item.page.gone = page.gone;
    item.page.lines = page.survives.map((text) => ({ text, intact: true }));
    pages.push({ page, entry: entry(item, '') });
  }
  for (let made = 0; made < 45; made++) {
    const target = random.pick(titles);
    const keyword = random.pick(['#REDIRECT', '#REDIRECT', '#転送', '#redirect']);
    const text = `${keyword} [[${target}]]${random.chance(0.3) ? '\n{{Redirect temp}}' : ''}`;
    extra(
      {
        ...none,
        title: `${target}${random.pick(['の歴史', '（曖昧さ回避）', '一覧', ' (旧称)'])}`,
        namespace: 0,
        redirect: target,
        text,
      },
      'redirect',
    );
  }
  for (let made = 0; made < 36; made++) {
    const target = random.pick(titles);
    const kind = made % 4;
    if (kind === 0)
      extra(
        {
          ...none,
          title: `ノート:${target}`,
          namespace: 1,
          text: '== 出典について ==\nこの節に出典を加えていただけますか。--[[利用者:Sample-3]] 2019年4月1日 (月) 09:12 (UTC)',
        },
        'namespace',
      );
    if (kind === 1)
      extra(
        {
          ...none,
          title: `Template:${target}`,
          namespace: 10,
          text: `<includeonly>{{Navbox|name=${target}|list1=[[${target}]]}}</includeonly><noinclude>[[Category:テンプレート]]</noinclude>`,
        },
        'namespace',
      );
    if (kind === 2)
      extra(
        {
          ...none,
          title: `Category:${target}`,
          namespace: 14,
          text: `[[${target}]]に関するカテゴリ。\n\n[[Category:${category('日本の文化')}]]`,
        },
        'namespace',
      );
    if (kind === 3)
      extra(
        {
          ...none,
          title: `Wikipedia:記事名の付け方/${target}`,
          namespace: 4,
          text: 'この文書は記事名の付け方の案です。',
        },
        'namespace',
      );
  }
  const streams: Buffer[] = [bzip2(Buffer.from(opening))];
  let offset = streams[0]?.length ?? 0;
  let decoded = Buffer.byteLength(opening) + Buffer.byteLength(ending);
  let index = '';
  for (let start = 0; start < pages.length; start += 100) {
    const xml = pages.slice(start, start + 100).map(({ page }, at) => {
      const id = (start + at) * 7 + 11;
      index += `${offset}:${id}:${page.title}\n`;
      return pageXml(page, id, random);
    });
    const bytes = Buffer.from(xml.join(''));
    decoded += bytes.length;
    streams.push(bzip2(bytes));
    offset += streams.at(-1)?.length ?? 0;
  }
  streams.push(bzip2(Buffer.from(ending)));
  return {
    dump: Buffer.concat(streams),
    index: bzip2(Buffer.from(index)),
    entries: pages.map((page) => page.entry),
    decoded,
  };
}

// ---------------------------------------------------------------- the truth

function describe(shards: readonly { id: string; entries: readonly Entry[] }[]): Truth[] {
  for (const { id, entries } of shards) {
    for (const [ordinal, { item, truth }] of entries.entries()) {
      truth.id = `${id}#${ordinal}`;
      if (item !== undefined) item.id = truth.id;
    }
  }
  let number = 0;
  return shards.flatMap(({ entries }) =>
    entries.map(({ item, truth }) => (item === undefined ? truth : judge(item, truth, number++))),
  );
}

function judge(item: Item, truth: Truth, number: number): Truth {
  if (item.cluster !== undefined) truth.cluster = item.cluster;
  if (item.of?.id !== undefined) truth.of = item.of.id;
  if (item.jaccard !== undefined) truth.jaccard = item.jaccard;
  if (item.lookalike?.id !== undefined) truth.lookalike = item.lookalike.id;
  if (item.expect !== 'keep') return truth;
  const intact = item.page.lines
    .filter((line) => line.intact)
    .map((line) => line.text.normalize('NFKC').replace(/[\u200b\u2060\ufeff]/g, ''));
  const changed = item.source !== 'wikipedia' && intact.length < item.paragraphs.length;
  if (item.source !== 'wikipedia' && !changed) truth.sha = cleanHash(item.paragraphs);
  if (number % 9 === 0) {
    truth.clean = intact.filter((line) => line.includes('。'));
    truth.gone = item.page.gone;
  }
  return truth;
}
