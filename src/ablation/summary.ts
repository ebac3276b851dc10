// What the runs of an ablation say together: means and spreads over seeds, differences from the whole pipeline seed by seed.
import { z } from 'zod';

/** One trained model of one arm. */
export const armResult = z.object({
  arm: z.string(),
  seed: z.number(),
  /** Trained on. */
  tokens: z.number(),
  /** Documents that these tokens are of. */
  documents: z.number(),
  /** On the held-out text, the same for all arms. */
  perByte: z.number(),
  perToken: z.number(),
  looping: z.number(),
  boilerplate: z.number(),
  found: z.record(z.string(), z.number()),
  /** rep-4 of the samples. */
  repetition: z.number(),
  distinct: z.number(),
});
export type ArmResult = z.output<typeof armResult>;

export interface Spread {
  readonly mean: number;
  /** Standard deviation between seeds (n − 1); null of one seed. */
  readonly deviation: number | null;
}

export interface ArmSummary {
  readonly arm: string;
  readonly runs: readonly ArmResult[];
  readonly documents: Spread;
  readonly perByte: Spread;
  readonly looping: Spread;
  readonly boilerplate: Spread;
  readonly repetition: Spread;
  /** perByte of this arm over that of the whole pipeline with the same seed, minus 1; above 0: worse without the part. */
  readonly change: Spread | undefined;
}

export function spreadOf(values: readonly number[]): Spread {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  if (values.length < 2) return { mean, deviation: null };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}

/** `whole` are the runs of the pipeline as it is. The same seed means the same first weights, so that differences are paired. */
export function summaryOf(arm: string, runs: readonly ArmResult[], whole: readonly ArmResult[]): ArmSummary {
  const of = (value: (run: ArmResult) => number) => spreadOf(runs.map(value));
  const changes = runs.flatMap(({ seed, perByte }) => {
    const same = whole.find((run) => run.seed === seed);
    return same === undefined || runs === whole ? [] : [perByte / same.perByte - 1];
  });
  return {
    arm,
    runs,
    documents: of(({ documents }) => documents),
    perByte: of(({ perByte }) => perByte),
    looping: of(({ looping }) => looping),
    boilerplate: of(({ boilerplate }) => boilerplate),
    repetition: of(({ repetition }) => repetition),
    change: changes.length === 0 ? undefined : spreadOf(changes),
  };
}

const spreadText = ({ mean, deviation }: Spread, digits: number, scale: number, unit: string): string =>
  `${(scale * mean).toFixed(digits)}${deviation === null ? '' : ` ± ${(scale * deviation).toFixed(digits)}`}${unit}`;

/** Rows of cells, the head first. */
export function summaryRows(summaries: readonly ArmSummary[]): string[][] {
  return [
    ['arm', 'documents', 'perplexity a byte', 'against all', 'end in a loop', 'hold boilerplate', 'rep-4'],
    ...summaries.map(({ arm, documents, perByte, change, looping, boilerplate, repetition }) => {
      return [
        arm,
        documents.mean.toFixed(0),
        spreadText(perByte, 4, 1, ''),
        change === undefined ? '' : `${change.mean > 0 ? '+' : ''}${spreadText(change, 2, 100, ' %')}`,
        spreadText(looping, 1, 100, ' %'),
        spreadText(boilerplate, 1, 100, ' %'),
        spreadText(repetition, 1, 100, ' %'),
      ];
    }),
  ];
}

export function markdownTable(rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [
    line(head),
    `| --- | ${head
      .slice(1)
      .map(() => '---:')
      .join(' | ')} |`,
    ...body.map(line),
  ];
}
