// Small corpora for tests: varied documents that no filter drops, the same for the same seed.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Random } from '../../src/trainer/random.ts';

const NOUNS = [
  '川',
  '橋',
  '駅',
  '市場',
  '図書館',
  '畑',
  '港',
  '坂道',
  '神社',
  '工房',
  '学校',
  '灯台',
  '温泉',
  '丘',
  '庭',
  '台所',
];
const VERBS = [
  '歩いた',
  '眺めた',
  '話を聞いた',
  '写真を撮った',
  '弁当を食べた',
  '雨宿りをした',
  '友人に会った',
  '地図を広げた',
];
const TIMES = [
  '朝早く',
  '昼過ぎに',
  '夕暮れに',
  '祭りの日に',
  '雪の朝に',
  '夏の終わりに',
  '引っ越した年に',
  '梅雨の晴れ間に',
];

/** One document of a few sentences; documents of different numbers share few of them. */
export function documentText(number: number, random: Random): string {
  const pick = (items: readonly string[]): string => items[Math.floor(random.next() * items.length)] ?? '';
  const sentences = Array.from(
    { length: 6 + Math.floor(random.next() * 10) },
    () =>
      `${pick(TIMES)}、${pick(NOUNS)}の${pick(['東', '西', '南', '北', '裏', '脇'])}にある${pick(NOUNS)}で${Math.floor(random.next() * 900)}歩ほど${pick(VERBS)}。`,
  );
  return `${number}番目の話。${sentences.join('')}`;
}

export interface SmallCorpus {
  /** Documents of each shard. */
  readonly shards: readonly number[];
  readonly seed?: number;
}

/** Writes gzip JSONL shards `in/00000.jsonl.gz`, … under `dir`; the texts in order. */
export async function writeCorpus(dir: string, { shards, seed = 1 }: SmallCorpus): Promise<string[]> {
  const random = new Random(seed);
  const texts: string[] = [];
  for (const [index, count] of shards.entries()) {
    const lines = Array.from({ length: count }, () => {
      const text = documentText(texts.length, random);
      texts.push(text);
      return `${JSON.stringify({ text, url: `https://example.jp/${texts.length}` })}\n`;
    });
    const path = join(dir, 'in', `${String(index).padStart(5, '0')}.jsonl.gz`);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, gzipSync(lines.join('')));
  }
  return texts;
}

export interface PipelineText {
  readonly name?: string;
  readonly sources?: string;
  readonly filters?: string;
  readonly dedup?: string;
  readonly disk?: string;
  readonly stream?: string;
  readonly sinks?: string;
  readonly trainer?: string;
}

/** A pipeline file over `in/*.jsonl.gz`, with parts replaced. */
export function pipelineText(parts: PipelineText = {}): string {
  const lines = [
    `name: ${parts.name ?? 'test'}`,
    `sources: ${parts.sources ?? '[{ files: { glob: "in/*.jsonl.gz" } }]'}`,
    `filters: ${parts.filters ?? '[normalize, strip-urls, breadcrumbs, boilerplate, length]'}`,
    `dedup: ${parts.dedup ?? '{ exact: true, minhash: true }'}`,
    `stream: ${parts.stream ?? '{ block: 64KiB }'}`,
    `disk: ${parts.disk ?? '{ budget: 200MB, reserve: 10MB }'}`,
    `sinks: ${parts.sinks ?? '[{ text: { shard: 200KB } }, { jsonl: { shard: 100KB, compress: zstd } }]'}`,
  ];
  if (parts.trainer !== undefined) lines.push(`trainer: ${parts.trainer}`);
  return `${lines.join('\n')}\n`;
}

/** A filter that changes nothing and takes its time, so that a run of a small corpus has many moments to be stopped in. For a plugin file. */
export const SLOW = `export const slow = {
  kind: 'filter', name: 'slow', summary: 'keeps everything, slowly', reasons: {}, examples: [],
  options: { safeParse: (data) => ({ success: true, data }), parse: (data) => data },
  create: () => ({
    apply({ text }) {
      for (const end = performance.now() + 6; performance.now() < end; );
      return { keep: text };
    },
  }),
};
`;
