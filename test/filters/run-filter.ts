// Runs one filter on one text, as the engine does, for the filters' tests.
import type { z } from 'zod';
import type { Decision, FilterPlugin, JsonObject } from '../../src/pipeline/define.ts';

const context = { language: 'ja', baseDir: '.' };

/** What a document may have besides its text. */
export interface RecordOf {
  readonly url?: string;
  readonly meta?: JsonObject;
}

export function decide<O extends z.ZodType>(
  plugin: FilterPlugin<O>,
  text: string,
  options: JsonObject = {},
  { url, meta = {} }: RecordOf = {},
): Decision {
  const filter = plugin.create(plugin.options.parse(options), context);
  return filter.apply({ id: 'test/0#0', text, meta, ...(url === undefined ? {} : { url }) });
}

/** A function from text to text, for filters that rewrite and never drop. */
export function rewriter<O extends z.ZodType>(
  plugin: FilterPlugin<O>,
  options: JsonObject = {},
): (text: string) => string {
  const filter = plugin.create(plugin.options.parse(options), context);
  return (text) => {
    const decision = filter.apply({ id: 'test/0#0', text, meta: {} });
    if ('drop' in decision) throw new Error(`${plugin.name} dropped a document: ${decision.drop}`);
    return decision.keep;
  };
}
