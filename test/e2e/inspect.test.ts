import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readRecords } from '../../src/engine/read-records.ts';
import { createTracer, type Outcome } from '../../src/inspect/trace.ts';
import { loadPlan } from '../../src/pipeline/load.ts';
import { cli, recordOf, SAMPLE, temporaryFolder } from '../helpers/cli.ts';
import { type Page, wetFile } from '../helpers/wet.ts';

const PIPELINE = `
name: look
language: ja
sources:
  - wikipedia: { date: "20250601", mirror: ${SAMPLE} }
  - cc100: { mirror: ${SAMPLE} }
  - oscar: { version: "23.01", mirror: ${SAMPLE} }
  - mc4: { mirror: ${SAMPLE} }
stream: { open: 4, block: 64KiB }
filters: [normalize, strip-urls, breadcrumbs, boilerplate, length: { min: 64 }]
dedup: { exact: true, minhash: true }
disk: { budget: 1GB, reserve: 0 }
sinks: [{ jsonl: { shard: 256KB } }]
`;

let folder: string;
let file: string;
const outcomes = new Map<string, Outcome>();
const counts = { read: 0, kept: 0, dropped: new Map<string, number>(), quarantined: 0 };

beforeAll(async () => {
  folder = await temporaryFolder();
  file = join(folder, 'look.yaml');
  await writeFile(file, PIPELINE);
  await mkdir(join(folder, 'runs'));
  const { code } = await cli(['run', file, '--out', join(folder, 'runs/look')]);
  expect(code).toBe(0);
  const plan = await loadPlan(file);
  const tracer = await createTracer(plan);
  const { language, baseDir } = plan;
  const add = (reason: string, times: number): unknown =>
    counts.dropped.set(reason, (counts.dropped.get(reason) ?? 0) + times);
  for await (const record of readRecords(plan, { language, baseDir, env: {}, signal: new AbortController().signal })) {
    if (record.kind === 'skipped') {
      for (const [reason, times] of Object.entries(record.reasons)) {
        add(`${record.source}.${reason}`, times);
        counts.read += times;
      }
      continue;
    }
    counts.read++;
    if (record.kind === 'reject') counts.quarantined++;
    else {
      const { outcome } = tracer.trace(record.document);
      outcomes.set(record.document.id, outcome);
      if (outcome.decision === 'keep') counts.kept++;
      else add(outcome.reason, 1);
    }
  }
});

const idsWith = (wanted: (outcome: Outcome) => boolean): string[] =>
  [...outcomes].filter(([, outcome]) => wanted(outcome)).map(([id]) => id);

const explained = async (id: string): Promise<string> => {
  const { code, stdout, stderr } = await cli(['explain', id], { cwd: folder });
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return stdout;
};

describe('a trace of every document', () => {
  it('adds up to the counts of the run', async () => {
    const { documents } = await recordOf(join(folder, 'runs/look'));
    expect({ ...counts, dropped: Object.fromEntries(counts.dropped) }).toEqual(documents);
  });
});

describe('explain', () => {
  it('names the earlier document that a duplicate repeats', async () => {
    const duplicates = idsWith((outcome) => 'duplicateOf' in outcome);
    // Early, in the middle and late, so that several commits lie before some of them.
    for (const id of [duplicates[0], duplicates[Math.floor(duplicates.length / 2)], duplicates.at(-1)]) {
      const outcome = outcomes.get(id ?? '');
      if (id === undefined || outcome === undefined || !('duplicateOf' in outcome)) throw new Error('no duplicate');
      const told = await explained(id);
      expect(told).toContain(`a duplicate of ${outcome.duplicateOf}`);
      if (!outcome.reason.startsWith('minhash')) continue;
      expect(told).toMatch(/band \d+ matched/);
      const shared = Number(/share ([\d.]+) % of their 5-character shingles/.exec(told)?.[1]) / 100;
      const estimated = Number(/estimated Jaccard similarity ([\d.]+)/.exec(told)?.[1]);
      // Four standard deviations of an estimate from 112 values.
      expect(Math.abs(estimated - shared)).toBeLessThan(0.2);
    }
  });

  it('tells where a kept document lies', async () => {
    const kept = idsWith(({ decision }) => decision === 'keep');
    const id = kept[Math.floor(kept.length * 0.7)] ?? '';
    const place = /in (\S+), document (\d+) of it/.exec(await explained(id));
    const lines = (await readFile(join(folder, 'runs/look', place?.[1] ?? ''), 'utf8')).split('\n');
    expect(JSON.parse(lines[Number(place?.[2])] ?? '').id).toBe(id);
  });

  it('tells why the others are not there', async () => {
    const short = idsWith((outcome) => outcome.decision === 'drop' && outcome.reason === 'length.short')[0] ?? '';
    expect(await explained(short)).toContain('dropped by length: short');
    const rejects = await readFile(join(folder, 'runs/look/quarantine.jsonl'), 'utf8');
    const reject = z
      .object({ source: z.string(), shard: z.string(), ordinal: z.int(), reason: z.string() })
      .parse(JSON.parse(rejects.split('\n').at(-2) ?? ''));
    expect(await explained(`${reject.source}/${reject.shard}#${reject.ordinal}`)).toContain(
      `quarantined: ${reject.reason}`,
    );
    const unknown = await cli(['explain', 'cc100/ja.txt#1'], { cwd: folder });
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('did you mean cc100/ja.txt.xz#1?');
  });
});

