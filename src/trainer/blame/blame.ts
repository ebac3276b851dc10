// Who is to blame for a spike: the documents before it, ranked by how they look to a good model, with a filter against each.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PipelineError } from '../../errors.ts';
import type { Document } from '../../pipeline/define.ts';
import { readCheckpoint, readSummary } from '../checkpoint.ts';
import { checkpointFile, checkpointNumbers, TOKENIZER_FILE } from '../checkpoint-cursor.ts';
import type { NumberedDocument } from '../documents.ts';
import { Model } from '../model.ts';
import type { RescueRecord } from '../rescue.ts';
import { parseTokenizer } from '../tokenizer/file.ts';
import { lookAt, standOut } from './measure.ts';
import { type Proposal, proposalsFor, type TriedFilter } from './propose.ts';
import { suspectsOf } from './suspects.ts';

export interface BlameRequest {
  /** The trainer's folder. */
  readonly dir: string;
  readonly step: number;
  /** Batches up to the step to look into; by default those that the step's rescue left out, or 8. */
  readonly before: number | undefined;
  /** Documents to name. */
  readonly top: number;
  readonly filters: readonly TriedFilter[];
}

export interface Blamed {
  readonly rank: number;
  readonly id: string;
  readonly source: string;
  readonly url: string | null;
  readonly text: string;
  /** Under the good model: mean cross-entropy of its tokens in nats, and norm of that loss' gradient. */
  readonly loss: number;
  readonly gradientNorm: number;
  /** Robust deviations by which both stand out among the documents looked into, added up. */
  readonly score: number;
  /** Share of the tokens of those batches, about. */
  readonly share: number;
  readonly proposals: readonly Proposal[];
}

export interface Blame {
  readonly step: number;
  readonly steps: { readonly from: number; readonly to: number };
  /** Step of the checkpoint that judges. */
  readonly judge: number;
  readonly rescue: RescueRecord | null;
  readonly documents: number;
  /** Documents whose text is no longer held. */
  readonly forgotten: number;
  readonly blamed: readonly Blamed[];
}

const asDocument = ({ id, url, text }: NumberedDocument): Document => ({
  ...{ id, text, meta: {} },
  ...(url === undefined ? {} : { url }),
});

/**
 * Costs a forward and a backward pass for each document. The backend is TensorFlow.js' current one.
 * @throws PipelineError `blame.unknown_step`, `checkpoint.none`
 */
export async function blame({ dir, step, before, top, filters }: BlameRequest): Promise<Blame> {
  const suspects = await suspectsOf(dir, step, before);
  const checkpoint = await readCheckpoint(await judgeOf(dir, suspects.from));
  const tokenizerPath = join(dir, TOKENIZER_FILE);
  const tokenizer = parseTokenizer(await readFile(tokenizerPath, 'utf8'), tokenizerPath);
  const model = new Model(checkpoint.model, checkpoint.vocabulary, checkpoint.weights);
  const looked: { document: NumberedDocument; loss: number; gradientNorm: number; tokens: number }[] = [];
  try {
    for (const document of suspects.documents) {
      const look = await lookAt(model, tokenizer, document.text);
      if (look !== undefined) looked.push({ document, ...look });
    }
  } finally {
    model.dispose();
  }
  const scores = standOut(looked);
  const whole = [...suspects.tokens.values()].reduce((sum, tokens) => sum + tokens, 0);
  const ranked = looked
    .map((each, index) => ({ ...each, score: scores[index] ?? 0 }))
    .sort((a, b) => b.score - a.score || a.document.number - b.document.number);
  // What looks bad itself is no witness of the harm that a filter does; the more usual half is.
  const usual = ranked.slice(Math.ceil(ranked.length / 2)).map(({ document }) => document);
  const witnesses = [...suspects.witnesses, ...usual];
  const blamed = ranked.slice(0, top).map(({ document, loss, gradientNorm, score }, index): Blamed => {
    const { id, source, url, text, number } = document;
    const share = (suspects.tokens.get(number) ?? 0) / whole;
    const others = witnesses.filter((each) => each.number !== number).map(asDocument);
    const proposals = proposalsFor(asDocument(document), others, filters);
    return { rank: index + 1, id, source, url: url ?? null, text, loss, gradientNorm, score, share, proposals };
  });
  return {
    step,
    steps: { from: suspects.from, to: suspects.to },
    judge: checkpoint.state.step,
    rescue: suspects.rescue ?? null,
    documents: looked.length,
    forgotten: suspects.forgotten,
    blamed,
  };
}

/**
 * The checkpoint that judges: the newest from before the batches looked into; without one the newest of all, which after a
 * rescue has not trained on them either.
 */
async function judgeOf(dir: string, from: number): Promise<string> {
  const numbers = await checkpointNumbers(dir);
  const newest = numbers.at(-1);
  if (newest === undefined) {
    throw new PipelineError(`${dir} holds no checkpoint.`, {
      code: 'checkpoint.none',
      fix: 'Give the folder of a run that has trained, e.g. runs/sample after `npm start`.',
    });
  }
  let judge = { number: newest, step: -1 };
  for (const number of numbers) {
    const summary = await readSummary(join(dir, checkpointFile(number)));
    if (summary.step < from && summary.step > judge.step) judge = { number, step: summary.step };
  }
  return join(dir, checkpointFile(judge.number));
}
