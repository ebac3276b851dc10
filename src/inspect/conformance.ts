// The contract that a filter must keep, checked on any text: what `seiryu check --plugin` runs on a user's filter.
import { isDeepStrictEqual } from 'node:util';
import { errorMessage } from '../errors.ts';
import type { Decision, Filter, FilterExample, FilterPlugin, JsonObject } from '../pipeline/define.ts';
import { Random } from '../trainer/random.ts';
import { hostileUnits, oddCharacters, repeated } from './hostile.ts';

export interface Finding {
  readonly check: string;
  /** Why it failed; absent when the filter passed. */
  readonly problem?: string;
}

const MEGABYTE = 2 ** 20;
/** UTF-16 units of the texts that cost is measured on: from the first, twice as many each time. */
const FIRST_SIZE = 2 ** 12;
const LAST_SIZE = 2 ** 20;
/** Linear cost doubles with the text; this much more is noise. */
const MOST_PER_DOUBLING = 2.6;
/** Milliseconds of CPU time from which a cost says something. */
const TELLING = 100;
const FUZZED = 300;

/** One thing that a filter must do; `problem` says what is wrong, and throws when the filter throws. */
export interface Check {
  readonly name: string;
  problem(): string | undefined;
}

/** What must hold of every filter, whatever the machine: the contract tests of Seiryu's own filters run the same checks. */
export function contractChecks(plugin: FilterPlugin): Check[] {
  return [
    ...declarationChecks(plugin),
    ...plugin.examples.map(({ input, options, output, ...record }) => ({
      name: `example ${JSON.stringify(input.slice(0, 40))}`,
      problem: () => {
        const decision = decide(plugin, input, options, record);
        return isDeepStrictEqual(decision, output)
          ? undefined
          : `expected ${JSON.stringify(output)}, got ${JSON.stringify(decision)}`;
      },
    })),
    { name: 'an empty text', problem: () => checkedDecision(plugin, open(plugin), '') },
    {
      name: 'all of Unicode, in steps',
      problem: () => {
        const filter = open(plugin);
        return firstProblem(unicodeSteps(), (text) => checkedDecision(plugin, filter, text));
      },
    },
    { name: 'the same decision each time, whatever came between', problem: () => repeatable(plugin) },
  ];
}

/** Text of a megabyte for each of `units`. A filter of quadratic cost does not come back from these for minutes. */
export function megabytes(plugin: FilterPlugin, units: Iterable<string>): Check {
  return {
    name: 'a megabyte of each of many odd characters',
    problem: () => {
      const filter = open(plugin);
      return firstProblem(units, (unit) => checkedDecision(plugin, filter, repeated(unit, MEGABYTE)));
    },
  };
}

/** Runs every check; never throws for what the filter does. Takes some seconds. */
export function checkFilter(plugin: FilterPlugin): Finding[] {
  const findings = contractChecks(plugin).map(finding);
  const cost = finding({
    name: 'cost linear in the text',
    problem: () => firstProblem(hostileUnits, ([name, unit]) => linear(plugin, name, unit)),
  });
  if (cost.problem !== undefined) return [...findings, cost];
  return [...findings, cost, finding(megabytes(plugin, oddCharacters))];
}

function declarationChecks({ options, summary, reasons, examples }: FilterPlugin): Check[] {
  const check = (name: string, holds: () => boolean, wrong: string): Check => ({
    name,
    problem: () => (holds() ? undefined : wrong),
  });
  return [
    check('works without options', () => options.safeParse({}).success, 'every option needs a default'),
    check(
      'refuses unknown options',
      () => !options.safeParse({ noSuchOption: 1 }).success,
      'use z.strictObject, so that a misspelt option is an error',
    ),
    check('says what it does', () => summary.endsWith('.'), '`summary` should be a sentence'),
    check(
      'says what its reasons mean',
      () => Object.values(reasons).every((sentence) => sentence !== ''),
      'every reason needs a sentence',
    ),
    check('has examples', () => examples.length > 0, '`examples` are its tests and its documentation'),
  ];
}

