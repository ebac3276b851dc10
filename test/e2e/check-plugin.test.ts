import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { cli, temporaryFolder } from '../helpers/cli.ts';

const DOCS = fileURLToPath(new URL('../../docs/plugins.md', import.meta.url));

let folder: string;
/** The worked example of the documentation, as a reader would copy it. */
let example: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  example = /```ts\n(\/\/ no-shouting\.ts[\s\S]*?)```/.exec(await readFile(DOCS, 'utf8'))?.[1] ?? '';
});

async function check(source: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const file = join(folder, `${Math.abs(source.length)}.ts`);
  await writeFile(file, source);
  return cli(['check', '--plugin', file]);
}

describe('check --plugin', () => {
  it('passes the example of the documentation, which has at most 30 lines', async () => {
    expect(example.split('\n').length).toBeLessThanOrEqual(31);
    const { code, stdout } = await check(example);
    expect(stdout).not.toContain('✗');
    expect(stdout).toContain('✓ cost linear in the text');
    expect(code).toBe(0);
  });

  it('names what a filter breaks: an example, a reason that is none of its own, state between documents', async () => {
    const wrong = example
      .replace("output: { drop: 'loud' }", "output: { drop: 'quiet' }")
      .replace('let marks = 0;', 'let marks = (seen++ % 2) * 100;')
      .replace('export const', 'let seen = 0;\nexport const')
      .replace("? { drop: 'loud' }", "? { drop: 'noisy' }");
    const { code, stdout, stderr } = await check(wrong);
    expect(code).toBe(1);
    expect(stdout).toMatch(/✗ example .*expected {"drop":"quiet"}/);
    expect(stdout).toMatch(/✗ .*"noisy", which is none of its reasons/);
    expect(stdout).toMatch(/✗ the same decision each time/);
    expect(stderr).toContain('[plugin.contract]');
  });

  it('finds cost that grows with the square of the text', async () => {
    const square = example.replace(
      "if (character === '！' || character === '!') marks++;",
      'if (text.indexOf("no such text", 0) > -1) marks++;',
    );
    const { stdout } = await check(square);
    expect(stdout).toMatch(/✗ cost linear in the text: .*more than linear/);
  });
});
