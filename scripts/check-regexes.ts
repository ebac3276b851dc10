// `npm run lint` runs this: every regular expression of src/filters and src/sources must match in linear time.
//
// Checked by recheck (automata and fuzzing; Nakagawa et al., https://makenowjust-labs.github.io/recheck/). Expressions
// are found in the syntax tree; `new RegExp(…)` is put together from the constants of its file, and what is no constant
// (a language in a file name) stands as one letter. An expression that only ever meets a bounded text says so on the
// line above it: `// regex: at most 120 characters`.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import fastGlob from 'fast-glob';
import { check } from 'recheck';
import ts from 'typescript';
import { z } from 'zod';

const FOLDERS = ['src/filters/**/*.ts', 'src/sources/**/*.ts'];
/** Milliseconds for one expression; the slowest takes some seconds, more on a busy machine. */
const TIMEOUT = 90_000;
/** Checked side by side: each is a process of its own. */
const AT_ONCE = 4;
const BOUNDED = /\/\/ regex: at most (\d+) characters/;
/** A polynomial expression on more characters than these is no bound at all. */
const LARGEST_BOUND = 400;

interface Expression {
  readonly place: string;
  readonly source: string;
  readonly flags: string;
  readonly bound: number | undefined;
}

const problems: string[] = [];

/** Expressions found safe before, so that only new ones cost their seconds. Not committed. */
const CACHE = 'node_modules/.cache/seiryu/safe-regexes.json';
const safe = new Set<string>(
  existsSync(CACHE) ? z.array(z.string()).parse(JSON.parse(readFileSync(CACHE, 'utf8'))) : [],
);
const keyOf = ({ source, flags }: Expression): string => `/${source}/${flags}`;

/** The text of an expression, with one letter for what is known only at run time. */
function textOf(node: ts.Expression, constants: ReadonlyMap<string, ts.Expression>): string {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isIdentifier(node)) {
    const value = constants.get(node.text);
    return value === undefined ? 'x' : textOf(value, constants);
  }
  if (ts.isTemplateExpression(node)) {
    const spans = node.templateSpans.map(({ expression, literal }) => textOf(expression, constants) + literal.text);
    return node.head.text + spans.join('');
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken)
    return textOf(node.left, constants) + textOf(node.right, constants);
  return 'x';
}

function constantsOf(file: ts.SourceFile): ReadonlyMap<string, ts.Expression> {
  const found = new Map<string, ts.Expression>();
  for (const statement of file.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name, initializer } of statement.declarationList.declarations) {
      if (ts.isIdentifier(name) && initializer !== undefined) found.set(name.text, initializer);
    }
  }
  return found;
}

function expressionsOf(path: string): Expression[] {
  const text = readFileSync(path, 'utf8');
  const lines = text.split('\n');
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const constants = constantsOf(file);
  const found: Expression[] = [];
  const add = (node: ts.Node, source: string, flags: string): void => {
    const line = file.getLineAndCharacterOfPosition(node.getStart()).line;
    const bound = BOUNDED.exec(`${lines[line - 1] ?? ''}\n${lines[line] ?? ''}`)?.[1];
    found.push({ place: `${path}:${line + 1}`, source, flags, bound: bound === undefined ? undefined : Number(bound) });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      add(node, node.text.slice(1, end), node.text.slice(end + 1));
    } else if (ts.isNewExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'RegExp') {
      const [pattern, flags] = node.arguments ?? [];
      if (pattern !== undefined)
        add(node, textOf(pattern, constants), flags === undefined ? '' : textOf(flags, constants));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

async function judge(expression: Expression): Promise<void> {
  const { place, source, flags, bound } = expression;
  if (safe.has(keyOf(expression))) return;
  const result = await check(source, flags.replace('v', 'u'), { timeout: TIMEOUT });
  if (result.status === 'safe') {
    safe.add(keyOf(expression));
    return;
  }
  if (
    bound !== undefined &&
    bound <= LARGEST_BOUND &&
    result.status === 'vulnerable' &&
    result.complexity.type !== 'exponential'
  )
    return;
  const why = result.status === 'vulnerable' ? result.complexity.summary : `unknown (${result.error.kind})`;
  problems.push(`${place}: ${why}: /${source.slice(0, 120)}/${flags}`);
}

const queue = fastGlob.sync(FOLDERS).sort().flatMap(expressionsOf);
const total = queue.length;
const used = new Set(queue.map(keyOf));
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await judge(next);
  }),
);
mkdirSync(dirname(CACHE), { recursive: true });
writeFileSync(CACHE, JSON.stringify([...safe].filter((key) => used.has(key))));
for (const problem of problems.sort()) console.error(problem);
console.log(`${total} regular expressions, ${problems.length} not linear`);
process.exitCode = problems.length === 0 ? 0 : 1;
