// The sample's README: what it is, how it was made, and tables counted from what was just built.
import type { Truth } from './records.ts';

const number = (value: number) => value.toLocaleString('en-US');

export function readme(truth: readonly Truth[], files: ReadonlyMap<string, Uint8Array>, decoded: number): string {
  const expectations = ['keep', 'duplicate', 'short', 'redirect', 'namespace', 'reject'] as const;
  const sources = ['wikipedia', 'cc100', 'oscar', 'mc4'];
  const of = (source: string, expect?: string) =>
    number(truth.filter((t) => t.id.startsWith(`${source}/`) && (expect === undefined || t.expect === expect)).length);
  const total = (expect?: string) => number(truth.filter((t) => expect === undefined || t.expect === expect).length);
  const reasons = new Map<string, number>();
  for (const { reason } of truth) if (reason !== undefined) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  const duplicates = truth.flatMap((t) => (t.expect === 'duplicate' && t.jaccard !== undefined ? [t.jaccard] : []));
  const between = (low: number, high: number) => number(duplicates.filter((j) => j >= low && j < high).length);
  const size = [...files.values()].reduce((sum, bytes) => sum + bytes.length, 0);
  return `# Sample corpus

Four web corpora in their published formats and file layout, small enough to ship: what \`npm start\` streams, cleans, deduplicates and trains on. Point a source at it with \`mirror: ../sample\`.

Every sentence was written for this project, and \`npm run sample\` composes the documents from them with a fixed seed (\`scripts/sample/\`): the same bytes every time. Towns, people, shops and works are invented; nothing here is a source of facts. Licence: Apache-2.0, as the project.

Written by the script; do not edit.

## Records

| source | ${expectations.join(' | ')} | records |
| --- |${' ---: |'.repeat(expectations.length + 1)}
${sources.map((s) => `| ${s} | ${expectations.map((e) => of(s, e)).join(' | ')} | ${of(s)} |`).join('\n')}
| all | ${expectations.map((e) => total(e)).join(' | ')} | ${total()} |

mC4 counts its validation shard (${number(truth.filter((t) => t.id.includes('-validation')).length)} documents). Rejects: ${[...reasons].map(([reason, count]) => `${count} \`${reason}\``).join(', ')}.
Duplicates by Jaccard similarity to their original: ${between(1, 2)} equal, ${between(0.85, 1)} from 0.85, ${between(0.5, 0.85)} from 0.5 to 0.85. Look-alikes below 0.5 that must stay: ${number(truth.filter((t) => t.lookalike !== undefined).length)}.
Decoded: ${number(decoded)} bytes, one 5 MB line included.

## Files

| file | bytes |
| --- | ---: |
${[...files].map(([path, bytes]) => `| \`${path}\` | ${number(bytes.length)} |`).join('\n')}
| all but this page | ${number(size)} |

## The truth

\`truth.jsonl.gz\` has one line for each record of each file, in order:

| field | meaning |
| --- | --- |
| \`id\` | \`source/file#ordinal\`, ordinals from 0: non-blank lines of JSONL, documents of blank-line text, pages of XML |
| \`genre\` | what it was composed as |
| \`expect\` | \`keep\`, \`duplicate\`, \`short\` (at most 40 characters once clean; all others have at least 120), \`reject\`, \`redirect\`, \`namespace\` |
| \`reason\` | of a reject: \`json.invalid\`, \`utf8.invalid\`, \`record.too_long\`, \`record.no_text\`, \`shard.truncated\` |
| \`cluster\` | the same number for an original and its duplicates; exactly one of a cluster is to be kept. Which one depends on the reading order, so \`duplicate\` marks the copy as it was made. With a \`jaccard\` from 0.5 to 0.85 both decisions are right |
| \`of\`, \`jaccard\` | the original of a duplicate and the true similarity of the clean texts: character 5-grams, NFKC, white space removed |
| \`lookalike\` | shares sentences with this document (\`jaccard\` < 0.5) and must be kept |
| \`noise\` | what was put into or around the text |
| \`sha\` | first 16 hex digits of the SHA-256 of the clean text, NFKC, white space removed; absent where a URL stood in a sentence, and for Wikipedia |
| \`clean\`, \`gone\` | on every ninth document: paragraphs that must survive (NFKC), strings that must not |
`;
}
