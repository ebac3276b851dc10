// The gate of the second pass of the global mode: gives out what the clustering decided, block by block.
import type { DecisionFiles, DecisionsHead } from '../dedup/global/decisions.ts';
import { SourceError } from '../errors.ts';
import type { BlockFacts, Decider } from './decider.ts';
import type { GateDecision } from './gate.ts';

export class DecidedGate implements Decider {
  readonly words = 0;
  /** What it gives out was decided by the first pass, which saw to them. */
  readonly earlier = [];
  readonly bytes = 0;
  readonly pendingBytes = 0;
  readonly indexes = [];
  readonly counts = {};
  readonly #head: DecisionsHead;
  readonly #files: DecisionFiles;
  #admitted = 0;

  constructor(head: DecisionsHead, files: DecisionFiles) {
    this.#head = head;
    this.#files = files;
  }

  get admitted(): number {
    return this.#admitted;
  }

  decide(count: number, _signatures: Uint32Array, { seq, print }: BlockFacts): GateDecision {
    const known = this.#files.block(seq);
    const differs = known !== undefined && known.print !== 0 && print !== 0 && known.print !== print;
    if (known === undefined || known.documents !== count || differs) throw changed(seq, known?.documents, count);
    const kept: number[] = [];
    const duplicates: Record<string, number> = {};
    for (const [document, number] of this.#files.reasons(known.first, count).entries()) {
      if (number === 0) kept.push(document);
      else {
        const reason = this.#head.reasons[number] ?? 'dedup.unknown';
        duplicates[reason] = (duplicates[reason] ?? 0) + 1;
      }
    }
    this.#admitted += kept.length;
    return { kept, duplicates, matches: [] };
  }

  async settle(): Promise<void> {}

  close(): void {
    this.#files.close();
  }

  restore(_signatures: Uint32Array, documents: number): void {
    this.#admitted += documents;
  }

  takePending(): Uint32Array {
    return new Uint32Array(0);
  }
}

const changed = (seq: number, before: number | undefined, now: number): SourceError =>
  new SourceError(
    `Block ${seq} is not what the first pass read: it gave ${before ?? 'no'} documents then and gives ${now} now, or other bytes.`,
    {
      code: 'source.changed',
      fix: 'A published file changed between the passes, or Node or a plugin did. Begin anew with --fresh, with `cache:` or `mirror:` on a copy that stays.',
    },
  );
