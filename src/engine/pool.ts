// Blocks to workers and back: buffers are moved, never copied.
import type { Piscina } from 'piscina';
import type { SinkView } from '../pipeline/define.ts';
import type { Plan } from '../pipeline/plan.ts';
import type { Judged } from './findings.ts';
import type { Observed } from './observe.ts';
import type { BlockResult, ProcessorPlan } from './process.ts';
import type { ProcessedBlock } from './session.ts';
import type { Bz2Task } from './shards.ts';
import type { Block } from './stream.ts';
import type { WorkerTask } from './worker.ts';

/** What the workers need of a plan. The feed sends what the `json` view holds. */
export function processorPlan(
  plan: Plan,
  sinkViews: readonly SinkView[],
  judged: readonly Judged[],
  shared: ProcessorPlan['shared'],
): ProcessorPlan {
  const views = new Set(sinkViews);
  if (plan.trainer) views.add('json');
  const { language, baseDir, plugins, filters, dedupers, stream } = plan;
  return { language, baseDir, plugins, filters, dedupers, views: [...views], work: stream.work, shared, judged };
}

const EMPTY: BlockResult = {
  read: 0,
  rejects: [],
  dropped: {},
  count: 0,
  textBytes: new Uint32Array(0),
  ordinals: new Uint32Array(0),
  signatures: new Uint32Array(0),
  views: {
    text: { bytes: new Uint8Array(0), offsets: new Uint32Array(1) },
    json: { bytes: new Uint8Array(0), offsets: new Uint32Array(1) },
  },
  seconds: { parse: 0, filters: {}, sign: 0, encode: 0 },
};

export interface BlockProcessor {
  process(block: Block): Promise<ProcessedBlock>;
  /** In pass one. */
  observe(block: Block): Promise<{ readonly block: Block; readonly observed: Observed }>;
  readonly runTask: Bz2Task;
}

export function blockProcessor(pool: Piscina): BlockProcessor {
  const run = async <T>(task: WorkerTask): Promise<T> => {
    const { bytes } = task;
    const owned = bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength;
    const result: T = await pool.run(task, owned ? { transferList: [bytes.buffer] } : {});
    return result;
  };
  return {
    runTask: (task) => run<Uint8Array[]>(task),
    process: async (block) =>
      block.cut.records === 0 ? { block, result: EMPTY } : { block, result: await run<BlockResult>(taskOf(block)) },
    observe: async (block) =>
      block.cut.records === 0
        ? { block, observed: { read: 0, words: [] } }
        : { block, observed: await run<Observed>(taskOf(block)) },
  };
}

function taskOf({ source, shard, cut }: Block): WorkerTask {
  const { bytes, offset, firstOrdinal, records } = cut;
  const { id, format, fields } = shard;
  return { kind: 'block', source, shard: id, format, fields, bytes, offset, firstOrdinal, records };
}
