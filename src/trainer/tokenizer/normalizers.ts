// The `normalizer` of tokenizer.json: rewrites a text before it is cut.
import { z } from 'zod';
import type { Normalize } from './compose.ts';
import { SPACE, translate } from './pattern.ts';
import { precompiled } from './precompiled.ts';

export const patternSpec = z.union([z.object({ Regex: z.string() }), z.object({ String: z.string() })]);

const simple = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['NFC', 'NFD', 'NFKC', 'NFKD']) }),
  z.object({ type: z.literal('Lowercase') }),
  z.object({ type: z.literal('Prepend'), prepend: z.string() }),
  z.object({ type: z.literal('Replace'), pattern: patternSpec, content: z.string() }),
  z.object({ type: z.literal('Strip'), strip_left: z.boolean(), strip_right: z.boolean() }),
  z.object({ type: z.literal('StripAccents') }),
  z.object({ type: z.literal('Nmt') }),
  z.object({ type: z.literal('Precompiled'), precompiled_charsmap: z.string() }),
]);
const sequence = z.object({ type: z.literal('Sequence'), normalizers: z.array(z.unknown()) });
const named = z.object({ type: z.string() });

/** What Nmt removes, and what it makes a space (the library's `nmt.rs`), as classes. */
const NMT_REMOVED = new RegExp(`[${'\\u0001-\\u0008\\u000b\\u000e-\\u001f\\u007f\\u008f\\u009f'}]`, 'gu');
const NMT_SPACES = new RegExp(`[${'\\t\\n\\f\\r\\u1680\\u200b-\\u200f\\u2028\\u2029\\u2581\\ufeff\\ufffd'}]`, 'gu');
const SPACES = new RegExp(`[${SPACE}]`, 'u');
const FIRST_SPACES = new RegExp(`^[${SPACE}]+`, 'u');

/**
 * The function that a `normalizer` describes; undefined for none.
 * @throws UnknownStep for a step that Seiryu does not know, PatternError for its pattern.
 */
export function normalizerOf(spec: unknown): Normalize | undefined {
  if (spec === null || spec === undefined) return undefined;
  const list = sequence.safeParse(spec);
  if (list.success) {
    const steps = list.data.normalizers.map(normalizerOf).filter((step) => step !== undefined);
    return (text) => steps.reduce((rewritten, step) => step(rewritten), text);
  }
  const step = simple.safeParse(spec);
  if (!step.success) throw new UnknownStep('normalizer', named.safeParse(spec).data?.type ?? JSON.stringify(spec));
  return one(step.data);
}

/** A step of a tokenizer.json that Seiryu cannot do exactly, by name. */
export class UnknownStep extends Error {
  constructor(part: string, name: string) {
    super(`its ${part} ${name} is not one that Seiryu does`);
  }
}

function one(step: z.output<typeof simple>): Normalize {
  switch (step.type) {
    case 'NFC':
    case 'NFD':
    case 'NFKC':
    case 'NFKD':
      return (text) => text.normalize(step.type);
    case 'Lowercase':
      // Character by character, as Rust's char::to_lowercase: a word's last Σ is no special case.
      return (text) => (/[Σ]/u.test(text) ? Array.from(text, (c) => c.toLowerCase()).join('') : text.toLowerCase());
    case 'Prepend':
      return (text) => (text === '' ? '' : step.prepend + text);
    case 'Replace': {
      const { pattern, content } = step;
      if ('String' in pattern) return (text) => text.replaceAll(pattern.String, () => content);
      const compiled = translate(pattern.Regex);
      return (text) => text.replaceAll(compiled, () => content);
    }
    case 'Strip':
      return (text) => {
        const begun = step.strip_left ? text.replace(FIRST_SPACES, '') : text;
        return step.strip_right ? begun.slice(0, lastVisible(begun)) : begun;
      };
    case 'StripAccents':
      return (text) => text.replace(/\p{Mn}/gu, '');
    case 'Nmt':
      return (text) => text.replace(NMT_REMOVED, '').replace(NMT_SPACES, ' ');
    case 'Precompiled':
      return precompiled(step.precompiled_charsmap);
  }
}

/** Units up to the last character that is no white space: a regular expression would look at every run from each of its places. */
function lastVisible(text: string): number {
  let end = text.length;
  while (end > 0 && SPACES.test(text[end - 1] ?? '')) end--;
  return end;
}
