// Tables, floors and diffs of what the rules did to the labelled set.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { emptyScore, harm, judge, type Mistake, precision, type Rule, recall, rules, type Score } from './score.ts';
import { type Floors, isIn, type Part, parts, type SetPage } from './set.ts';

export interface Result {
  readonly rule: Rule;
  readonly part: Part;
  readonly score: Score;
}

export function scoreOf(rule: Rule, pages: readonly SetPage[]): Score {
  const score = emptyScore();
  for (const page of pages) judge(rule, page, score);
  return score;
}

export const results = (pages: readonly SetPage[]): Result[] =>
  rules.flatMap((rule) =>
    parts.map((part) => ({
      rule,
      part,
      score: scoreOf(
        rule,
        pages.filter((page) => isIn(part, page)),
      ),
    })),
  );

const ratio = (value: number): string => value.toFixed(4);

function row(name: string, part: string, score: Score, floor = ''): string {
  const { right, harmed, missed, prose, proseChanged } = score;
  const numbers = [right, harmed, missed].map((count) => String(count).padStart(7)).join('');
  const shares = [ratio(precision(score)), ratio(recall(score))].map((text) => text.padStart(11)).join('');
  const prosed = `${proseChanged}/${prose}`.padStart(12);
  return `${name.padEnd(14)}${part.padEnd(14)}${numbers}${shares}${prosed}${floor}`;
}

export const HEADER =
  'rule          pages           right harmed missed  precision     recall  prose hurt  floors (precision/recall)';

export function table(all: readonly Result[], floors: Floors): string[] {
  return all.map(({ rule, part, score }) => {
    const floor = floors.rules[rule.name]?.[part];
    const mark = falls(score, floor, floors.harm).length === 0 ? 'ok' : 'BELOW';
    return row(rule.name, part, score, floor && `  ${floor.precision}/${floor.recall} ${mark}`);
  });
}

/** What of a score is below its floor, in words. */
function falls(score: Score, floor: { precision: number; recall: number } | undefined, mostHarm: number): string[] {
  const below: string[] = [];
  if (floor !== undefined && precision(score) < floor.precision) below.push(`precision ${ratio(precision(score))}`);
  if (floor !== undefined && recall(score) < floor.recall) below.push(`recall ${ratio(recall(score))}`);
  if (harm(score) > mostHarm) below.push(`changes ${(100 * harm(score)).toFixed(2)} % of the lines of prose`);
  return below;
}

export const failures = (all: readonly Result[], floors: Floors): string[] =>
  all.flatMap(({ rule, part, score }) =>
    falls(score, floors.rules[rule.name]?.[part], floors.harm).map((what) => `${rule.name}, ${part}: ${what}`),
  );

export function byStyle(pages: readonly SetPage[]): string[] {
  const stored = pages.filter(({ origin }) => origin !== 'fresh');
  const styles = [...new Set(stored.map(({ style }) => style))];
  return rules.flatMap((rule) =>
    styles.map((style) => {
      const of = stored.filter((page) => page.style === style);
      return row(rule.name, style, scoreOf(rule, of));
    }),
  );
}

function diffOf({ page, line, text, got, wanted }: Mistake): string {
  const around = page.lines.filter((each) => each.text.trim() !== '');
  const context = (index: number): string[] => {
    const near = around[index];
    return near === undefined ? [] : [`  ${near.text}`];
  };
  return [
    `@@ ${page.name} (${page.half}), line ${line + 1}: ${around[line]?.label ?? ''}`,
    ...context(line - 1),
    `- ${text}`,
    ...(got === '' ? [] : [`+ ${got}`]),
    ...wanted.map((answer) => (answer === '' ? '= (the line goes)' : `= ${answer}`)),
    ...context(line + 1),
  ].join('\n');
}

/** One file a rule: `-` what stood there, `+` what is left of it, `=` what should be. Returns how many mistakes there are. */
export function writeMistakes(folder: string, all: readonly Result[]): number {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  let count = 0;
  for (const { rule, part, score } of all) {
    if (part !== 'all' && part !== 'fresh') continue;
    count += score.mistakes.length;
    if (score.mistakes.length > 0)
      writeFileSync(
        join(folder, `${rule.name}-${part}.diff`),
        `${score.mistakes.map((mistake) => diffOf(mistake)).join('\n\n')}\n`,
      );
  }
  return count;
}
