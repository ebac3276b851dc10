// What a run tells about itself while it runs; plain data for the terminal, `--json` and, later, the dashboard.
import type { TrainerEvent } from '../trainer/protocol.ts';
import type { Growth } from './growth.ts';

export interface Progress {
  /** `counting`, `signing` and `clustering` come before `streaming`, where a survey or the global mode asks for them. */
  readonly phase: 'listing' | 'counting' | 'signing' | 'clustering' | 'streaming' | 'training' | 'finishing';
  readonly documents: {
    readonly read: number;
    readonly kept: number;
    readonly dropped: number;
    readonly quarantined: number;
  };
  readonly bytes: { readonly fetched: number; readonly decoded: number; readonly kept: number };
  readonly shards: { readonly ended: number; readonly listed: number };
  /** Share of the published bytes that were read, 0 to 1; undefined while no size is known. */
  readonly read: number | undefined;
  readonly disk: { readonly used: number; readonly budget: number };
  readonly index: number;
  /** What grows with the corpus besides its shards; undefined until the stream begins. */
  readonly growth?: Growth | undefined;
  /** Seconds since this process began the run. */
  readonly seconds: number;
  /** Decoded bytes a second, over this session. */
  readonly speed: number;
  /** Seconds to the end of the corpus at this speed; undefined while unknown. */
  readonly left: number | undefined;
  /** Requests that failed and were made again. */
  readonly retries: number;
  /** While a resumed run decodes again what it has read before, because the shard cannot be entered in its middle: decoded bytes. */
  readonly forward?: { readonly skipped: number; readonly toSkip: number } | undefined;
  readonly trainer: { readonly [Name in TrainerEvent['event']]?: Extract<TrainerEvent, { event: Name }> } | undefined;
}

/** Compressed bytes of the whole run, from published sizes; shards without one count as the mean of the others. */
export function totalBytes(sizes: readonly (number | undefined)[]): number | undefined {
  const known = sizes.filter((size) => size !== undefined);
  if (known.length === 0) return undefined;
  const total = known.reduce((sum, size) => sum + size, 0);
  return (total / known.length) * sizes.length;
}

export function secondsLeft(
  fetched: number,
  total: number | undefined,
  fetchedBefore: number,
  seconds: number,
): number | undefined {
  const here = fetched - fetchedBefore;
  if (total === undefined || here <= 0 || seconds <= 0) return undefined;
  return Math.max(0, ((total - fetched) * seconds) / here);
}
