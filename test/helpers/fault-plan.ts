// Chooses a fault for most requests of a run, so that each is one that can be mended, and counts them by the kind they must be told under.
import type { Random } from '../../src/trainer/random.ts';
import type { Misbehaviour } from './mirror-faults.ts';
import type { Seen } from './mirror-server.ts';

interface PathState {
  /** Faults since a byte last came through. */
  fruitless: number;
  /** It was sent wrong bytes once: from then on its bytes are right. */
  lied: boolean;
}

/** Consecutive faults without progress on a file; the reader gives up on some kinds after four. */
const FRUITLESS = 2;
const GARBAGE = `<html><body>${'ログインしてください。'.repeat(40)}</body></html>`;

export interface PlanOptions {
  readonly random: Random;
  /** Bytes of a file of the mirror. */
  size(path: string): number | undefined;
  /** Whether a file may be sent wrong bytes that nothing but its checksum or its decoder tells. */
  mayLie(path: string): boolean;
  /** How often each kind that takes the reader's whole patience may happen. */
  readonly slowOnes: number;
}

export class FaultPlan {
  /** Faults done, by the kind that the reader must count them under; `lie`: damaged or checksum; `closed`: reset or truncated. */
  readonly counts: Record<string, number> = {};
  readonly #options: PlanOptions;
  readonly #states = new Map<string, PathState>();
  #waits = 2;

  constructor(options: PlanOptions) {
    this.#options = options;
  }

  get total(): number {
    return Object.values(this.counts).reduce((sum, times) => sum + times, 0);
  }

  /** What a server that redirects to `to` does. */
  redirecting(seen: Seen, to: string): Misbehaviour {
    const state = this.#stateOf(seen.path);
    const { random } = this.#options;
    if (state.fruitless < FRUITLESS && random.next() < 0.12) return this.#refuse(state);
    return { kind: 'redirect', to: `${to}${encodeURI(seen.path)}?signature=${Math.floor(random.next() * 1e9)}` };
  }

  /** What a server that holds the files does; `expires`: it is reached by addresses that were signed for a while. */
  serving(seen: Seen, expires: 'signed' | 'plain'): Misbehaviour | undefined {
    const { random, size } = this.#options;
    const bytes = size(seen.path);
    const state = this.#stateOf(seen.path);
    if (bytes === undefined)
      return state.fruitless < FRUITLESS && random.next() < 0.3 ? this.#refuse(state) : undefined;
    const [, first] = /^bytes=(\d+)-$/.exec(seen.headers.range ?? '') ?? [];
    const left = bytes - Number(first ?? 0);
    const dice = random.next();
    if (state.fruitless < FRUITLESS) {
      if (dice < 0.1) return this.#refuse(state);
      if (dice < 0.16 && expires === 'signed')
        return this.#fruitless(state, 'expired', { kind: 'status', status: 403 });
      if (dice < 0.22 && first !== undefined && left > 10)
        return this.#fruitless(state, 'range', {
          kind: 'wrong-range',
          shift: 1 + Math.floor(random.next() * (left - 2)),
        });
      if (dice < 0.28 && left > 10)
        return this.#fruitless(state, 'closed', { kind: 'tcp-reset', after: Math.floor(random.next() * 9) });
      if (dice < 0.3 && left > 10 && (this.counts.stall ?? 0) < this.#options.slowOnes)
        return this.#fruitless(state, 'stall', { kind: 'stall', after: Math.floor(random.next() * 9) });
      if (dice < 0.33 && left > 2000 && (this.counts.slow ?? 0) < this.#options.slowOnes)
        return this.#fruitless(state, 'slow', { kind: 'drip', every: 100 });
    }
    if (!state.lied && this.#options.mayLie(seen.path) && dice < 0.5) {
      const lie = this.#lie(first !== undefined, left);
      if (lie !== undefined) {
        state.lied = true;
        return lie;
      }
    }
    const after = 1 + Math.floor(random.next() * 2000);
    if (after >= left) return undefined;
    state.fruitless = 0;
    return this.#count('truncated', { kind: 'cut', after });
  }

  #lie(isRange: boolean, left: number): Misbehaviour | undefined {
    const { random } = this.#options;
    const dice = random.next();
    if (isRange && dice < 0.4) return this.#count('changed', { kind: 'etag', etag: '"another"' });
    // In answer to a range, a page of another length says that the file is not what it was.
    if (dice < 0.7) return this.#count(isRange ? 'changed' : 'lie', { kind: 'garbage', body: GARBAGE });
    if (left < 200) return undefined;
    const count = 1 + Math.floor(random.next() * 60);
    return this.#count('lie', { kind: 'duplicate', at: count + Math.floor(random.next() * (left - 140)), count });
  }

  #refuse(state: PathState): Misbehaviour {
    const { random } = this.#options;
    const dice = random.next();
    if (dice < 0.3) return this.#fruitless(state, 'reset', { kind: 'reset' });
    const status = dice < 0.6 ? 429 : 503;
    if (random.next() < 0.5) return this.#fruitless(state, `status.${status}`, { kind: 'status', status });
    const retryAfter = this.#waits > 0 ? '1' : '0';
    this.#waits--;
    return this.#fruitless(state, `status.${status}`, { kind: 'status', status, retryAfter });
  }

  #fruitless(state: PathState, kind: string, fault: Misbehaviour): Misbehaviour {
    state.fruitless++;
    return this.#count(kind, fault);
  }

  #count(kind: string, fault: Misbehaviour): Misbehaviour {
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
    return fault;
  }

  #stateOf(path: string): PathState {
    const state = this.#states.get(path) ?? { fruitless: 0, lied: false };
    this.#states.set(path, state);
    return state;
  }
}
