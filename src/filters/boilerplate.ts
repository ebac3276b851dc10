// The `boilerplate` filter: takes out lines that a site writes on every page and that say nothing of this one.
import { z } from 'zod';
import { define } from '../pipeline/define.ts';
import { BoilerplateLines, noticesIn, type Verdict } from './lib/boilerplate-lines.ts';
import { applyEdits, type Edit, removeLine } from './lib/edits.ts';

const options = z.strictObject({
  phrases: z
    .array(z.string().min(1))
    .default([])
    .describe('further phrases of the sites you read; a line that holds nothing else goes'),
});

/** As many lines of a time alone are a timetable, not the time stamps of a page. */
const TIMETABLE = 4;

export const boilerplate = define({
  kind: 'filter',
  name: 'boilerplate',
  summary: 'Removes whole lines of rules and ornaments, copyright, sharing, paging, comments, dates, carts, notices.',
  reference: 'https://arxiv.org/abs/2404.17733',
  options,
  reasons: {},
  examples: [
    { input: '■□■□■□■□\n春が来た。\n続きを読む »', output: { keep: '春が来た。' } },
    {
      input: '続きを読むと分かるが、犯人は庭師だ。',
      output: { keep: '続きを読むと分かるが、犯人は庭師だ。' },
      note: 'A phrase inside prose stays.',
    },
    {
      input: '春が来た。\nコメント(3) | トラックバック(0)\n<< 前の記事 | トップページ | 次の記事 >>',
      output: { keep: '春が来た。' },
    },
    { input: '2019年4月1日(月) 12:30\n春が来た。', output: { keep: '春が来た。' } },
    { input: '2019年4月1日に店を開いた。', output: { keep: '2019年4月1日に店を開いた。' } },
    { input: '春が来た。\nCopyright © 2012-2019 Kirihama Web. All rights reserved.', output: { keep: '春が来た。' } },
    {
      input:
        '春が来た。\n\n当サイトではCookieを使用しています。閲覧を続けると、Cookieの使用に同意したものとみなされます。\n\n花が咲いた。',
      output: { keep: '春が来た。\n\n花が咲いた。' },
    },
    {
      input: '10:00\n開場\n11:00\n開演\n13:00\n休憩\n15:00\n終演',
      output: { keep: '10:00\n開場\n11:00\n開演\n13:00\n休憩\n15:00\n終演' },
      note: 'Times alone go, but four of them are a timetable.',
    },
    {
      input: '「……」\n○\nおしまい',
      output: { keep: '「……」\n○\nおしまい' },
      note: 'Silence and ticks are written, not drawn.',
    },
    { input: '本日の入荷\n鍋が来た。', options: { phrases: ['本日の入荷'] }, output: { keep: '鍋が来た。' } },
  ],
  create({ phrases }) {
    const lines = new BoilerplateLines(phrases);
    return { apply: ({ text }) => ({ keep: applyEdits(text, boilerplateEdits(text, lines)) }) };
  },
});

function boilerplateEdits(text: string, lines: BoilerplateLines): Edit[] {
  const edits: Edit[] = [];
  const times: Edit[] = [];
  const notices = noticesIn(text);
  const run = new Run();
  let hasText = false;
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    if (end > start) {
      const verdict = lines.judge(text, start, end, notices);
      if (verdict === 'text') {
        run.endInto(edits);
        hasText = true;
      } else {
        const edit = removeLine(text, start, end);
        if (verdict === 'time') times.push(edit);
        run.add(verdict, edit);
      }
    }
    start = end + 1;
  }
  if (hasText) run.endInto(edits, 'end');
  else run.endInto(edits);
  return times.length === 0 || times.length >= TIMETABLE
    ? edits
    : [...edits, ...times].sort((a, b) => a.start - b.start);
}

/** Lines one after another, none of which is plainly text: those that may be something else are judged by their company. */
class Run {
  readonly #lines: { readonly verdict: Verdict; readonly edit: Edit }[] = [];

  add(verdict: Verdict, edit: Edit): void {
    this.#lines.push({ verdict, edit });
  }

  /** Adds what of the run goes, in order, and begins the next run. At the `end` of a text two buttons are enough. */
  endInto(edits: Edit[], place: 'inside' | 'end' = 'inside'): void {
    if (this.#lines.length === 0) return;
    // The buttons of a page stand around what can be nothing else, or several together.
    const sites = this.#count('site');
    const buttons = sites + this.#count('button');
    const sure = this.#count('boilerplate') > 0 || (buttons > 1 && (sites > 0 || place === 'end'));
    for (const [index, { verdict, edit }] of this.#lines.entries()) {
      const waits = verdict === 'button' || verdict === 'site';
      if (waits ? sure : verdict === 'lonely' ? this.#hasCompany(index) : verdict !== 'time') edits.push(edit);
    }
    this.#lines.length = 0;
  }

  #count(wanted: Verdict): number {
    let count = 0;
    for (const { verdict } of this.#lines) if (verdict === wanted) count++;
    return count;
  }

  /** A lonely word beside one of these is a button or a box's heading, not the heading of a text. */
  #hasCompany(index: number): boolean {
    return [this.#lines[index - 1], this.#lines[index + 1]].some(
      (line) => line?.verdict === 'boilerplate' || line?.verdict === 'lonely',
    );
  }
}
