// Which copy a run keeps when the one of the preferred source is read late.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRecords } from '../../src/engine/read-records.ts';
import { createTracer } from '../../src/inspect/trace.ts';
import { parsePlan } from '../../src/pipeline/load.ts';
import { temporaryFolder } from '../helpers/cli.ts';

const COPY = '二つの資料に同じ文章がある。';

async function keptCopy(folder: string, prefer: string): Promise<string | undefined> {
  const yaml = `sources: [{ files: { glob: "a/*.jsonl" } }, { files: { glob: "b/*.jsonl" } }]
stream: { open: 4, block: 1KiB }
dedup: { exact: true, prefer: ${prefer} }
`;
  const plan = await parsePlan(yaml, join(folder, 'p.yaml'));
  const tracer = await createTracer(plan);
  const context = { language: 'ja', baseDir: folder, env: {}, signal: new AbortController().signal };
  for await (const record of readRecords(plan, context)) {
    if (record.kind !== 'document') continue;
    const { outcome, text, document } = tracer.trace(record.document);
    if (text === COPY && outcome.decision === 'keep') return document.id;
  }
  return undefined;
}

describe('the copy that is kept', () => {
  it('is that of the source that stands first, with prefer: source, however late it comes there', async () => {
    const folder = await temporaryFolder();
    const line = (text: string): string => `${JSON.stringify({ text })}\n`;
    const filler = Array.from({ length: 100 }, (_, at) => line(`${at}番目の、ほかにない文章。`)).join('');
    await mkdir(join(folder, 'a'));
    await mkdir(join(folder, 'b'));
    await writeFile(join(folder, 'a/0.jsonl'), filler + line(COPY));
    await writeFile(join(folder, 'b/0.jsonl'), line(COPY) + line('ほかの文章。'));
    expect(await keptCopy(folder, 'first')).toBe('files-2/b/0.jsonl#0');
    expect(await keptCopy(folder, 'source')).toBe('files/a/0.jsonl#100');
  });
});
