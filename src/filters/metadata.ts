// The `metadata` filter: keeps documents for which an expression over their record is true.
import { Environment, type ParseResult } from '@marcbachmann/cel-js';
import { z } from 'zod';
import { errorMessage, PipelineError } from '../errors.ts';
import { define } from '../pipeline/define.ts';

const options = z.strictObject({
  keep: z
    .string()
    .min(1)
    .default('true')
    .describe(
      'CEL expression that is true for documents to keep; it sees text, url, id (strings) and meta (the record’s own fields); matches() is refused, as its cost is not bounded',
    ),
  onError: z
    .enum(['drop', 'keep'])
    .default('drop')
    .describe('what becomes of a document for which the expression fails, such as one without the field it asks for'),
});

export const metadata = define({
  kind: 'filter',
  name: 'metadata',
  summary: "Keeps documents for which an expression (CEL) over their record's fields is true.",
  reference: 'https://github.com/google/cel-spec',
  options,
  refuses: true,
  reasons: { unmatched: 'the expression is false', failed: 'the expression cannot be evaluated for this record' },
  examples: [
    { input: '春', meta: { score: 3 }, options: { keep: 'meta.score >= 3' }, output: { keep: '春' } },
    { input: '春', meta: { score: 2.5 }, options: { keep: 'meta.score >= 3' }, output: { drop: 'unmatched' } },
    { input: '春', options: { keep: 'meta.score >= 3' }, output: { drop: 'failed' } },
    { input: '春', options: { keep: 'meta.score >= 3', onError: 'keep' }, output: { keep: '春' } },
    { input: '春', options: { keep: 'has(meta.score) && meta.score >= 3' }, output: { drop: 'unmatched' } },
    {
      input: '春',
      url: 'https://example.go.jp/a',
      options: { keep: 'url.startsWith("https://") && !("spam" in meta)' },
      output: { keep: '春' },
    },
    { input: '春が来た', options: { keep: 'size(text) > 3 && text.contains("春")' }, output: { keep: '春が来た' } },
  ],
  create({ keep, onError }) {
    const isKept = compiled(keep);
    const failed = (text: string) => (onError === 'keep' ? { keep: text } : { drop: 'failed' });
    return {
      apply({ id, text, url = '', meta }) {
        try {
          const value: unknown = isKept({ id, text, url, meta });
          if (typeof value !== 'boolean') return failed(text);
          return value ? { keep: text } : { drop: 'unmatched' };
        } catch {
          return failed(text);
        }
      },
    };
  },
});

/** Throws PipelineError `filter.expression` when the expression is no valid CEL or can give nothing but another type. */
function compiled(expression: string): ParseResult {
  const environment = new Environment({ homogeneousAggregateLiterals: false })
    .registerVariable('id', 'string')
    .registerVariable('text', 'string')
    .registerVariable('url', 'string')
    .registerVariable('meta', 'map');
  try {
    const parsed = environment.parse(expression);
    // CEL's own matches() is a JavaScript regular expression here, and `(a+)+$` would take exponential time.
    if (callsOf(parsed.ast).has('matches'))
      throw new Error('matches() is not allowed, as its cost is not bounded: use contains, startsWith or endsWith');
    const { valid, type, error } = parsed.check();
    if (!valid) throw error ?? new Error('it does not check');
    if (type !== 'bool' && type !== 'dyn') throw new Error(`it gives a value of type ${type}, not true or false`);
    return parsed;
  } catch (error) {
    throw new PipelineError(`The expression of the filter metadata is wrong: ${errorMessage(error)}`, {
      code: 'filter.expression',
      fix: 'Write a condition in CEL, for example: meta.score >= 3 && url.contains(".go.jp/")',
      cause: error,
    });
  }
}

/** Names of the functions and methods that an expression calls. */
function callsOf(ast: unknown): Set<string> {
  const calls = new Set<string>();
  const open = [ast];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (typeof node !== 'object' || node === null) continue;
    const { op, args }: { op?: unknown; args?: unknown } = node;
    const isCall = op === 'call' || op === 'rcall';
    if (isCall && Array.isArray(args) && typeof args[0] === 'string') calls.add(args[0]);
    open.push(...(Array.isArray(node) ? node : [args]).filter((each) => each !== undefined));
  }
  return calls;
}
