// Models of others: what was exported comes back the same, in one file or in shards, in 32 or 16 bits.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exportHuggingFace } from '../../../src/trainer/export/hugging-face.ts';
import { readConfig, readWeights } from '../../../src/trainer/import/hugging-face.ts';
import { weightsFrom, withOrigin } from '../../../src/trainer/import/origin.ts';
import { asFloats, StoredTensors } from '../../../src/trainer/import/tensors.ts';
import { type ModelOptions, modelOptions } from '../../../src/trainer/model-options.ts';
import { trainerOptions } from '../../../src/trainer/options.ts';
import { Random } from '../../../src/trainer/random.ts';
import { initialWeights, weightShapes } from '../../../src/trainer/weights.ts';

const VOCABULARY = 13;
const SIZES = { layers: 2, width: 12, heads: 3, context: 8 };
const MODELS = {
  gpt2: modelOptions.parse({ architecture: 'gpt2', ...SIZES }),
  'gpt2 with two embeddings': modelOptions.parse({ architecture: 'gpt2', ...SIZES, tied: false }),
  'gpt-neox': modelOptions.parse({ architecture: 'gpt-neox', ...SIZES, rotary: 0.5 }),
  'gpt-neox as rinna has it': modelOptions.parse({
    architecture: 'gpt-neox',
    ...SIZES,
    rotary: 1,
    residual: 'sequential',
    activation: 'gelu',
    tied: true,
  }),
};

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'seiryu-import-'));
});
afterEach(() => rm(dir, { recursive: true }));

/** Every number of its own, so that a wrong place shows. */
function roughWeights(options: ModelOptions): Map<string, Float32Array> {
  const random = new Random(3);
  const weights = initialWeights(options, VOCABULARY, random);
  for (const values of weights.values()) for (let i = 0; i < values.length; i++) values[i] = random.normal();
  return weights;
}

async function exported(options: ModelOptions, shardBytes?: number): Promise<Map<string, Float32Array>> {
  const weights = roughWeights(options);
  const endOfDocument = { number: 0, text: '<|endoftext|>' };
  await exportHuggingFace(
    dir,
    { options, vocabulary: VOCABULARY, weights, tokenizer: '{}', endOfDocument, card: '# one\n' },
    shardBytes,
  );
  return weights;
}

const rewrite = async (file: string, change: (text: string) => string) =>
  writeFile(join(dir, file), change(await readFile(join(dir, file), 'utf8')));

