// Draws what a terminal shows as an SVG: `tmux capture-pane -p | npx tsx scripts/terminal-svg.ts > docs/terminal.svg`.
import { readFileSync } from 'node:fs';

const LINE = 19;
const CHARACTER = 7.85;
const MARGIN = 18;

const lines = readFileSync(0, 'utf8').trimEnd().split('\n');
const columns = Math.max(...lines.map((line) => line.length));
const width = Math.ceil(columns * CHARACTER + 2 * MARGIN);
const height = lines.length * LINE + 2 * MARGIN + 22;
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const rows = lines.map((line, index) => {
  const y = MARGIN + 22 + (index + 0.75) * LINE;
  const colour = /^\s+not /.test(line) ? '#8b949e' : /^清流|^\$/.test(line) ? '#7ee787' : '#e6edf3';
  return `  <text x="${MARGIN}" y="${y.toFixed(1)}" fill="${colour}" xml:space="preserve">${escaped(line)}</text>`;
});
process.stdout.write(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="A run of the sample in a terminal">
  <rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>
  <circle cx="20" cy="18" r="6" fill="#ff5f56"/><circle cx="40" cy="18" r="6" fill="#ffbd2e"/><circle cx="60" cy="18" r="6" fill="#27c93f"/>
  <g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'Noto Sans Mono CJK JP', monospace" font-size="13">
${rows.join('\n')}
  </g>
</svg>
`);
