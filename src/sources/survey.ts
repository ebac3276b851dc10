// What a source would read: its shards with their published bytes, asked for without reading them.
import type { Shard, Source } from '../pipeline/define.ts';

export interface SurveyedShard {
  readonly shard: Shard;
  /** Published (packed) bytes; undefined where nobody says. */
  readonly bytes: number | undefined;
}

export interface Survey {
  readonly shards: readonly SurveyedShard[];
  /** Sum of the known sizes. */
  readonly bytes: number;
  /** Shards whose size is not known. */
  readonly unknown: number;
}

export interface SurveyOptions {
  /** Most shards whose size is asked of the server, one small request each, where its list does not tell. */
  readonly asked: number;
}

/** Requests for sizes that are under way at once. */
const AT_ONCE = 8;

/** Lists a source's shards. Errors are those of the source. */
export async function surveyOf(source: Source, { asked }: SurveyOptions): Promise<Survey> {
  const listed: Shard[] = [];
  for await (const shard of source.shards()) listed.push(shard);
  const missing = listed.filter(({ size }) => size === undefined);
  const sizes = missing.length <= asked ? await sizesOf(source, missing) : new Map<string, number>();
  const shards = listed.map((shard) => ({ shard, bytes: shard.size ?? sizes.get(shard.id) }));
  return {
    shards,
    bytes: shards.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0),
    unknown: shards.filter(({ bytes }) => bytes === undefined).length,
  };
}

async function sizesOf({ transport }: Source, shards: readonly Shard[]): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  const left = shards.values();
  const ask = async (): Promise<void> => {
    for (const { id, path } of left) {
      const size = await transport.size(path);
      if (size !== undefined) sizes.set(id, size);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, shards.length) }, ask));
  return sizes;
}
