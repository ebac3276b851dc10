// A preview as one HTML page without outside parts: removed text struck, put-in text marked, each with its rule.
import { type Preview, splitReason } from './preview.ts';
import { segmentsOf } from './segments.ts';
import { outcomeText } from './terminal.ts';
import type { Trace } from './trace.ts';

const number = new Intl.NumberFormat('en-US');

const STYLE = `
:root { color-scheme: light dark; --fg: #1a1a1a; --bg: #fcfcfa; --soft: #6b6b6b; --line: #ddd; --del: #b3261e; --delbg: #fbe9e7; --ins: #1b6e3c; --insbg: #e6f4ea; }
@media (prefers-color-scheme: dark) { :root { --fg: #e8e8e6; --bg: #161616; --soft: #9a9a9a; --line: #333; --del: #ff8a80; --delbg: #3a1d1b; --ins: #7bd99b; --insbg: #16301f; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 68rem; padding: 1.5rem; color: var(--fg); background: var(--bg); font: 16px/1.7 system-ui, "Hiragino Sans", "Noto Sans CJK JP", sans-serif; }
h1 { font-size: 1.4rem; margin: 0 0 .25rem; }
p { margin: .25rem 0 1rem; color: var(--soft); }
table { border-collapse: collapse; font-size: .9rem; margin-bottom: 1.5rem; }
th, td { text-align: right; padding: .2rem .8rem .2rem 0; border-bottom: 1px solid var(--line); font-variant-numeric: tabular-nums; }
th:first-child, td:first-child { text-align: left; }
form { position: sticky; top: 0; background: var(--bg); padding: .6rem 0; border-bottom: 1px solid var(--line); display: flex; gap: 1rem; align-items: center; flex-wrap: wrap; }
select { font: inherit; padding: .2rem .4rem; }
article { border-bottom: 1px solid var(--line); padding: 1rem 0; }
h2 { font-size: .95rem; margin: 0; overflow-wrap: anywhere; }
.outcome { font-size: .85rem; color: var(--soft); margin: 0 0 .5rem; }
.dropped .outcome { color: var(--del); }
.text { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; font: inherit; }
del { color: var(--del); background: var(--delbg); }
ins { color: var(--ins); background: var(--insbg); text-decoration: none; }
.faded del, .faded ins { opacity: .35; }
.faded .on { opacity: 1; outline: 1px solid currentColor; }
`;

/** Shows the documents that the chosen rule touched, and fades what other rules did. */
const SCRIPT = `
const select = document.querySelector('select');
const shown = document.querySelector('output');
const apply = () => {
  const rule = select.value;
  let count = 0;
  for (const article of document.querySelectorAll('article')) {
    const touched = rule === '' || article.dataset.rules.split(' ').includes(rule);
    article.hidden = !touched;
    if (touched) count++;
    article.classList.toggle('faded', rule !== '');
    for (const mark of article.querySelectorAll('del, ins')) mark.classList.toggle('on', mark.title === rule);
  }
  shown.textContent = count + ' documents';
};
select.addEventListener('change', apply);
apply();
`;

export function previewPage(name: string, preview: Preview): string {
  const { read, kept, quarantined, rules, shown, shownOf } = preview;
  const rows = [...rules].map(([rule, { changed, dropped, removed, inserted }]) => {
    const reasons = Object.entries(dropped).map(([reason, times]) => `${reason} ${number.format(times)}`);
    return `<tr>${[rule, number.format(changed), reasons.length === 0 ? '0' : reasons.join(', '), number.format(removed), number.format(inserted)].map((cell) => `<td>${asHtml(cell)}</td>`).join('')}</tr>`;
  });
  return `<!doctype html>
<html lang="ja">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${asHtml(name)}: preview</title>
<style>${STYLE}</style>
<h1>清流 ${asHtml(name)}: preview</h1>
<p>${number.format(read)} records read, ${number.format(kept)} documents kept, ${number.format(quarantined.length)} quarantined; ${shown.length} of ${shownOf} documents that were changed or dropped are below.</p>
<table><thead><tr><th>rule</th><th>changed</th><th>dropped</th><th>characters removed</th><th>put in</th></tr></thead><tbody>
${rows.join('\n')}
</tbody></table>
<form><label>Rule <select><option value="">all</option>${[...rules.keys()].map((rule) => `<option>${asHtml(rule)}</option>`).join('')}</select></label> <output></output></form>
${shown.map(article).join('\n')}
<script>${SCRIPT}</script>
</html>
`;
}

function article(trace: Trace): string {
  const { document, outcome, steps } = trace;
  const rules = new Set(steps.map(({ filter }) => filter));
  if (outcome.decision === 'drop') rules.add(splitReason(outcome.reason).rule);
  const text = segmentsOf(trace).map((segment) => {
    const escaped = asHtml(segment.text);
    if (segment.kind === 'kept') return escaped;
    const tag = segment.kind === 'removed' ? 'del' : 'ins';
    return `<${tag} title="${asHtml(segment.by)}">${escaped}</${tag}>`;
  });
  return `<article data-rules="${asHtml([...rules].join(' '))}"${outcome.decision === 'keep' ? '' : ' class="dropped"'}><h2>${asHtml(document.id)}</h2><p class="outcome">${asHtml(outcomeText(trace))}</p><pre class="text">${text.join('')}</pre></article>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const asHtml = (text: string): string => text.replace(/[&<>"]/g, (unit) => ENTITIES[unit] ?? unit);
