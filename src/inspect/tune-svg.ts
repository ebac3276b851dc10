// A tuning as an SVG drawing: S-curves over the corpus' own histogram.
import { scaleLinear, scaleSymlog } from 'd3-scale';
import { curveMonotoneX, line } from 'd3-shape';
import { candidateChance } from './s-curve.ts';
import { BINS, type Tuning } from './tune.ts';

const WIDTH = 760;
const HEIGHT = 440;
const MARGIN = { top: 40, right: 64, bottom: 48, left: 56 };
const COLOURS = ['#1b7837', '#2166ac', '#762a83', '#b35806', '#01665e', '#b2182b'];
const STEPS = 200;

/** A whole document, without scripts, fonts or links to anything. */
export function tuneSvg(name: string, { documents, threshold, bins, choices }: Tuning): string {
  const x = scaleLinear([0, 1], [MARGIN.left, WIDTH - MARGIN.right]);
  const y = scaleLinear([0, 1], [HEIGHT - MARGIN.bottom, MARGIN.top]);
  const most = Math.max(1, ...bins.map(({ nearest }) => nearest));
  // Counts span many powers of ten, and zero is one of them.
  const counts = scaleSymlog([0, most], [HEIGHT - MARGIN.bottom, MARGIN.top]).constant(1);
  const bars = bins.map(({ from, nearest }) => {
    const [left, right, top] = [x(from) + 1, x(from + 1 / BINS) - 1, counts(nearest)];
    return `<rect x="${px(left)}" y="${px(top)}" width="${px(right - left)}" height="${px(HEIGHT - MARGIN.bottom - top)}" fill="#d9d9d9"><title>${from.toFixed(2)}–${(from + 1 / BINS).toFixed(2)}: ${nearest} documents</title></rect>`;
  });
  const path = line<[number, number]>()
    .x(([similarity]) => x(similarity))
    .y(([, chance]) => y(chance))
    .curve(curveMonotoneX)
    .digits(1);
  const curves = choices.map((choice, index) => {
    const points = Array.from({ length: STEPS + 1 }, (_, step): [number, number] => {
      const similarity = step / STEPS;
      return [similarity, candidateChance(choice, similarity)];
    });
    return `<path d="${path(points) ?? ''}" fill="none" stroke="${colour(index)}" stroke-width="${index === 0 ? 3 : 1.5}"/>`;
  });
  const legend = choices.map(({ bands, rows, half, dropped }, index) => {
    const top = MARGIN.top + 14 + 18 * index;
    const text = `${bands} × ${rows}${index === 0 ? ' (yours)' : ''}: half at ${half.toFixed(2)}, drops ${((100 * dropped) / Math.max(1, documents)).toFixed(2)} %`;
    return `<rect x="${MARGIN.left + 10}" y="${top - 9}" width="14" height="4" fill="${colour(index)}"/><text x="${MARGIN.left + 30}" y="${top - 3}">${text}</text>`;
  });
  const box = `<rect x="${MARGIN.left + 4}" y="${MARGIN.top + 2}" width="250" height="${18 * choices.length + 4}" fill="white" fill-opacity="0.85"/>`;
  const bottom = HEIGHT - MARGIN.bottom;
  const across = x
    .ticks(10)
    .map((tick) => `<text x="${px(x(tick))}" y="${bottom + 18}" text-anchor="middle">${tick}</text>`);
  const up = y
    .ticks(5)
    .map((tick) => `<text x="${MARGIN.left - 8}" y="${px(y(tick) + 4)}" text-anchor="end">${tick}</text>`);
  const right = [0, 1, 10, 100, 1000, 10_000, 100_000]
    .filter((tick) => tick <= most)
    .map((tick) => `<text x="${WIDTH - MARGIN.right + 8}" y="${px(counts(tick) + 4)}" fill="#777">${tick}</text>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-family="sans-serif" font-size="12" role="img" aria-label="S-curves of bands and rows over the similarity histogram">
<rect width="100%" height="100%" fill="white"/>
<text x="${MARGIN.left}" y="22" font-size="15">${escaped(name)}: ${documents} documents, each by its similarity to the nearest before it</text>
${[...bars, ...curves].join('\n')}
<line x1="${px(x(threshold))}" x2="${px(x(threshold))}" y1="${MARGIN.top}" y2="${bottom}" stroke="#777" stroke-dasharray="4 3"/>
<text x="${px(x(threshold) + 4)}" y="${bottom - 6}" fill="#555">threshold ${threshold}</text>
<path d="M${MARGIN.left},${MARGIN.top}V${bottom}H${WIDTH - MARGIN.right}" fill="none" stroke="#333"/>
${[...across, ...up, ...right, box, ...legend].join('\n')}
<text x="${WIDTH / 2}" y="${HEIGHT - 10}" text-anchor="middle">Jaccard similarity</text>
<text transform="translate(16,${HEIGHT / 2}) rotate(-90)" text-anchor="middle">chance to become candidates</text>
<text transform="translate(${WIDTH - 10},${HEIGHT / 2}) rotate(-90)" text-anchor="middle" fill="#777">documents</text>
</svg>
`;
}

const px = (value: number): string => String(Math.round(value * 10) / 10);
const colour = (index: number): string => COLOURS[index % COLOURS.length] ?? '#333';
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
