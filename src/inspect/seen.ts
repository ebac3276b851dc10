// The dedupers of a plan in this process: the run's own gate, with the signing that its workers do.
import type { EarlierLookup } from '../dedup/against/earlier.ts';
import { type Decided, Gate } from '../engine/gate.ts';
import { openIndexes, openSigners } from '../engine/open-plugins.ts';
import type { Plan } from '../pipeline/plan.ts';
import type { Registry } from '../pipeline/plugins.ts';

export interface Seen {
  readonly gate: Gate;
  /** Decides about the next document in order. */
  decide(text: string, url?: string): Decided;
}

/** `before`: what the dedupers know of earlier runs, in their order. */
export async function openSeen(
  { dedupers }: Pick<Plan, 'dedupers'>,
  registry: Registry,
  before: readonly EarlierLookup[] = [],
): Promise<Seen> {
  const signers = await openSigners(dedupers, registry);
  const gate = new Gate(openIndexes(dedupers, registry, { before }));
  return {
    gate,
    decide(text, url) {
      const signatures = new Uint32Array(gate.words);
      let at = 0;
      for (const signer of signers) {
        signer.sign(text, signatures, at, url);
        at += signer.words;
      }
      return gate.decideOne(signatures, 0);
    },
  };
}
