// Opens a model's file, Seiryu's own or ARPA: what its head tells at once, the rest when it is asked for.
import { outlineOf, readArpa } from './arpa.ts';
import { bytesOf, linesFor } from './layout.ts';
import type { Model } from './model.ts';
import { readModel } from './model-file.ts';

export interface ModelFile {
  /** Perplexities that 1 %, 2 %, … 99 % of the texts it was measured on stay below; none where it was not. */
  readonly quantiles: readonly number[];
  /** Bytes of memory that it takes. */
  readonly bytes: number;
  /** Reads all of the file. */
  load(): Model;
}

/** Throws PipelineError `lm.file` or `lm.arpa`. */
export function openModel(path: string): ModelFile {
  if (path.endsWith('.arpa')) {
    const orders = outlineOf(path).sizes.map((entries) => ({
      entries,
      lines: linesFor(entries, { smoothing: 'arpa' }),
    }));
    return { quantiles: [], bytes: bytesOf({ orders }), load: () => readArpa(path) };
  }
  const { header, load } = readModel(path);
  return { quantiles: header.quantiles, bytes: bytesOf(header), load };
}
