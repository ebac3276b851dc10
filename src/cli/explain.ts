// `seiryu explain`: follows one document through a finished run.
import { join } from 'node:path';
import { Command } from 'commander';
import { contextOf } from '../engine/context.ts';
import { type Explanation, explain } from '../inspect/replay.ts';
import { sharedShingles } from '../inspect/similarity.ts';
import { type Look, printable, traceLines } from '../inspect/terminal.ts';
import type { Agreement } from '../pipeline/define.ts';
import { collect, look } from './arguments.ts';
import { openRun } from './open-run.ts';

interface ExplainFlags {
  run?: string;
  pipeline?: string;
  set: string[];
}

export const explainCommand = new Command('explain')
  .summary('what became of one document in a run, duplicates included')
  .description(
    'Follows one document through a run: reads it again from its shard, shows what each rule did, and names the earlier document that a duplicate repeats.',
  )
  .argument('<id>', 'document: source/shard#ordinal, as in the JSONL sink, quarantine.jsonl and preview')
  .option('--run <dir>', 'folder of the run (default: the newest in runs/)')
  .option('--pipeline <file>', 'its pipeline file, where that was moved since')
  .option('--set <a.b=c>', 'the overrides it was run with, with --pipeline', collect, [])
  .action(async (id: string, flags: ExplainFlags) => {
    const { dir, record, plan } = await openRun(flags.run, flags);
    const abort = new AbortController();
    const context = contextOf(plan, { env: process.env, signal: abort.signal });
    try {
      const lines = explanationLines(id, await explain({ dir, plan, record, context }, id), look());
      process.stdout.write(`${lines.join('\n')}\n`);
    } finally {
      abort.abort();
    }
  });

/** What made the deduper take two documents for the same, where there is more to say than that they are equal. */
function agreementLines({ band, similarity }: Agreement): string[] {
  const parts = [
    ...(band === undefined ? [] : [`band ${band} matched (the first is 0)`]),
    ...(similarity === undefined ? [] : [`estimated Jaccard similarity ${similarity.toFixed(3)}`]),
  ];
  return parts.length === 0 ? [] : [`  ${parts.join(', ')}`];
}

function explanationLines(id: string, explanation: Explanation, style: Look): string[] {
  switch (explanation.kind) {
    case 'skipped':
      return [
        id,
        '  no document by its format’s rules (a redirect, a disambiguation or another page that is no article)',
      ];
    case 'reject': {
      const { reason, detail, excerpt, offset } = explanation.reject;
      return [
        id,
        `  quarantined: ${reason}. ${printable(detail)}`,
        `  at decoded byte ${offset}: ${printable(excerpt)}`,
      ];
    }
    case 'dropped':
      return traceLines(explanation.trace, style);
    case 'unread':
      return [
        ...traceLines(explanation.trace, style),
        '  The run ended before it came to this document; above is what the filters make of it.',
      ];
    case 'kept': {
      const { trace, number, shards } = explanation;
      return [
        ...traceLines(trace, style),
        `  kept document ${number} of the run`,
        ...shards.map((shard) => `  in ${join(shard)}`),
      ];
    }
    case 'earlier': {
      const { trace, label, name, of } = explanation;
      const [head = id, , ...rest] = traceLines(trace, style);
      const known = of?.id ?? name.id;
      const from = name.path === name.input ? name.path : `${name.path} (${name.input})`;
      const begins = of === undefined ? [] : [`  that begins: ${printable(of.text.slice(0, 100))}`];
      return [
        head,
        `  dropped by ${label}: an earlier run holds it: ${from}, document ${name.number}${known === undefined ? '' : `, ${known}`}`,
        ...begins,
        ...rest,
      ];
    }
    case 'duplicate': {
      const { trace, label, agreement, of } = explanation;
      const [head = id, , ...rest] = traceLines(trace, style);
      const alike = sharedShingles(trace.text, of.text);
      return [
        head,
        `  dropped by ${label}: a duplicate of ${of.id}${of.url === undefined ? '' : ` (${printable(of.url)})`}`,
        ...agreementLines(agreement),
        `  the two share ${(100 * alike).toFixed(1)} % of their 5-character shingles; the earlier one begins: ${printable(of.text.slice(0, 100))}`,
        ...rest,
      ];
    }
  }
}
