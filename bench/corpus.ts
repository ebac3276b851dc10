// A Japanese corpus in mC4's format for benchmarks: sentences of Debian's Japanese manuals, shuffled into pages with menus and URLs.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { createGzip } from 'node:zlib';
import fastGlob from 'fast-glob';
import { Random } from '../src/trainer/random.ts';

/** Debian packages (GFDL, GPL) that hold real Japanese prose; fetched by apt, never committed. */
const PACKAGES = ['gimp-help-ja', 'debian-reference-ja', 'developers-reference-ja'];
const SHARDS = 24;
const SHARD_BYTES = 26 * 2 ** 20;
const SENTENCE = /[^。]{12,400}。/gu;

/** Folder for everything that benchmarks fetch and make; ignored by git. */
export const DATA = new URL('.data/', import.meta.url).pathname;

function fetchPackages(): string {
  const unpacked = join(DATA, 'packages');
  if (existsSync(unpacked)) return unpacked;
  const part = `${unpacked}.part`;
  mkdirSync(part, { recursive: true });
  // As root, apt reads through a user that may not enter this folder.
  execFileSync('apt-get', ['download', '-o', 'APT::Sandbox::User=root', ...PACKAGES], { cwd: part, stdio: 'inherit' });
  for (const file of fastGlob.sync('*.deb', { cwd: part })) execFileSync('dpkg-deb', ['-x', file, '.'], { cwd: part });
  renameSync(part, unpacked);
  return unpacked;
}

/** Sentences of all pages, each once. */
function sentences(folder: string): string[] {
  const found = new Set<string>();
  for (const page of fastGlob.sync('**/*.html', { cwd: folder, absolute: true }).sort()) {
    const text = readFileSync(page, 'utf8')
      .replace(/<(?:script|style)\b[\s\S]*?<\/(?:script|style)>/g, '')
      .replace(/<[^<>]*>/g, '')
      .replace(/&(?:#\d+|#x[\da-f]+|\w+);/gi, ' ')
      .replace(/\s+/gu, ' ');
    for (const [sentence] of text.matchAll(SENTENCE)) {
      if (/[ぁ-ん]/u.test(sentence)) found.add(sentence.trim());
    }
  }
  return [...found];
}

const MENUS = [
  '企業情報 - 事業内容 - お問い合わせ - リンク -',
  'ホーム > 製品 > 画像処理',
  'トップ | 新着情報 | プロフィール | 掲示板',
  'ホーム » 使い方 » 初級編',
];
const FEET = [
  'Copyright (C) 2016 All Rights Reserved.',
  '続きを読む',
  'コメント(0) トラックバック(0)',
  '■□■□■□■□■□',
  '前へ 1 2 3 次へ',
];

function page(pool: readonly string[], random: Random): string {
  const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(random.next() * items.length)];
  const lines: (string | undefined)[] = [];
  if (random.next() < 0.6) lines.push(pick(MENUS));
  for (let paragraphs = 2 + Math.floor(random.next() * 6); paragraphs > 0; paragraphs--) {
    let paragraph = '';
    for (let count = 1 + Math.floor(random.next() * 6); count > 0; count--) paragraph += pick(pool) ?? '';
    if (random.next() < 0.1)
      paragraph += `詳しくはhttp://www.example.jp/manual/${Math.floor(random.next() * 1e6)}.htmlをご覧ください。`;
    lines.push(paragraph);
  }
  if (random.next() < 0.6) lines.push(pick(FEET));
  return lines.join('\n');
}

/** Paths of the corpus' shards, made when they are missing: 24 files of about 27 MB decoded, the same bytes every time. */
export async function corpusShards(): Promise<string[]> {
  const folder = join(DATA, 'mc4-like');
  mkdirSync(folder, { recursive: true });
  const paths = Array.from({ length: SHARDS }, (_, i) =>
    join(folder, `c4-ja.tfrecord-${String(i).padStart(5, '0')}-of-000${SHARDS}.json.gz`),
  );
  if (paths.every((path) => existsSync(path))) return paths;
  const pool = sentences(fetchPackages());
  console.log(`bench corpus: ${pool.length} sentences; writing ${SHARDS} shards of ${SHARD_BYTES} bytes`);
  const random = new Random(14);
  const recent: string[] = [];
  for (const [index, path] of paths.entries()) {
    const gzip = createGzip({ level: 6 });
    const file = createWriteStream(`${path}.part`);
    gzip.pipe(file);
    for (let bytes = 0; bytes < SHARD_BYTES; ) {
      const copied = random.next() < 0.08 ? recent[Math.floor(random.next() * recent.length)] : undefined;
      const text = copied ?? page(pool, random);
      if (recent.length < 2000) recent.push(text);
      else recent[Math.floor(random.next() * recent.length)] = text;
      const url = `https://example.jp/${index}/${bytes}`;
      const line = Buffer.from(`${JSON.stringify({ text, timestamp: '2019-04-01T00:00:00Z', url })}\n`);
      bytes += line.length;
      if (!gzip.write(line)) await once(gzip, 'drain');
    }
    gzip.end();
    await once(file, 'close');
    renameSync(`${path}.part`, path);
  }
  return paths;
}
