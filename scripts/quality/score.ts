// Judges what the rules did to labelled pages: right and wrong per line, precision and recall.
import type { z } from 'zod';
import { boilerplate } from '../../src/filters/boilerplate.ts';
import { breadcrumbs } from '../../src/filters/breadcrumbs.ts';
import { normalize } from '../../src/filters/normalize.ts';
import { stripUrls } from '../../src/filters/strip-urls.ts';
import type { FilterPlugin } from '../../src/pipeline/define.ts';
import { align } from './align.ts';
import type { Label, LabelledLine, LabelledPage } from './labelled.ts';

export type Rewrite = (text: string) => string;

function rewriter<O extends z.ZodType>(plugin: FilterPlugin<O>): Rewrite {
  const filter = plugin.create(plugin.options.parse({}), { language: 'ja', baseDir: '.' });
  return (text) => {
    const decision = filter.apply({ id: 'quality/0#0', text, meta: {} });
    return 'keep' in decision ? decision.keep : '';
  };
}

const [repair, strip, navigate, clear] = [
  rewriter(normalize),
  rewriter(stripUrls),
  rewriter(breadcrumbs),
  rewriter(boilerplate),
];

/** A rule under test: what it does, which lines are its own, and whose lines it may take without blame. */
export interface Rule {
  readonly name: string;
  readonly run: Rewrite;
  readonly targets: readonly Label[];
  readonly free: readonly Label[];
}

/** `together` is what the ready pipelines do; the others run alone, on text that `normalize` has seen. */
export const rules: readonly Rule[] = [
  { name: 'normalize', run: repair, targets: ['fold'], free: [] },
  { name: 'strip-urls', run: strip, targets: ['address'], free: ['open'] },
  { name: 'breadcrumbs', run: navigate, targets: ['navigation', 'cut'], free: ['boilerplate', 'either', 'open'] },
  { name: 'boilerplate', run: clear, targets: ['boilerplate'], free: ['navigation', 'either', 'open', 'cut'] },
  {
    name: 'together',
    run: (text) => clear(navigate(strip(text))),
    targets: ['address', 'navigation', 'cut', 'boilerplate', 'either'],
    free: ['open'],
  },
];

export interface Mistake {
  readonly page: LabelledPage;
  readonly line: number;
  readonly text: string;
  readonly got: string;
  readonly wanted: readonly string[];
}

export interface Score {
  right: number;
  /** Lines changed that should not have been, or not so. */
  harmed: number;
  /** Lines that should have been changed as they were not. */
  missed: number;
  /** Lines of prose, and how many of them changed. */
  prose: number;
  proseChanged: number;
  mistakes: Mistake[];
}

export const emptyScore = (): Score => ({ right: 0, harmed: 0, missed: 0, prose: 0, proseChanged: 0, mistakes: [] });

/** 1 when nothing was changed: nothing was harmed. */
export const precision = ({ right, harmed }: Score): number => (right + harmed === 0 ? 1 : right / (right + harmed));
export const recall = ({ right, missed }: Score): number => (right + missed === 0 ? 1 : right / (right + missed));
export const harm = ({ prose, proseChanged }: Score): number => (prose === 0 ? 0 : proseChanged / prose);

/** Adds what `rule` does to `page` to `score`. */
export function judge(rule: Rule, page: LabelledPage, score: Score): void {
  const raw = rule.name === 'normalize';
  const lines = page.lines.map((line) => (raw ? line : repaired(line)));
  const output = rule.run(lines.map(({ text }) => text).join('\n'));
  const written = lines.filter(({ text }) => text.trim() !== '');
  const before = written.map(({ text }) => (raw ? text.trim() : text));
  const left = raw
    ? before.map((line) => repair(line))
    : align(
        before,
        output.split('\n').filter((line) => line !== ''),
      );
  for (const [index, line] of written.entries()) {
    const [text, got] = [before[index] ?? '', left[index] ?? ''];
    const changed = got !== text;
    const own = rule.targets.includes(line.label);
    const wanted = own ? line.accept : [text];
    const note = (): void => {
      score.mistakes.push({ page, line: index, text, got, wanted });
    };
    if (line.label === 'keep') {
      score.prose++;
      if (changed && !raw) score.proseChanged++;
    }
    if (own) {
      if (wanted.includes(got)) score.right++;
      else {
        score.missed++;
        if (changed) score.harmed++;
        note();
      }
    } else if (
      changed &&
      !raw &&
      !rule.free.includes(line.label) &&
      !(line.label !== 'keep' && got === '' && line.accept.includes(''))
    ) {
      score.harmed++;
      note();
    }
  }
}

const repaired = (line: LabelledLine): LabelledLine => ({
  ...line,
  text: repair(line.text),
  accept: line.accept.map(repair),
});
