// Which documents are never trained on: a function of the text alone, so that no copy of one slips into training.
import { createHash } from 'node:crypto';

/**
 * True for about `share` of all texts (0 to 1): those whose SHA-256 begins with a number below the share. White space, width
 * and case are left out of the hash: copies that differ in these fall on the same side, whatever their ids, sources, runs
 * and epochs. Linear in the text.
 */
export function isHeldOut({ text }: { readonly text: string }, share: number): boolean {
  if (share <= 0) return false;
  const letters = text.normalize('NFKC').toLowerCase().replace(/\s+/gu, '');
  return createHash('sha256').update(`held-out\n${letters}`).digest().readUIntBE(0, 6) < share * 2 ** 48;
}
