// The `pre_tokenizer` of tokenizer.json: cuts a text into pieces that no token crosses.
import { z } from 'zod';
import type { Cut, Piece } from './compose.ts';
import { patternSpec, UnknownStep } from './normalizers.ts';
import { translate } from './pattern.ts';

/** GPT-2's cut, in Oniguruma's words. */
const GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

const behavior = z.enum(['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous']);
type Behavior = z.output<typeof behavior>;

const step = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('ByteLevel'),
    add_prefix_space: z.boolean().default(true),
    use_regex: z.boolean().default(true),
  }),
  z.object({ type: z.literal('Split'), pattern: patternSpec, behavior, invert: z.boolean().default(false) }),
  z.object({
    type: z.literal('Metaspace'),
    replacement: z.string().default('▁'),
    add_prefix_space: z.boolean().optional(),
    prepend_scheme: z.enum(['always', 'first', 'never']).optional(),
    split: z.boolean().default(true),
  }),
  z.object({ type: z.literal('Whitespace') }),
  z.object({ type: z.literal('WhitespaceSplit') }),
  z.object({ type: z.literal('BertPreTokenizer') }),
  z.object({ type: z.literal('Digits'), individual_digits: z.boolean().default(false) }),
  z.object({ type: z.literal('Punctuation'), behavior: behavior.default('Isolated') }),
]);
type Step = z.output<typeof step>;
const sequence = z.object({ type: z.literal('Sequence'), pretokenizers: z.array(z.unknown()) });
const named = z.object({ type: z.string() });

export interface PreTokenizer {
  readonly cut: Cut;
  /** `bytes`: the model's symbols are the bytes of a piece, written as GPT-2 writes bytes. */
  readonly alphabet: 'bytes' | 'characters';
}

/**
 * The cut that a `pre_tokenizer` describes.
 * @throws UnknownStep for a step that Seiryu does not know, PatternError for a pattern that JavaScript cannot say.
 */
export function preTokenizerOf(spec: unknown): PreTokenizer {
  const steps = stepsOf(spec);
  const cuts = steps.map(cutOf);
  const bytes = steps.findIndex(({ type }) => type === 'ByteLevel');
  // What follows would see bytes written as characters.
  const after = bytes < 0 ? undefined : steps[bytes + 1];
  if (after !== undefined) throw new UnknownStep('pre_tokenizer', `${after.type} after ByteLevel`);
  return {
    cut: (pieces) => cuts.reduce<Piece[]>((cut, next) => next(cut), [...pieces]),
    alphabet: bytes < 0 ? 'characters' : 'bytes',
  };
}

function stepsOf(spec: unknown): Step[] {
  if (spec === null || spec === undefined) return [];
  const list = sequence.safeParse(spec);
  if (list.success) return list.data.pretokenizers.flatMap(stepsOf);
  const parsed = step.safeParse(spec);
  if (!parsed.success) {
    const name = named.safeParse(spec).data?.type ?? JSON.stringify(spec);
    throw new UnknownStep('pre_tokenizer', name);
  }
  return [parsed.data];
}

function cutOf(step: Step): Cut {
  switch (step.type) {
    case 'ByteLevel': {
      const split = step.use_regex ? splitter(translate(GPT2), 'Isolated', 'as found') : undefined;
      const prefixed: Cut = (pieces) =>
        step.add_prefix_space
          ? pieces.map((piece) => (piece.text.startsWith(' ') ? piece : { ...piece, text: ` ${piece.text}` }))
          : [...pieces];
      return split === undefined ? prefixed : (pieces) => split(prefixed(pieces));
    }
    case 'Split': {
      const pattern =
        'String' in step.pattern ? new RegExp(literal(step.pattern.String), 'gu') : translate(step.pattern.Regex);
      return splitter(pattern, step.behavior, step.invert ? 'inverted' : 'as found');
    }
    case 'Metaspace':
      return metaspace(step);
    case 'Whitespace':
      return splitter(translate('\\w+|[^\\w\\s]+'), 'Removed', 'inverted');
    case 'WhitespaceSplit':
      return splitter(translate('\\s'), 'Removed', 'as found');
    case 'BertPreTokenizer': {
      const words = splitter(translate('\\s'), 'Removed', 'as found');
      const marks = splitter(PUNCTUATION, 'Isolated', 'as found');
      return (pieces) => marks(words(pieces));
    }
    case 'Digits':
      return splitter(/\p{N}/gu, step.individual_digits ? 'Isolated' : 'Contiguous', 'as found');
    case 'Punctuation':
      return splitter(PUNCTUATION, step.behavior, 'as found');
  }
}

