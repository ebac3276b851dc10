// What every source keeps to.
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { SourcePlugin } from '../../src/pipeline/define.ts';
import { plugins } from '../../src/registry.gen.ts';

const sources = plugins.filter((plugin): plugin is SourcePlugin => plugin.kind === 'source');
const schema = z.looseObject({
  properties: z.record(z.string(), z.looseObject({ description: z.string().optional() })),
  additionalProperties: z.literal(false),
});

describe.each(sources.map((plugin) => [plugin.name, plugin] as const))('the source %s', (name, plugin) => {
  const { properties } = schema.parse(z.toJSONSchema(plugin.options, { io: 'input', unrepresentable: 'any' }));

  it('says what it is, under which licence, and what each option means', () => {
    expect(plugin.summary.length).toBeGreaterThan(20);
    expect(plugin.licence.length).toBeGreaterThan(5);
    for (const [option, { description }] of Object.entries(properties))
      expect(description, `${name}.${option}`).toBeTruthy();
  });

  it('refuses options that it does not know', () => {
    const result = plugin.options.safeParse({ glob: '*', date: '20250601', dataset: 'a/b', nosuch: 1 });
    expect(result.success).toBe(false);
  });

  it('reads from a mirror, unless it reads the user’s own files', () => {
    expect('mirror' in properties).toBe(name !== 'files');
  });
});
