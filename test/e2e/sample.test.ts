import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { comparable, jaccard, shingles } from '../../scripts/sample/shingles.ts';
import { cli, outputsOf, recordOf, SAMPLE, temporaryFolder } from '../helpers/cli.ts';
import { pipelineText } from '../helpers/corpus.ts';
import { sampleSources, type Truth, truthOfSample } from '../helpers/sample.ts';

const documentLine = z.object({ id: z.string(), source: z.string(), text: z.string(), url: z.string().optional() });
const quarantineLine = z.object({ id: z.string(), ordinal: z.number(), offset: z.number(), reason: z.string() });

let cwd: string;
let truth: Truth[];
let kept: Map<string, string>;
let quarantined: Map<string, string>;

async function jsonLines<T>(path: string, schema: z.ZodType<T>): Promise<T[]> {
  const lines = (await readFile(path, 'utf8')).trim().split('\n');
  return lines.map((line) => schema.parse(JSON.parse(line)));
}

beforeAll(async () => {
  cwd = await temporaryFolder();
  const sinks = '[{ jsonl: { shard: 1GB } }, { text: { shard: 400KB, compress: zstd } }]';
  const text = pipelineText({ name: 'sample', sources: sampleSources(SAMPLE), sinks, stream: '{ block: 256KiB }' });
  await writeFile(join(cwd, 'sample.yaml'), text);
  for (const workers of ['1', '2', '4']) {
    const ended = await cli(['run', 'sample.yaml', '--out', workers, '--workers', workers], { cwd });
    expect(ended.code, ended.stderr).toBe(0);
  }
  // The validation shard is not part of the train split.
  truth = (await truthOfSample()).filter(({ id }) => !id.includes('-validation'));
  const documents = await jsonLines(join(cwd, '1/shards/00000.jsonl'), documentLine);
  kept = new Map(documents.map(({ id, text: clean }) => [id, clean]));
  quarantined = new Map(
    (await jsonLines(join(cwd, '1/quarantine.jsonl'), quarantineLine)).map(({ id, reason }) => [id, reason]),
  );
});

