// Parquet as JSON lines: pages of the wanted columns are fetched as ranges, and few of them are in memory at a time.
import { SeiryuError, SourceError } from '../errors.ts';
import type { Shard, Transport } from '../pipeline/define.ts';
import { corrupt } from './decode/damage.ts';
import type { SeekOptions } from './decode/index.ts';
import { boundRatio, STANDARD_RATIO } from './decode/ratio.ts';
import { type Footer, type ParquetFile, type RowGroup, readFooter } from './parquet/footer.ts';
import { JsonLines } from './parquet/json-lines.ts';
import { groupLines, wantedColumns } from './parquet/rows.ts';

/** A row group's wanted columns are fetched with one request when they lie within so many bytes. */
const SPAN = 8 * 1024 * 1024;

interface ParquetOptions extends SeekOptions {
  readonly signal: AbortSignal;
  readonly onInput?: ((bytes: number) => void) | undefined;
  readonly ratio?: number | undefined;
}

/**
 * Yields each row as a JSON object and a newline, columns in the file's order; `shard.columns` limits them. Every start
 * of a row group is a seek point. Holds a window of 4 MiB and a page of each flat column, of nested columns a row group.
 * All slices, of at most 1 MiB, lie in one buffer, which is written again when the next is asked for.
 * Throws DecodeError (`decode.corrupt`, `decode.ratio`) after the rows before a damage.
 */
export function parquetLines(
  transport: Transport,
  shard: Pick<Shard, 'path' | 'size' | 'columns'>,
  options: ParquetOptions,
): AsyncGenerator<Uint8Array> {
  let asked = 0;
  const onInput = (bytes: number): void => {
    asked += bytes;
    options.onInput?.(bytes);
  };
  const lines = allLines(transport, shard, { ...options, onInput });
  return boundRatio(lines, { ratio: options.ratio ?? STANDARD_RATIO, from: options.from, consumed: () => asked });
}

async function* allLines(
  transport: Transport,
  shard: Pick<Shard, 'path' | 'size' | 'columns'>,
  { signal, onInput, onPoint, from }: ParquetOptions,
): AsyncGenerator<Uint8Array> {
  const byteLength = shard.size ?? (await sizeOf(transport, shard.path));
  let asked = from?.compressed ?? 0;
  let decoded = from?.decoded ?? 0;
  // The footer was counted before `from`: what is allowed to unpack must not depend on where reading began.
  let counting = from === undefined;
  const file: ParquetFile = {
    byteLength,
    async slice(start, end) {
      signal.throwIfAborted();
      if (counting) {
        asked += end - start;
        onInput?.(end - start);
      }
      return transport.range(shard.path, start, end, signal);
    },
  };
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      // The library throws plain errors, and RangeErrors of typed arrays, for every kind of damage.
      throw error instanceof SeiryuError ? error : corrupt('parquet', error);
    }
  };

  const footer = await attempt(() => readFooter(file));
  counting = true;
  const first = from?.detail?.group ?? 0;
  const written = new JsonLines();
  for (const [index, group] of footer.groups.entries()) {
    if (index < first) continue;
    if (index > 0) onPoint?.({ compressed: asked, decoded, detail: { group: index } });
    const lines = await attempt(() => openGroup({ file, footer, lines: written }, group, shard.columns));
    for (;;) {
      const { value, done } = await attempt(() => lines.next());
      if (done === true) break;
      decoded += value.length;
      yield value;
    }
  }
}

async function openGroup(
  { file, footer, lines }: { file: ParquetFile; footer: Footer; lines: JsonLines },
  group: RowGroup,
  columns: readonly string[] | undefined,
): Promise<AsyncGenerator<Buffer>> {
  const children = wantedColumns(footer, columns);
  const names = new Set(children.map(({ element }) => element.name));
  const chunks = [...group.chunks.values()].filter(({ meta }) => names.has(meta.path_in_schema[0] ?? ''));
  const start = Math.min(...chunks.map((chunk) => chunk.start));
  const end = Math.max(...chunks.map((chunk) => chunk.end));
  const used = chunks.reduce((sum, chunk) => sum + chunk.end - chunk.start, 0);
  // Gaps are columns that nobody wants: one request is worth a few of their bytes, not many.
  const near = group.rows > 0 && end - start <= SPAN && end - start <= 1.1 * used + 64 * 1024;
  return groupLines(near ? await fetched(file, start, end) : file, footer.schema, children, group, lines);
}

/** The file with the bytes `start` to `end` in memory. */
async function fetched(file: ParquetFile, start: number, end: number): Promise<ParquetFile> {
  const bytes = await file.slice(start, end);
  return {
    byteLength: file.byteLength,
    async slice(from, to) {
      return from >= start && to <= end ? bytes.slice(from - start, to - start) : file.slice(from, to);
    },
  };
}

async function sizeOf(transport: Transport, path: string): Promise<number> {
  const size = await transport.size(path);
  if (size !== undefined) return size;
  throw new SourceError(`${transport.base} does not say how long ${path} is, which reading Parquet needs.`, {
    code: 'fetch.failed',
    fix: 'Use a mirror that answers HEAD requests with a Content-Length, or a folder.',
  });
}
