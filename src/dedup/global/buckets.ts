// Groups the keys of one band out of core, with DuckDB: which rows share a key.
import type { DuckDBConnection } from '@duckdb/node-api';
import { DiskError, errorMessage, PipelineError, SeiryuError } from '../../errors.ts';
import { formatBytes } from '../../pipeline/units.ts';

export interface GroupingLimits {
  /** Bytes of memory that DuckDB may take. */
  readonly memory: number;
  /** Bytes on disk that it may spill. */
  readonly spill: number;
  /** Where it spills to. */
  readonly dir: string;
}

export interface Grouping {
  /** The rows of each key that several share, ascending, keys in order. `parts`: Parquet files of (key, row). */
  buckets(parts: readonly string[]): AsyncGenerator<number[]>;
  close(): void;
}

/** DuckDB holds less at its lower limits, and fails oddly. */
export const LEAST_MEMORY = 128 * 2 ** 20;

/** Loaded when it is needed: it is 60 MB of native code, which a run without the global mode must not pay for. */
export async function loadDuckDB(): Promise<typeof import('@duckdb/node-api')> {
  try {
    return await import('@duckdb/node-api');
  } catch (error) {
    throw new PipelineError(
      `The global mode of dedup needs the package @duckdb/node-api, which does not load here: ${errorMessage(error)}`,
      {
        code: 'dedup.duckdb',
        fix: 'Install it with `npm install @duckdb/node-api` (it has binaries for Linux, macOS and Windows on x64 and arm64), or leave out `mode: global`.',
        cause: error,
      },
    );
  }
}

export async function openGrouping({ memory, spill, dir }: GroupingLimits): Promise<Grouping> {
  const { DuckDBInstance } = await loadDuckDB();
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${Math.floor(memory / 2 ** 20)}MiB`,
    temp_directory: dir,
    max_temp_directory_size: `${Math.max(1, Math.floor(spill / 2 ** 20))}MiB`,
    threads: '2',
    preserve_insertion_order: 'false',
    autoinstall_known_extensions: 'false',
  });
  const connection = await instance.connect();
  return {
    buckets: (parts) => bucketsOf(connection, parts, { memory, spill }),
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

async function* bucketsOf(
  connection: DuckDBConnection,
  parts: readonly string[],
  limits: Pick<GroupingLimits, 'memory' | 'spill'>,
): AsyncGenerator<number[]> {
  if (parts.length === 0) return;
  const files = parts.map((part) => `'${part.replaceAll("'", "''")}'`).join(', ');
  const keys = `read_parquet([${files}])`;
  let bucket: number[] = [];
  let bucketKey = -1;
  try {
    const result = await connection.stream(
      `SELECT key, "row" FROM ${keys} SEMI JOIN (SELECT key FROM ${keys} GROUP BY key HAVING count(*) > 1) USING (key) ORDER BY key, "row"`,
    );
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) break;
      const found = u32s(chunk.getColumnVector(0));
      const rows = u32s(chunk.getColumnVector(1));
      for (let at = 0; at < chunk.rowCount; at++) {
        const key = found[at] ?? 0;
        if (key !== bucketKey) {
          if (bucket.length > 1) yield bucket;
          bucket = [];
          bucketKey = key;
        }
        bucket.push(rows[at] ?? 0);
      }
    }
  } catch (error) {
    throw explained(error, limits);
  }
  if (bucket.length > 1) yield bucket;
}

function u32s(vector: object): Uint32Array {
  const items: unknown = Reflect.get(vector, 'items');
  if (!(items instanceof Uint32Array)) throw new Error('DuckDB gave another type than UINTEGER');
  return items;
}

function explained(error: unknown, { memory, spill }: Pick<GroupingLimits, 'memory' | 'spill'>): unknown {
  if (error instanceof SeiryuError) return error;
  const message = errorMessage(error);
  if (/max_temp_directory_size|No space left|temp directory/iu.test(message)) {
    return new DiskError(`Grouping the bands spilled more than the ${formatBytes(spill)} that the disk budget left.`, {
      code: 'dedup.spill',
      fix: 'Raise disk.budget or dedup.memory and run the same command again: the first pass is not repeated.',
      cause: error,
    });
  }
  if (/out of memory/iu.test(message)) {
    return new PipelineError(`Grouping the bands did not fit in the ${formatBytes(memory)} that dedup.memory left.`, {
      code: 'dedup.memory',
      fix: 'Raise dedup.memory and run the same command again: the first pass is not repeated.',
      cause: error,
    });
  }
  return error;
}