const PUNCTUATION = /[!-/:-@[-`{-~\p{P}]/gu;

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

/** Spaces become the replacement, which then begins a piece. */
function metaspace(step: Extract<Step, { type: 'Metaspace' }>): Cut {
  const { replacement, split } = step;
  const scheme = step.prepend_scheme ?? ((step.add_prefix_space ?? true) ? 'always' : 'never');
  const cut = split ? splitter(new RegExp(literal(replacement), 'gu'), 'MergedWithNext', 'as found') : undefined;
  return (pieces) => {
    const marked = pieces.map(({ text, at }) => {
      const replaced = text.replaceAll(' ', () => replacement);
      const prepends = scheme === 'always' || (scheme === 'first' && at === 0);
      return { at, text: prepends && !replaced.startsWith(replacement) ? replacement + replaced : replaced };
    });
    return cut === undefined ? marked : cut(marked);
  };
}

interface Match {
  start: number;
  readonly end: number;
  readonly found: boolean;
}

/** Cuts at what `pattern` finds (`inverted`: at what it does not), as the library's SplitDelimiterBehavior says. */
function splitter(pattern: RegExp, behavior: Behavior, sense: 'as found' | 'inverted'): Cut {
  const arrange = ARRANGED[behavior];
  return (pieces) => {
    const out: Piece[] = [];
    for (const { text, at } of pieces) {
      for (const { start, end } of arrange(matchesOf(text, pattern, sense))) {
        if (end > start) out.push({ text: text.slice(start, end), at: at + start });
      }
    }
    return out;
  };
}

function matchesOf(text: string, pattern: RegExp, sense: 'as found' | 'inverted'): Match[] {
  const out: Match[] = [];
  const found = sense === 'as found';
  let end = 0;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const start = match.index;
    if (start > end) out.push({ start: end, end: start, found: !found });
    end = start + match[0].length;
    if (match[0] === '') pattern.lastIndex += (text.codePointAt(start) ?? 0) > 0xffff ? 2 : 1;
    else out.push({ start, end, found });
  }
  if (end < text.length) out.push({ start: end, end: text.length, found: !found });
  return out;
}

const ARRANGED: Readonly<Record<Behavior, (matches: Match[]) => Match[]>> = {
  Isolated: (matches) => matches,
  Removed: (matches) => matches.filter(({ found }) => !found),
  Contiguous: (matches) => joined(matches, (match, before) => match.found === before.found),
  MergedWithPrevious: (matches) => joined(matches, (match, before) => match.found && !before.found),
  MergedWithNext: (matches) => {
    const out: Match[] = [];
    let after: Match | undefined;
    for (const match of matches.toReversed()) {
      const last = out.at(-1);
      if (match.found && after !== undefined && !after.found && last !== undefined) last.start = match.start;
      else out.push({ ...match });
      after = match;
    }
    return out.reverse();
  },
};

/** Neighbours joined where `joins` says so of two as they were found. */
function joined(matches: readonly Match[], joins: (match: Match, before: Match) => boolean): Match[] {
  const out: Match[] = [];
  matches.forEach((match, index) => {
    const before = matches[index - 1];
    const last = out.at(-1);
    if (before !== undefined && last !== undefined && joins(match, before))
      out.splice(-1, 1, { ...match, start: last.start });
    else out.push(match);
  });
  return out;
}
