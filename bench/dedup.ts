// `npm run bench -- dedup`: signatures against their peers, and what they are worth: quality on labelled pairs, filling of empty bins.
import { cpus } from 'node:os';
import { densificationTable } from './dedup/densification.ts';
import { qualityTable } from './dedup/quality.ts';
import { signatureTable } from './dedup/signatures.ts';

const sections: readonly { readonly title: string; readonly lines: () => string[] | Promise<string[]> }[] = [
  { title: 'Signatures', lines: signatureTable },
  { title: 'Quality', lines: qualityTable },
  {
    title: 'Empty bins: mean squared error in units of the variance of independent permutations',
    lines: densificationTable,
  },
  // The gate has a benchmark of its own: `npm run bench -- gate`.
];

export async function dedup(): Promise<void> {
  console.log(`${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.version}`);
  for (const { title, lines } of sections) console.log(`\n## ${title}\n\n${(await lines()).join('\n')}`);
}
