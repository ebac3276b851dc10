import { describe, expect, it } from 'vitest';
import { applied } from '../../src/inspect/apply.ts';
import { parsePlan } from '../../src/pipeline/load.ts';
import type { Plan } from '../../src/pipeline/plan.ts';

const PIPELINE = `
name: apply
language: ja
sources: [{ files: { glob: none/*.jsonl } }]
filters: [normalize, strip-urls, breadcrumbs, length: { min: 20 }]
dedup: { exact: true }
sinks: [text]
`;
const plan = (): Promise<Plan> => parsePlan(PIPELINE, '/nowhere/apply.yaml');

async function* chunks(text: string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
}

async function outputOf(
  records: readonly unknown[],
  options: { text: string; output: 'decisions' | 'kept' } = { text: 'text', output: 'decisions' },
): Promise<Record<string, unknown>[]> {
  const input = records.map((record) => (typeof record === 'string' ? record : JSON.stringify(record))).join('\n');
  const written: Record<string, unknown>[] = [];
  for await (const line of applied(await plan(), chunks(`${input}\n`), options)) written.push(JSON.parse(line));
  return written;
}

const PROSE = '清流が静かに流れる川のほとりで、ゆっくりと本を読むのが私の日課になっています。';

describe('apply', () => {
  it('gives every line back, in order, with its decision, reason and spans', async () => {
    const output = await outputOf([
      { id: 'a', text: `ホーム > 製品 > 川\n${PROSE}`, lang: 'ja' },
      'no json',
      { text: '短い' },
      { text: PROSE },
    ]);
    expect(output).toEqual([
      {
        id: 'a',
        lang: 'ja',
        text: PROSE,
        seiryu: { decision: 'keep', spans: [{ by: 'breadcrumbs', start: 0, end: 13 }] },
      },
      {
        seiryu: {
          decision: 'quarantine',
          line: 2,
          reason: 'json.invalid',
          detail: expect.any(String),
          excerpt: 'no json\n',
        },
      },
      { text: '短い', seiryu: { decision: 'drop', reason: 'length.short', spans: [] } },
      { text: PROSE, seiryu: { decision: 'drop', reason: 'exact.duplicate', duplicateOf: 'a', spans: [] } },
    ]);
  });

  it('reads and writes a nested text field, and with kept only what a run would keep', async () => {
    const records = [
      { body: { content: `${PROSE}詳しくは` }, n: 1 },
      { body: { content: '短い' }, n: 2 },
    ];
    expect(await outputOf(records, { text: 'body.content', output: 'kept' })).toEqual([records[0]]);
  });
});