function finding({ name, problem }: Check): Finding {
  try {
    const found = problem();
    return found === undefined ? { check: name } : { check: name, problem: found };
  } catch (error) {
    return { check: name, problem: `it threw: ${errorMessage(error)}` };
  }
}

function firstProblem<T>(items: Iterable<T>, check: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const problem = check(item);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const open = (plugin: FilterPlugin, options: JsonObject = {}) =>
  plugin.create(plugin.options.parse(options), { language: 'ja', baseDir: process.cwd() });

const decide = (
  plugin: FilterPlugin,
  text: string,
  options?: JsonObject,
  record: Pick<FilterExample, 'url' | 'meta'> = {},
): Decision => open(plugin, options).apply({ id: 'check/0#0', text, meta: {}, ...record });

/** A kept text, or a drop with one of the plugin's own reasons. */
function checkedDecision(plugin: FilterPlugin, filter: Filter, text: string): string | undefined {
  const decision: unknown = filter.apply({ id: 'check/0#0', text, meta: {} });
  const about = JSON.stringify(text.slice(0, 12));
  if (typeof decision !== 'object' || decision === null) return `on ${about} it returned no decision`;
  if ('keep' in decision) return typeof decision.keep === 'string' ? undefined : `on ${about} it kept no text`;
  if (!('drop' in decision)) return `on ${about} it neither kept nor dropped`;
  return Object.hasOwn(plugin.reasons, String(decision.drop))
    ? undefined
    : `on ${about} it dropped for "${String(decision.drop)}", which is none of its reasons`;
}

function* unicodeSteps(): Generator<string> {
  for (let from = 0; from < 0x110000; from += 0x400) {
    let text = '';
    for (let code = from; code < from + 0x400; code++) text += String.fromCodePoint(code);
    yield text;
    yield [...text].join('\n');
  }
}

/** One filter that has seen other texts decides as a new one does. */
function repeatable(plugin: FilterPlugin): string | undefined {
  const random = new Random(1);
  const used = open(plugin);
  for (let round = 0; round < FUZZED; round++) {
    const units = Array.from({ length: Math.floor(random.next() * 200) }, () => {
      const unit = oddCharacters[Math.floor(random.next() * oddCharacters.length)] ?? '';
      return random.next() < 0.2 ? String.fromCharCode(Math.floor(random.next() * 0x10000)) : unit;
    });
    const text = units.join('');
    const first = used.apply({ id: 'check/0#0', text, meta: {} });
    if (!isDeepStrictEqual(first, decide(plugin, text)))
      return `on ${JSON.stringify(text.slice(0, 40))} it decided otherwise after other texts: keep no state between documents`;
  }
  return undefined;
}

/** Measures ever longer texts until the cost tells, so that a filter of quadratic cost is found out in a second. */
function linear(plugin: FilterPlugin, name: string, unit: string): string | undefined {
  const filter = open(plugin);
  const cost = (size: number): number => {
    const text = repeated(unit, size);
    const runs = [1, 2].map(() => {
      const start = process.cpuUsage();
      filter.apply({ id: 'check/0#0', text, meta: {} });
      return process.cpuUsage(start).user / 1000;
    });
    return Math.min(...runs);
  };
  const least = (size: number): number => Math.max(cost(size), 1);
  for (let size = FIRST_SIZE * 8; size <= LAST_SIZE; size *= 2) {
    if (cost(size) < TELLING) continue;
    const isWorse = (): boolean => cost(size) / least(size / 8) > MOST_PER_DOUBLING ** 3;
    // Whatever slowed one measurement down does not slow three.
    if (!isWorse() || !isWorse() || !isWorse()) return undefined;
    return `on ${name} (${JSON.stringify(unit)} repeated) ${size / 8} characters took ${least(size / 8).toFixed(0)} ms, ${size} took ${cost(size).toFixed(0)} ms: more than linear`;
  }
  return undefined;
}
