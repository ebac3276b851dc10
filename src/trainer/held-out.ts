// Which documents are never trained on: a function of the id alone, so that it survives resumes, reordering and other runs.
import { createHash } from 'node:crypto';

/** True for about `share` of all ids (0 to 1): those whose SHA-256 begins with a number below the share. */
export function isHeldOut(id: string, share: number): boolean {
  return share > 0 && createHash('sha256').update(`held-out\n${id}`).digest().readUIntBE(0, 6) < share * 2 ** 48;
}