describe('the sample', () => {
  it('gives the same bytes for 1, 2 and 4 workers', async () => {
    const outputs = await outputsOf(join(cwd, '1'));
    expect(outputs.size).toBeGreaterThan(3);
    expect(await outputsOf(join(cwd, '2'))).toEqual(outputs);
    expect(await outputsOf(join(cwd, '4'))).toEqual(outputs);
  });

  it('reads every record once, and its counts add up', async () => {
    const { documents, sources } = await recordOf(join(cwd, '1'));
    expect(documents.read).toBe(truth.length);
    expect(documents.kept).toBe(kept.size);
    const of = (expect: Truth['expect']): number => truth.filter((each) => each.expect === expect).length;
    expect(documents.dropped['wikipedia.redirect']).toBe(of('redirect'));
    expect(documents.dropped['wikipedia.namespace']).toBe(of('namespace'));
    expect(documents.quarantined).toBe(of('reject'));
    expect(Object.keys(sources)).toEqual(['wikipedia', 'cc100', 'oscar', 'mc4']);
    expect(await cli(['verify', '1'], { cwd })).toMatchObject({ code: 0 });
  });

  it('puts each broken record, and no other, into quarantine for its true reason', () => {
    const expected = truth.flatMap(({ id, reason }): [string, string][] =>
      reason === undefined ? [] : [[id, reason]],
    );
    expect([...quarantined].sort()).toEqual(expected.sort());
  });

  it('drops the pages of nothing but menus, and keeps all others of their own', () => {
    for (const { id, expect: wanted } of truth) if (wanted === 'short') expect(kept.has(id), id).toBe(false);
    const lost = truth.filter(
      ({ id, expect: wanted, cluster }) => wanted === 'keep' && cluster === undefined && !kept.has(id),
    );
    expect(lost.map(({ id }) => id)).toEqual([]);
  });

  it('keeps one of every cluster of duplicates: recall of 0.98 from Jaccard 0.85 on', () => {
    const clusters = new Map<number, Truth[]>();
    for (const each of truth) {
      if (each.cluster !== undefined) clusters.set(each.cluster, [...(clusters.get(each.cluster) ?? []), each]);
    }
    let pairs = 0;
    let found = 0;
    for (const members of clusters.values()) {
      const alive = members.filter(({ id }) => kept.has(id));
      expect(alive.length, JSON.stringify(members.map(({ id }) => id))).toBeGreaterThan(0);
      for (const copy of members) {
        if (copy.expect !== 'duplicate' || (copy.jaccard ?? 0) < 0.85) continue;
        pairs++;
        const original = members.find(({ id }) => id === copy.of);
        if (!kept.has(copy.id) || (original !== undefined && !kept.has(original.id))) found++;
      }
    }
    expect(pairs).toBeGreaterThan(200);
    expect(found / pairs).toBeGreaterThanOrEqual(0.98);
  });

  it('drops no document whose nearest earlier one has a Jaccard similarity below 0.5', () => {
    const lookalikes = truth.filter(({ lookalike }) => lookalike !== undefined);
    expect(lookalikes.length).toBeGreaterThan(40);
    expect(lookalikes.filter(({ id }) => !kept.has(id)).map(({ id }) => id)).toEqual([]);
    // All that was dropped as a duplicate belongs to a cluster, and what was kept of it is at least half the same.
    const byCluster = new Map<number, Set<string>[]>();
    for (const { id, cluster } of truth) {
      const clean = kept.get(id);
      if (cluster !== undefined && clean !== undefined)
        byCluster.set(cluster, [...(byCluster.get(cluster) ?? []), shingles(clean)]);
    }
    for (const { id, expect: wanted, cluster, jaccard: similarity } of truth) {
      if (kept.has(id) || !['keep', 'duplicate'].includes(wanted)) continue;
      expect(cluster, id).toBeDefined();
      expect(byCluster.get(cluster ?? -1)?.length, id).toBeGreaterThan(0);
      if (similarity !== undefined) expect(similarity, id).toBeGreaterThan(0.5);
    }
  });

  it('cleans to exactly what was written', () => {
    let compared = 0;
    for (const { id, sha } of truth) {
      const clean = kept.get(id);
      if (sha === undefined || clean === undefined) continue;
      compared++;
      expect(createHash('sha256').update(comparable(clean)).digest('hex').slice(0, 16), `${id}: ${clean}`).toBe(sha);
    }
    expect(compared).toBeGreaterThan(1500);
  });

  it('leaves every sentence and none of the menus, addresses and markup', () => {
    let checked = 0;
    for (const { id, clean, gone } of truth) {
      const text = kept.get(id);
      if (text === undefined) continue;
      const lines = new Set(text.split('\n').map(comparable));
      for (const line of clean ?? [])
        expect(
          [...lines].some((each) => each.includes(comparable(line))),
          `${id}: ${line}`,
        ).toBe(true);
      for (const noise of gone ?? []) {
        checked++;
        // A menu word may well stand in a sentence; alone on a line it may not.
        const left = /^[ぁ-んァ-ヶー一-龠]+$/u.test(noise) ? lines.has(comparable(noise)) : text.includes(noise);
        expect(left, `${id} still holds ${noise}: ${text}`).toBe(false);
      }
    }
    expect(checked).toBeGreaterThan(300);
  });

  it('is not one document many times: kept documents are unlike each other', () => {
    const some = [...kept.values()].filter((_, index) => index % 31 === 0).map(shingles);
    let alike = 0;
    for (const [index, a] of some.entries()) for (const b of some.slice(index + 1)) if (jaccard(a, b) > 0.5) alike++;
    expect(alike).toBe(0);
  });
});