describe('explain of a WET file', () => {
  it('follows a page through its frames, kept or too short', async () => {
    const page = (at: number): string => `第${at}話。川沿いの道を${at}分ほど歩くと、古い水門が見えてくる。`.repeat(4);
    const pages: Page[] = [
      { url: 'https://e.example.jp/0', text: page(3), languages: 'jpn' },
      { url: 'https://e.example.jp/1', text: 'There is a sluice by the river.', languages: 'eng' },
      { url: 'https://e.example.jp/2', text: '短い。', languages: 'jpn,eng' },
      { url: 'https://e.example.jp/3', text: page(58), languages: 'jpn' },
    ];
    const wet = join(folder, 'wet');
    await mkdir(wet);
    await writeFile(join(wet, 'pages.warc.wet.gz'), wetFile(pages));
    await writeFile(
      join(wet, 'wet.yaml'),
      `name: wet\nlanguage: ja\nsources: [{ files: { glob: "*.wet.gz" } }]\nfilters: [length: { min: 20 }]\nsinks: [jsonl: {}]\n`,
    );
    const ran = await cli(['run', 'wet.yaml'], { cwd: wet });
    expect(ran.code, ran.stderr).toBe(0);
    const kept = (await readFile(join(wet, 'runs/wet/shards/00000.jsonl'), 'utf8')).trim().split('\n');
    const ids = kept.map((line): string => JSON.parse(line).id);
    expect(ids).toHaveLength(3);
    const told = await cli(['explain', ids[2] ?? '', '--run', 'runs/wet'], { cwd: wet });
    expect(told.code, told.stderr).toBe(0);
    expect(told.stdout).toMatch(/https:\/\/e\.example\.jp\/3[\s\S]*第58話/);
    const [shard, before] = (ids[1] ?? '').split('#');
    const short = await cli(['explain', `${shard}#${Number(before) + 1}`, '--run', 'runs/wet'], { cwd: wet });
    expect(short.stdout).toContain('dropped by length: short');
  });
});

describe('clusters', () => {
  it('lists every kept document that is repeated with what repeats it, the most repeated first', async () => {
    const { code, stdout } = await cli(['clusters', '--json', '--top', '10000', '--members', '10000', '--diff', '0'], {
      cwd: folder,
    });
    expect(code).toBe(0);
    const { documents, largest } = z
      .object({
        documents: z.object({ kept: z.int(), duplicates: z.int() }),
        largest: z.array(
          z.object({ kept: z.string(), members: z.array(z.object({ id: z.string(), deduper: z.string() })) }),
        ),
      })
      .parse(JSON.parse(stdout));
    const found = new Map(largest.flatMap(({ kept, members }) => members.map(({ id }) => [id, kept])));
    const expected = [...outcomes].flatMap(([id, outcome]) =>
      'duplicateOf' in outcome ? [[id, outcome.duplicateOf] as const] : [],
    );
    expect(found).toEqual(new Map(expected));
    expect(documents).toEqual({ kept: counts.kept, duplicates: expected.length });
    const sizes = largest.map(({ members }) => members.length);
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
  });

  it('shows how the least alike of one differs from what was kept', async () => {
    const { stdout } = await cli(['clusters', 'runs/look', '--top', '400', '--members', '1'], { cwd: folder });
    expect(stdout).toMatch(/minhash, similarity 0\.\d\d, band \d+:\n(?: .*\n)*.*(?:\[-|\{\+)/);
  });
});

describe('preview', () => {
  it('shows documents of every source with the rule that acted, and totals', async () => {
    const { code, stdout } = await cli(['preview', file, '--documents', '400']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\[-[^\n]*-\] {3}← breadcrumbs/);
    for (const source of ['cc100/', 'oscar/', 'mc4/']) expect(stdout).toContain(`\n${source}`);
    expect(stdout).toMatch(/breadcrumbs +\d+/);
  });

  it('shows the same sample for the same seed, only of the rule asked for', async () => {
    const args = ['preview', file, '--documents', '400', '--only', 'boilerplate', '--sample', '3', '--seed', '7'];
    const shown = async (): Promise<string> => (await cli(args)).stdout.split(' records read')[0] ?? '';
    const first = await shown();
    expect(first).toMatch(/^3 of \d+ documents/);
    expect(first.match(/← [\w, -]*boilerplate/g)?.length).toBeGreaterThanOrEqual(3);
    expect(await shown()).toBe(first);
    const wrong = await cli(['preview', file, '--only', 'boilerplat']);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('Did you mean boilerplate?');
  });

  it('is as patient with servers as the pipeline file says', async () => {
    let asked = 0;
    const server = createServer((_request, response) => {
      asked++;
      response.writeHead(503).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const patience = join(folder, 'patience.yaml');
    await writeFile(
      patience,
      `sources: [{ cc100: { mirror: "http://127.0.0.1:${port}/" } }]\nsinks: [text]\nfetch: { attempts: 3, firstAttempts: 3, firstDelay: 1ms, longestDelay: 1ms }\n`,
    );
    try {
      const { code, stderr } = await cli(['preview', patience]);
      expect(stderr).toContain('after 3 attempts');
      expect(code).toBe(3);
      expect(asked).toBe(3);
    } finally {
      server.close();
    }
  });
});
