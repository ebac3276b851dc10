// Pass one of `lines`: counts, and says whether the count can be trusted.
import { PipelineError } from '../errors.ts';
import type { Count, JsonObject } from '../pipeline/define.ts';
import { formatBytes } from '../pipeline/units.ts';
import { type LineRule, writeLineSet } from './line-set.ts';
import { LineSketch, ROWS } from './line-sketch.ts';

/** Above this chance of losing a line that was seen once, a run stops rather than damage the text. */
const MOST_FALSE = 1e-4;
const COUNTERS = 16;

export class LineCount implements Count {
  readonly #rule: LineRule;
  readonly #memory: number;
  readonly #sketch: LineSketch;
  #documents = 0;
  #lines = 0;

  constructor({ times, hosts, unit, ignore, memory }: LineRule & { readonly memory: number }) {
    this.#rule = { times, hosts, unit, ignore: [...ignore] };
    this.#memory = memory;
    this.#sketch = new LineSketch(memory);
  }

  add(observed: Uint32Array): void {
    for (let at = 0; at < observed.length; ) {
      const lines = observed[at++] ?? 0;
      const host = observed[at++] ?? 0;
      for (const end = at + 2 * lines; at < end; at += 2)
        this.#sketch.add(observed[at] ?? 0, observed[at + 1] ?? 0, host);
      this.#documents++;
      this.#lines += lines;
    }
  }

  save(): Uint8Array {
    const counters = Buffer.alloc(COUNTERS);
    counters.writeDoubleLE(this.#documents, 0);
    counters.writeDoubleLE(this.#lines, 8);
    return Buffer.concat([counters, this.#sketch.save()]);
  }

  load(saved: Uint8Array): void {
    const counters = Buffer.from(saved.buffer, saved.byteOffset, COUNTERS);
    this.#documents = counters.readDoubleLE(0);
    this.#lines = counters.readDoubleLE(8);
    this.#sketch.load(saved.subarray(COUNTERS));
  }

  result(): { found: Uint8Array; facts: JsonObject } {
    const { times, hosts } = this.#rule;
    const falseShare = this.#sketch.falseShare(times, hosts);
    if (falseShare > MOST_FALSE) throw this.#tooSmall(falseShare);
    const found = writeLineSet(this.#rule, this.#sketch.width, this.#sketch.frequent(times, hosts));
    return { found, facts: { documents: this.#documents, lines: this.#lines, falseShare } };
  }

  #tooSmall(falseShare: number): PipelineError {
    const { times } = this.#rule;
    let memory = this.#memory;
    while (tail((this.#lines * 4 * ROWS) / memory, times - 1) ** ROWS > MOST_FALSE / 10) memory *= 1.25;
    return new PipelineError(
      `dedup.lines counted ${this.#lines} lines in ${formatBytes(this.#memory)}: one in ${Math.round(1 / falseShare)} of those seen once would be taken away.`,
      {
        code: 'lines.memory',
        fix: `Give it \`memory: ${formatBytes(Math.max(memory, 2 * this.#memory)).replace(' ', '')}\`, ask for more \`times\`, or count a part of the corpus with \`seiryu lines\` and use its file.`,
      },
    );
  }
}

/** The chance that a Poisson variable of this mean is at least `least`. */
function tail(mean: number, least: number): number {
  let term = Math.exp(-mean);
  let below = 0;
  for (let count = 0; count < least; count++) {
    below += term;
    term *= mean / (count + 1);
  }
  return Math.max(0, 1 - below);
}
