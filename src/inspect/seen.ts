// The dedupers of a plan in this process: like the run's gate, but it tells which earlier document was found.
import { openIndexes, openSigners } from '../engine/open-plugins.ts';
import type { Plan } from '../pipeline/plan.ts';
import type { Registry } from '../pipeline/plugins.ts';

export type Decision =
  /** Kept, as the run's document of this number. */
  | { readonly kept: number }
  /** The deduper `label` found the kept document of the number `earlier`. */
  | { readonly label: string; readonly earlier: number };

export interface Seen {
  /** Documents kept so far. */
  readonly admitted: number;
  /** Decides about the next document in order. */
  decide(text: string): Decision;
  /** Takes journalled signatures in. (documents × words) */
  restore(signatures: Uint32Array, documents: number): void;
}

export async function openSeen({ dedupers }: Pick<Plan, 'dedupers'>, registry: Registry): Promise<Seen> {
  const signers = await openSigners(dedupers, registry);
  const indexes = openIndexes(dedupers, registry);
  const words = signers.reduce((sum, signer) => sum + signer.words, 0);
  /** Where each deduper's part of a signature begins. */
  const places = signers.map((_, index) => signers.slice(0, index).reduce((sum, signer) => sum + signer.words, 0));
  let admitted = 0;

  const admit = (signatures: Uint32Array, row: number): void => {
    for (const [place, { index }] of indexes.entries()) index.admit(signatures, row + (places[place] ?? 0), admitted);
    admitted++;
  };

  return {
    get admitted() {
      return admitted;
    },
    decide(text) {
      const signatures = new Uint32Array(words);
      for (const [place, signer] of signers.entries()) signer.sign(text, signatures, places[place] ?? 0);
      for (const [place, { label, index }] of indexes.entries()) {
        const earlier = index.find(signatures, places[place] ?? 0);
        if (earlier >= 0) return { label, earlier };
      }
      admit(signatures, 0);
      return { kept: admitted - 1 };
    },
    restore(signatures, documents) {
      for (let document = 0; document < documents; document++) admit(signatures, document * words);
    },
  };
}
