// Two documents of a cluster, read again from their shards, as the run's filters left them.
import { judgedIn } from './judged.ts';
import type { Run } from './replay.ts';
import { journalHead, placeOf, readOne } from './replay.ts';
import { type Segment, segmentsOf } from './segments.ts';
import { createTracer } from './trace.ts';

/** From the text of document `a` to that of document `b`; reads each shard up to its document. */
export async function diffOf(run: Run, a: string, b: string): Promise<Segment[]> {
  const { shards } = await journalHead(run);
  const tracer = await createTracer(run.plan, await judgedIn(run));
  const textOf = async (id: string): Promise<string> => {
    const found = await readOne(run, placeOf(id, shards));
    return found === undefined || 'reason' in found ? '' : tracer.filter(found).text;
  };
  const [before, after] = [await textOf(a), await textOf(b)];
  const document = { id: a, text: before, meta: {} };
  return segmentsOf({ document, steps: [{ filter: '', before, result: { keep: after } }] });
}
