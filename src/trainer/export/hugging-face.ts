// A folder that `transformers` loads with no code of ours: config, weights, tokenizer, generation settings, model card.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../../durable-files.ts';
import type { ModelOptions } from '../model-options.ts';
import { huggingFaceConfig } from './config.ts';
import { storedWeights } from './layouts.ts';
import { SHARD_BYTES, writeWeights } from './shards.ts';

export interface ExportedModel {
  readonly options: ModelOptions;
  readonly vocabulary: number;
  readonly weights: ReadonlyMap<string, Float32Array>;
  /** tokenizer.json as it is. */
  readonly tokenizer: string;
  /** The token that begins and ends documents. */
  readonly endOfDocument: { readonly number: number; readonly text: string };
  /** README.md. */
  readonly card: string;
}

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

/**
 * Writes the folder `dir`; returns the names of its files. `shardBytes`: the largest file of weights.
 * Linear in the parameters; holds the model and one rearranged weight in memory.
 */
export async function exportHuggingFace(
  dir: string,
  { options, vocabulary, weights, tokenizer, endOfDocument, card }: ExportedModel,
  shardBytes = SHARD_BYTES,
): Promise<string[]> {
  await mkdir(dir, { recursive: true });
  const weight = (name: string): Float32Array => {
    const values = weights.get(name);
    if (values === undefined) throw new Error(`the checkpoint lacks ${name}`);
    return values;
  };
  const { number, text } = endOfDocument;
  const small: Readonly<Record<string, string>> = {
    'config.json': json(huggingFaceConfig(options, vocabulary, number)),
    'generation_config.json': json({ bos_token_id: number, eos_token_id: number, pad_token_id: number }),
    'tokenizer.json': tokenizer,
    'tokenizer_config.json': json({
      tokenizer_class: 'PreTrainedTokenizerFast',
      model_max_length: options.context,
      bos_token: text,
      eos_token: text,
      pad_token: text,
      clean_up_tokenization_spaces: false,
    }),
    'README.md': card,
  };
  const files = await writeWeights(dir, storedWeights(options, vocabulary, weight), shardBytes);
  // After the weights: a folder with a config.json is whole.
  for (const [name, content] of Object.entries(small)) await replaceFile(join(dir, name), Buffer.from(content, 'utf8'));
  return [...files, ...Object.keys(small)];
}
