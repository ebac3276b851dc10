// `seiryu apply` as a function of streams: JSON lines in, the same lines out with the plan's decision on each.
import { cutBlocks } from '../engine/blocks.ts';
import type { FieldMap, Json, JsonObject } from '../pipeline/define.ts';
import type { Plan } from '../pipeline/plan.ts';
import { formats } from '../sources/parse/index.ts';
import { type Span, segmentsOf, spansOf } from './segments.ts';
import { createTracer, type Trace } from './trace.ts';

export interface ApplyOptions {
  /** Dotted path of the text in a record. */
  readonly text: string;
  /** `decisions`: every record, in order, with what was decided. `kept`: only kept records, as they would be written. */
  readonly output: 'decisions' | 'kept';
}

/** Yields output lines, each with its line feed. Holds one block of input and, with dedup, the index of what was kept. */
export async function* applied(
  plan: Plan,
  input: AsyncIterable<Uint8Array>,
  { text, output }: ApplyOptions,
): AsyncGenerator<string> {
  const tracer = await createTracer(plan);
  const format = formats.jsonl;
  const fields: FieldMap = { text, url: 'url' };
  const path = text.split('.');
  for await (const cut of cutBlocks(input, format, plan.stream)) {
    const { documents, rejects } = format.parse(cut.bytes, {
      firstOrdinal: cut.firstOrdinal,
      offset: cut.offset,
      fields,
    });
    const records = [
      ...documents.map((document) => ({ ordinal: document.ordinal, document })),
      ...[...rejects, ...(cut.reject === undefined ? [] : [cut.reject])].map((reject) => ({
        ordinal: reject.ordinal,
        reject,
      })),
    ].sort((a, b) => a.ordinal - b.ordinal);
    for (const record of records) {
      if ('reject' in record) {
        const { reason, detail, excerpt, ordinal } = record.reject;
        if (output === 'decisions')
          yield line({ seiryu: { decision: 'quarantine', line: ordinal + 1, reason, detail, excerpt } });
        continue;
      }
      const { meta, url, text: original, ordinal } = record.document;
      const id = typeof meta.id === 'string' ? meta.id : `line ${ordinal + 1}`;
      const trace = tracer.trace({ id, text: original, meta, ...(url === undefined ? {} : { url }) });
      const kept = trace.outcome.decision === 'keep';
      if (output === 'decisions') yield line({ ...withText(meta, path, trace.text), seiryu: decisionOf(trace) });
      else if (kept) yield line(withText(meta, path, trace.text));
    }
  }
}

const line = (record: JsonObject): string => `${JSON.stringify(record)}\n`;

/** What was decided, why, and where the text changed: spans are places of the text as it came, in UTF-16 units. */
function decisionOf(trace: Trace): JsonObject {
  const spans = spansOf(segmentsOf(trace)).map(({ by, start, end, inserted }: Span): JsonObject => {
    const span = { by, start, end };
    return inserted === undefined ? span : { ...span, inserted };
  });
  return { ...trace.outcome, spans };
}

function withText(record: JsonObject, [key = '', ...inner]: readonly string[], text: string): JsonObject {
  const held: Json | undefined = record[key];
  const isObject = typeof held === 'object' && held !== null && !Array.isArray(held);
  return { ...record, [key]: inner.length === 0 ? text : withText(isObject ? held : {}, inner, text) };
}
