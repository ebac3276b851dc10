// Every problem of a pipeline file at once, each with line, column, what was expected and the nearest valid name.
import { type Document, isMap, isPair, isScalar, type LineCounter } from 'yaml';
import type { z } from 'zod';
import { nearestName } from './nearest-name.ts';

export type Path = readonly (string | number)[];

export interface Problem {
  /** 1-based; absent when the problem came from `--set`. */
  line?: number;
  column?: number;
  /** Dotted path of the option. */
  path: string;
  message: string;
  /** The nearest valid name, when a name was wrong. */
  nearest?: string;
}

export const dotted = (path: Path): string => path.join('.');

/** Finds the place of an option in the YAML text; the nearest parent's when it is not written there. */
export function locate(
  document: Document,
  lines: LineCounter,
  path: Path,
  part: 'key' | 'value',
): { line: number; column: number } | undefined {
  for (let depth = path.length; depth >= 0; depth--) {
    const offset = offsetOf(document, path.slice(0, depth), depth === path.length ? part : 'key');
    if (offset === undefined) continue;
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  }
  return undefined;
}

function offsetOf(document: Document, path: Path, part: 'key' | 'value'): number | undefined {
  if (part === 'key' && path.length > 0) {
    const parent: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
    if (isMap(parent)) {
      const key = path.at(-1);
      const pair = parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === key);
      if (pair !== undefined && isScalar(pair.key)) return pair.key.range?.[0];
    }
  }
  const node: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return undefined;
  const start: unknown = node.range[0];
  return typeof start === 'number' ? start : undefined;
}

const shown = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
};

function valueAt(input: unknown, path: Path): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

function expectation(issue: z.core.$ZodIssue, found: unknown): string {
  if (issue.code === 'invalid_type') return `expected ${issue.expected}, found ${shown(found)}`;
  if (issue.code === 'invalid_value') {
    return `expected ${issue.values.map((value) => String(value)).join(' | ')}, found ${shown(found)}`;
  }
  if (issue.code === 'invalid_union') {
    const inner = issue.errors.flat().map((nested) => expectation(nested, found));
    const own =
      issue.message === 'Invalid input'
        ? [...new Set(inner)].join('; or ')
        : `expected ${issue.message}, found ${shown(found)}`;
    return own === '' ? `not valid here: ${shown(found)}` : own;
  }
  const text = issue.message.replace(/^Too (small|big): /, '').replace(/^Invalid (input|string): /, '');
  return `expected ${text.replace(/^expected /, '')}, found ${shown(found)}`;
}

/** Turns zod's issues about `input` (which stands at `base` in the file) into problems; unknown keys become one each. */
export function problemsOf(
  error: z.ZodError,
  input: unknown,
  base: Path,
  knownKeys: (path: Path) => readonly string[],
  place: (path: Path, part: 'key' | 'value') => { line: number; column: number } | undefined,
): Problem[] {
  return error.issues.flatMap((issue): Problem[] => {
    const inner = issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key));
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => {
        const path = [...base, ...inner, key];
        const known = knownKeys(inner);
        const nearest = nearestName(key, known);
        const list = known.length === 0 ? 'it takes no options' : `known here: ${known.join(', ')}`;
        return {
          ...place(path, 'key'),
          path: dotted(path),
          message: `unknown option "${key}"${nearest === undefined ? '' : `; did you mean "${nearest}"?`} (${list})`,
          ...(nearest === undefined ? {} : { nearest }),
        };
      });
    }
    const path = [...base, ...inner];
    const found = valueAt(input, inner);
    const problem: Problem = { ...place(path, 'value'), path: dotted(path), message: expectation(issue, found) };
    if (issue.code === 'invalid_value' && typeof found === 'string') {
      const nearest = nearestName(
        found,
        issue.values.filter((value) => typeof value === 'string'),
      );
      if (nearest !== undefined)
        return [{ ...problem, nearest, message: `${problem.message}; did you mean "${nearest}"?` }];
    }
    return [problem];
  });
}

export function formatProblems(file: string, problems: readonly Problem[]): string {
  const lines = problems.map((problem) => {
    const where = problem.line === undefined ? file : `${file}:${problem.line}:${problem.column ?? 1}`;
    return `  ${where}  ${problem.path === '' ? '' : `${problem.path}: `}${problem.message}`;
  });
  return `${problems.length} problem${problems.length === 1 ? '' : 's'} in the pipeline file:\n${lines.join('\n')}`;
}
