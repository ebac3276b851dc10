// `seiryu apply`: a pipeline's filters and dedup as a Unix filter over JSON lines.
import { pipeline } from 'node:stream/promises';
import { Command } from 'commander';
import { systemCode } from '../errors.ts';
import { applied } from '../inspect/apply.ts';
import { loadPlan } from '../pipeline/load.ts';
import { collect, noteUncounted, pipelineFile } from './arguments.ts';

export const applyCommand = new Command('apply')
  .summary('JSON lines in, JSON lines out with the decision on each: < in.jsonl > out.jsonl')
  .description(
    'Applies a pipeline’s filters and dedup to JSON lines from standard input. Each line comes out with its text cleaned and a field "seiryu": the decision (keep, drop, quarantine), its reason, and the spans that each rule removed or put in. Sources, sinks and trainer of the pipeline are not used.',
  )
  .argument('<pipeline>', 'pipeline file (YAML)')
  .option('--text <field>', 'field that holds the text; dots go into objects', 'text')
  .option('--kept', 'only kept records, without decisions', false)
  .option('--set <a.b=c>', 'override an option of the file; may be given several times', collect, [])
  .action(async (file: string, { text, kept, set }: { text: string; kept: boolean; set: string[] }) => {
    const plan = await loadPlan(pipelineFile(file), set);
    noteUncounted(plan);
    try {
      await pipeline(
        process.stdin,
        (input) => applied(plan, input, { text, output: kept ? 'kept' : 'decisions' }),
        process.stdout,
      );
    } catch (error) {
      // The reader has seen enough, as in `seiryu apply … | head`.
      if (systemCode(error) !== 'EPIPE' && systemCode(error) !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    }
  });
