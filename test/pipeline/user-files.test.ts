// What users rely on where filters have files and expressions: mistakes are told with their line, and contents decide a run's identity.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InvalidPipelineError, parsePlan } from '../../src/pipeline/load.ts';

const folder = mkdtempSync(join(tmpdir(), 'seiryu-files-'));
const pipeline = (filters: string): string => `name: t
sources:
  - mc4: { mirror: ./m }
filters:
  - length
${filters}
sinks:
  - text: {}
`;
const load = (filters: string) => parsePlan(pipeline(filters), join(folder, 'x.yaml'));

describe('filters with files', () => {
  it('tell a missing file and a wrong expression with their lines, before a run', async () => {
    const error = await load("  - word-list: { files: [none.txt] }\n  - metadata: { keep: 'meta.a >' }").then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof InvalidPipelineError)) throw new Error(`expected problems, got ${String(error)}`);
    expect(error.problems.map(({ line, path }) => [line, path])).toEqual([
      [6, 'filters.1'],
      [7, 'filters.2'],
    ]);
    expect(error.problems[0]?.message).toContain('none.txt');
  });

  it('are another run when the contents of a file change, and the same when only its name is read again', async () => {
    const write = (text: string): void => writeFileSync(join(folder, 'ng.txt'), text);
    write('闇金\n');
    const first = await load('  - word-list: { files: [ng.txt] }');
    expect((await load('  - word-list: { files: [ng.txt] }')).identity).toBe(first.identity);
    write('闇金\n出会い系\n');
    expect((await load('  - word-list: { files: [ng.txt] }')).identity).not.toBe(first.identity);
  });
});
