// `npm run bench -- NAME …`: named benchmarks, each against a peer in the same run.

import { gate } from './dedup/gate.ts';
import { globalPass } from './dedup/global.ts';
import { dedup } from './dedup.ts';
import { filters } from './filters.ts';
import { generation } from './generation.ts';
import { linear } from './linear.ts';
import { perplexity } from './perplexity.ts';
import { pipeline } from './pipeline.ts';
import { sources } from './sources.ts';
import { starve } from './starve.ts';
import { tokenizer } from './tokenizer.ts';
import { wikitext } from './wikitext.ts';

const benchmarks: Readonly<Record<string, () => Promise<void>>> = {
  dedup,
  filters,
  gate,
  global: globalPass,
  generation,
  linear,
  perplexity,
  pipeline,
  sources,
  starve,
  tokenizer,
  wikitext,
};

const names = process.argv.slice(2);
const unknown = names.filter((name) => !(name in benchmarks));
if (names.length === 0 || unknown.length > 0) {
  console.error(`Usage: npm run bench -- NAME …\nBenchmarks: ${Object.keys(benchmarks).join(', ')}`);
  process.exit(2);
}
for (const name of names) await benchmarks[name]?.();