describe('a model in the layout of the hub', () => {
  it.each(Object.entries(MODELS))('comes back as it was exported: %s', async (_, options) => {
    const weights = await exported(options);
    const config = await readConfig(dir);
    // The z-loss is of the training, not of the model.
    expect(config).toEqual({ options, vocabulary: VOCABULARY });
    expect(await readWeights(dir, await StoredTensors.open(dir), config.options, VOCABULARY)).toEqual(weights);
  });

  it('comes back from shards with an index', async () => {
    const weights = await exported(MODELS['gpt-neox'], 3000);
    const index = JSON.parse(await readFile(join(dir, 'model.safetensors.index.json'), 'utf8'));
    expect(new Set(Object.values(index.weight_map)).size).toBeGreaterThan(3);
    expect(index.metadata.total_size).toBe([...weights.values()].reduce((sum, { byteLength }) => sum + byteLength, 0));
    expect(await readWeights(dir, await StoredTensors.open(dir), MODELS['gpt-neox'], VOCABULARY)).toEqual(weights);
  });

  it('is read without the prefix of its class too, and cut to fewer tokens and positions', async () => {
    const { gpt2 } = MODELS;
    const weights = await exported(gpt2);
    const bytes = await readFile(join(dir, 'model.safetensors'));
    // Same length, so that every place in the file stays: spaces after the header's end are allowed.
    const length = Number(bytes.readBigUInt64LE());
    const header = bytes
      .toString('utf8', 8, 8 + length)
      .replaceAll('"transformer.', '"')
      .padEnd(length);
    await writeFile(
      join(dir, 'model.safetensors'),
      Buffer.concat([bytes.subarray(0, 8), Buffer.from(header), bytes.subarray(8 + length)]),
    );
    const fewer = await readWeights(dir, await StoredTensors.open(dir), { ...gpt2, context: 5 }, 9);
    expect(fewer.get('embed_in.weight')).toEqual(weights.get('embed_in.weight')?.slice(0, 9 * 12));
    expect(fewer.get('embed_positions.weight')).toEqual(weights.get('embed_positions.weight')?.slice(0, 5 * 12));
    expect([...fewer.keys()]).toEqual([...weightShapes(gpt2, 9).keys()]);
  });

  it.each([
    ['another activation', '"gelu_new"', '"relu"', /activation_function|hidden_act/],
    ['another architecture', '"gpt_neox"', '"llama"', /gpt2 or gpt_neox/],
    ['rotary positions of half a pair', '"rotary_pct": 0.5', '"rotary_pct": 0.25', /pairs/],
    ['another norm', '"layer_norm_eps": 0.00001', '"layer_norm_eps": 0.001', /layer_norm_eps/],
  ])('is refused when it would not be computed exactly: %s', async (_, before, after, message) => {
    await exported(MODELS['gpt-neox']);
    await rewrite('config.json', (text) => {
      expect(text).toContain(before);
      return text.replace(before, after);
    });
    await expect(readConfig(dir)).rejects.toMatchObject({
      code: 'import.config',
      message: expect.stringMatching(message),
    });
  });

  it('is refused when weights are missing, of another shape, or cut off', async () => {
    await exported(MODELS['gpt-neox']);
    const more = { ...MODELS['gpt-neox'], layers: 3 };
    const tensors = await StoredTensors.open(dir);
    await expect(readWeights(dir, tensors, more, VOCABULARY)).rejects.toMatchObject({ code: 'import.weights' });
    const wider = { ...MODELS['gpt-neox'], width: 24 };
    await expect(readWeights(dir, tensors, wider, VOCABULARY)).rejects.toMatchObject({ code: 'import.weights' });
    const path = join(dir, 'model.safetensors');
    await writeFile(path, (await readFile(path)).subarray(0, -40));
    await expect(readWeights(dir, tensors, MODELS['gpt-neox'], VOCABULARY)).rejects.toMatchObject({
      code: 'import.invalid',
    });
    await rm(path);
    await expect(StoredTensors.open(dir)).rejects.toMatchObject({ code: 'import.no_weights' });
  });

  it('takes the place of model and tokenizer, with a context of one’s own', async () => {
    await exported(MODELS['gpt-neox']);
    const options = trainerOptions.parse({ from: { path: dir, context: 32 } });
    expect(await withOrigin(options)).toMatchObject({
      model: { ...MODELS['gpt-neox'], context: 32 },
      tokenizer: { file: join(dir, 'tokenizer.json') },
    });
    await expect(weightsFrom({ path: dir }, MODELS['gpt-neox'], VOCABULARY + 1)).rejects.toMatchObject({
      code: 'import.vocabulary',
    });
    await exported(MODELS.gpt2);
    await expect(withOrigin(options)).rejects.toMatchObject({ code: 'import.context' });
    await rm(join(dir, 'tokenizer.json'));
    await expect(withOrigin(options)).rejects.toMatchObject({ code: 'import.tokenizer' });
  });
});

describe('numbers of 16 bits', () => {
  it('are read as what they stand for', () => {
    const half = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff, 0x8000, 0x7c00);
    expect(asFloats(new Uint8Array(half.buffer), 'F16')).toEqual(
      Float32Array.of(1, -2, 2 ** -24, 65_504, -0, Infinity),
    );
    const brain = Uint16Array.of(0x3f80, 0xc000, 0x4049);
    expect(asFloats(new Uint8Array(brain.buffer), 'BF16')).toEqual(Float32Array.of(1, -2, 3.140625));
    expect(asFloats(new Uint8Array(8), 'I64')).toBeUndefined();
  });
});
