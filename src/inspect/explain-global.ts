// What became of a document in the global mode: its row in the first pass, and who stayed of its cluster.
import { DecisionFiles, type DecisionsHead, decisionsHead } from '../dedup/global/decisions.ts';
import { passFolder } from '../engine/first-pass-paths.ts';
import { runPaths } from '../engine/run-folder.ts';
import type { Tally } from '../engine/tally.ts';
import { PipelineError } from '../errors.ts';
import { loadRegistry } from '../pipeline/plugins.ts';
import { openEarlierOf, type Stream, type Survivor, survivorsFrom } from './decide-again.ts';
import { openSeen } from './seen.ts';

export type GlobalDecision =
  /** `number`: how many documents the run had kept before it. */
  | { readonly kind: 'kept'; readonly number: number }
  | { readonly kind: 'duplicate'; readonly reason: string; readonly of: Survivor }
  | { readonly kind: 'earlier'; readonly reason: string; readonly before: BeforeName | undefined };

type BeforeName = ReturnType<Awaited<ReturnType<typeof openEarlierOf>>['nameOf']>;

/** Streams again the commit that holds the document, and the one that holds the document that stayed for it. */
export async function decidedGlobally(stream: Stream, entry: number, id: string): Promise<GlobalDecision> {
  const dir = passFolder(runPaths(stream.run.dir));
  const head = await decisionsHead(dir);
  if (head === undefined) {
    throw new PipelineError(`${stream.run.dir} has not come to its second pass: nothing is decided yet.`, {
      code: 'run.undecided',
      fix: 'Run the pipeline again: it goes on where it stopped.',
    });
  }
  const files = new DecisionFiles(dir);
  try {
    let row = rowsBefore(stream, entry, head);
    const first = row;
    for await (const { document, text } of survivorsFrom(stream, entry)) {
      if (document.id !== id) {
        row++;
        continue;
      }
      const reason = head.reasons[files.reasons(row, 1)[0] ?? 0] ?? '';
      if (reason === '') {
        const between = files.reasons(first, row - first).reduce((sum, each) => sum + (each === 0 ? 1 : 0), 0);
        return { kind: 'kept', number: (stream.entries[entry - 1]?.checkpoint.tally.documents.kept ?? 0) + between };
      }
      if (reason.endsWith('.earlier-run')) return { kind: 'earlier', reason, before: await nameBefore(stream, text) };
      return { kind: 'duplicate', reason, of: await atRow(stream, files.survivor(row), head) };
    }
  } finally {
    files.close();
  }
  throw new Error(`the stream did not hold ${id} where the journal says`);
}

/** Documents that came to the second pass's gate before a commit. */
function rowsBefore({ entries }: Pick<Stream, 'entries'>, entry: number, head: DecisionsHead): number {
  const documents = entries[entry - 1]?.checkpoint.tally.documents;
  return documents === undefined ? 0 : rowsOf(documents, head);
}

const rowsOf = ({ kept, dropped }: Tally['documents'], { reasons }: DecisionsHead): number =>
  kept + reasons.slice(1).reduce((sum, reason) => sum + (dropped[reason] ?? 0), 0);

async function atRow(stream: Stream, wanted: number, head: DecisionsHead): Promise<Survivor> {
  const holding = stream.entries.findIndex(({ checkpoint }) => rowsOf(checkpoint.tally.documents, head) > wanted);
  const entry = holding < 0 ? stream.entries.length : holding;
  let row = rowsBefore(stream, entry, head);
  for await (const survivor of survivorsFrom(stream, entry)) if (row++ === wanted) return survivor;
  throw new Error(`the stream did not hold row ${wanted} where the journal says`);
}

async function nameBefore({ run }: Stream, text: string): Promise<BeforeName | undefined> {
  const earlier = await openEarlierOf(run);
  try {
    const seen = await openSeen(run.plan, await loadRegistry(run.plan.plugins), earlier.lookups);
    const decided = seen.decide(text);
    return 'before' in decided ? earlier.nameOf(decided.before) : undefined;
  } finally {
    earlier.close();
  }
}
