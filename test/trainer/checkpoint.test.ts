// Checkpoints: nothing half written, the newest and the best kept, and a training that goes on from one as if never stopped.
import { createHash } from 'node:crypto';
import { copyFile, mkdtemp, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { DiskError, PipelineError, TrainerError } from '../../src/errors.ts';
import type { Disk } from '../../src/pipeline/define.ts';
import { noBatches } from '../../src/trainer/batches/batches.ts';
import { type Checkpoint, loadCheckpoint, readCheckpoint, writeCheckpoint } from '../../src/trainer/checkpoint.ts';
import { checkpointDocuments, checkpointFile, checkpointNumbers } from '../../src/trainer/checkpoint-cursor.ts';
import { CheckpointStore } from '../../src/trainer/checkpoint-store.ts';
import { History } from '../../src/trainer/history.ts';
import { initialWeights } from '../../src/trainer/model.ts';
import { trainerOptions } from '../../src/trainer/options.ts';
import { sequenceOf } from '../../src/trainer/packing.ts';
import { Random } from '../../src/trainer/random.ts';
import { noRescue } from '../../src/trainer/rescue.ts';
import { checkSameModel } from '../../src/trainer/same-model.ts';
import { documentText } from '../helpers/corpus.ts';
import { eventsOf, LIMITLESS, poisonText, TINY, trainOn } from '../helpers/training.ts';

const disk = { reserve: LIMITLESS.reserve, release: async () => undefined };
const model = trainerOptions.shape.model.parse({ layers: 1, width: 8, heads: 2, context: 8 });
const folder = () => mkdtemp(join(tmpdir(), 'seiryu-test-'));

function countedDisk() {
  return {
    held: 0,
    async reserve(bytes: number) {
      this.held += bytes;
    },
    async release(bytes: number) {
      this.held -= bytes;
    },
  };
}

function checkpointOf(step: number): Checkpoint {
  const weights = initialWeights(model, 11, new Random(step));
  const state = {
    ...{ step, tokens: step * 8, documents: step, random: [1, 2, 3, 4] },
    batches: noBatches().state,
    perplexity: { first: 11, last: null },
    guard: { losses: [], norms: [], odd: [] },
    rescue: noRescue(),
  };
  const heldOut = Int32Array.of(1, 2, 3);
  return {
    state,
    model,
    vocabulary: 11,
    tokenizer: 'sha',
    weights,
    moments: { first: weights, second: weights },
    heldOut,
    waiting: Int32Array.of(4, 5),
  };
}

describe('the store of checkpoints', () => {
  const save = (store: CheckpointStore, step: number, perplexity?: number) =>
    store.save(checkpointOf(step), { perplexity, due: step % 10 === 0 ? 'by-step' : 'asked' });
  const steps = (store: CheckpointStore) => store.stored.map(({ step }) => step);

  it('keeps the newest, the last two that were due, and the best', async () => {
    const dir = await folder();
    const store = await CheckpointStore.open(dir, disk, 2);
    for (const [step, perplexity] of [[0, 9], [10, 4], [20, 6], [25], [30, 5], [37]] as const)
      await save(store, step, perplexity);
    expect(steps(store)).toEqual([10, 20, 30, 37]);
    expect(store.good.map(({ step }) => step)).toEqual([20, 30]);
    expect(store.best).toMatchObject({ step: 10, perplexity: 4 });
    expect(await checkpointNumbers(dir)).toHaveLength(4);
    expect(await checkpointDocuments(dir)).toBe(37);
    expect(steps(await CheckpointStore.open(dir, disk, 2))).toEqual([10, 20, 30, 37]);
  });

  it('drops a training that was given up, but not its best checkpoint', async () => {
    const dir = await folder();
    const store = await CheckpointStore.open(dir, disk, 2);
    for (const [step, perplexity] of [[10], [20], [30, 4], [40]] as const) await save(store, step, perplexity);
    await save(store, 20);
    expect(steps(store)).toEqual([30, 20]);
    expect(store.good.map(({ step }) => step)).toEqual([20]);
    expect((await loadCheckpoint(dir))?.state.step).toBe(20);
  });

  it('deletes, when it is opened, what a crash left: half-written files and checkpoints nobody goes on from', async () => {
    const dir = await folder();
    const store = await CheckpointStore.open(dir, disk, 1);
    await save(store, 10);
    await copyFile(join(dir, checkpointFile(1)), join(dir, 'kept'));
    await save(store, 20);
    await copyFile(join(dir, 'kept'), join(dir, checkpointFile(1)));
    await writeFile(join(dir, `${checkpointFile(3)}.part`), 'half');
    expect(steps(await CheckpointStore.open(dir, disk, 1))).toEqual([20]);
    expect((await readdir(dir)).sort()).toEqual([checkpointFile(2), 'kept']);
  });

  it('gives back every byte that it reserved', async () => {
    const counted = countedDisk();
    const dir = await folder();
    const store = await CheckpointStore.open(dir, counted, 1);
    for (const step of [0, 10, 20, 30]) await save(store, step, step === 10 ? 1 : 2);
    expect(steps(store)).toEqual([10, 30]);
    const sizes = await Promise.all((await readdir(dir)).map(async (name) => (await readFile(join(dir, name))).length));
    expect(counted.held).toBe(sizes.reduce((sum, size) => sum + size, 0));
  });

  it.skipIf(process.platform !== 'linux')('leaves the old one whole when the volume fills while it saves', async () => {
    const dir = await folder();
    const counted = countedDisk();
    const store = await CheckpointStore.open(dir, counted, 2);
    await save(store, 10);
    const before = counted.held;
    // Every write to this device fails with ENOSPC.
    await symlink('/dev/full', join(dir, `${checkpointFile(2)}.part`));
    await expect(save(store, 20)).rejects.toThrowError(
      expect.objectContaining({
        code: 'disk.full',
        exitCode: 4,
        fix: expect.stringContaining('run the same command again'),
      }),
    );
    expect(counted.held).toBe(before);
    expect(await readdir(dir)).toEqual([checkpointFile(1)]);
    expect((await loadCheckpoint(dir))?.state.step).toBe(10);
    await save(store, 20);
    expect((await loadCheckpoint(dir))?.state.step).toBe(20);
  });

  it('refuses a damaged file, and says what to do', async () => {
    const path = join(await folder(), checkpointFile(1));
    await writeCheckpoint(path, checkpointOf(3), { perplexity: undefined, due: 'asked', older: [] }, disk);
    await writeFile(path, (await readFile(path)).subarray(0, -100));
    await expect(readCheckpoint(path)).rejects.toThrowError(expect.objectContaining({ code: 'checkpoint.invalid' }));
    await expect(readCheckpoint(path)).rejects.toBeInstanceOf(TrainerError);
  });
});

describe('a checkpoint of something else', () => {
  const tokens = { vocabulary: 11, sha256: 'sha' };
  const refusal = (wanted: typeof model, given: typeof tokens): unknown => {
    try {
      checkSameModel(checkpointOf(1), wanted, given);
      return undefined;
    } catch (error) {
      return error;
    }
  };

  it('is refused by name of what differs', () => {
    expect(refusal(model, tokens)).toBeUndefined();
    expect(refusal({ ...model, width: 16 }, tokens)).toMatchObject({
      code: 'checkpoint.model',
      message: expect.stringContaining('width is 8 in it and 16 in trainer.model'),
    });
    expect(refusal(model, { ...tokens, vocabulary: 12 })).toMatchObject({
      code: 'checkpoint.vocabulary',
      message: expect.stringContaining('11 tokens'),
    });
    expect(refusal(model, { ...tokens, sha256: 'other' })).toMatchObject({ code: 'checkpoint.tokenizer' });
    // Whatever architectures there are: the name alone decides.
    const other = { ...checkpointOf(1), model: { ...model, architecture: 'another' } };
    expect(() => Reflect.apply(checkSameModel, undefined, [other, model, tokens])).toThrowError(
      expect.objectContaining({ code: 'checkpoint.architecture', exitCode: 2 }),
    );
    expect(refusal({ ...model, width: 16 }, tokens)).toBeInstanceOf(PipelineError);
  });
});

describe('the history of batches', () => {
  const batch = (step: number) => ({
    step,
    sequences: [
      sequenceOf(Int32Array.of(step, 1, 2, 70_000 + step), [
        { number: step, id: `a#${step}`, source: 'a', start: 0, end: 2 },
        { number: step + 100, id: `a#${step + 100}`, source: 'a', url: 'https://example.jp/', start: 2, end: 3 },
      ]),
    ],
  });
  const note = (history: History, number: number) =>
    history.note({ number, id: `a#${number}`, source: 'a', text: `text ${number}` });

  it('is the same after it was saved and opened, whatever waits', async () => {
    const dir = await folder();
    const history = await History.open(dir, disk, { limit: 1e6, number: 0, waiting: 0 });
    for (const step of [1, 2, 3, 4, 5]) {
      note(history, step);
      history.add(batch(step));
      if (step === 2) await history.save(1);
    }
    expect(history.since(0).map(({ step }) => step)).toEqual([1, 2, 3, 4, 5]);
    history.rewind(2, history.since(2).slice(0, 2));
    await history.save(2);
    await history.prune();
    expect(await readdir(dir)).toEqual(['batches-00000002.jsonl']);
    note(history, 9);
    history.add(batch(9));
    await history.save(3);

    // Number 3 is of a checkpoint that was never written.
    const opened = await History.open(dir, disk, { limit: 1e6, number: 2, waiting: 1 });
    expect(opened.since(0)).toEqual([batch(1), batch(2)]);
    expect(opened.documentsOf(opened.since(1)).map(({ id }) => id)).toEqual(['a#2']);
    expect(opened.waiting).toBe(1);
    expect(opened.takeWaiting()).toEqual(batch(4));
    expect(await readdir(dir)).toEqual(['batches-00000002.jsonl']);
  });

  it('holds no more than its limit, and drops files of which it holds nothing', async () => {
    const dir = await folder();
    const history = await History.open(dir, disk, { limit: 150, number: 0, waiting: 0 });
    for (let step = 1; step <= 40; step++) {
      note(history, step);
      history.add(batch(step));
      if (step % 10 === 0) {
        await history.save(step);
        await history.prune();
      }
    }
    expect(history.since(0).map(({ step }) => step)).toEqual([37, 38, 39, 40]);
    expect(await readdir(dir)).toEqual(['batches-00000040.jsonl']);
  });
});

describe('a training that is stopped and goes on', () => {
  const random = new Random(8);
  const clean = Array.from({ length: 40 }, (_, number) => documentText(number, random));
  const poison = poisonText(120, random);
  const options = { ...TINY, until: { steps: 70 }, evaluate: { every: 30, tokens: 256 }, guard: { skip: 6 } };

  const hashes = async (dir: string) => {
    const found = new Map<string, string>();
    for (const name of (await readdir(dir)).sort())
      found.set(
        name,
        createHash('sha256')
          .update(await readFile(join(dir, name)))
          .digest('hex'),
      );
    return found;
  };

  const twice = {
    epochs: 2,
    shuffle: { tokens: 500 },
    packing: { attention: 'within-documents' },
    until: { steps: 220 },
  } as const;

  it.each([
    ['wasm', 'in the order of the corpus', {}],
    ['cpu', 'in the order of the corpus', {}],
    ['wasm', 'shuffled, twice, each document alone', twice],
  ] as const)(
    'is bit for bit the one that was not, on %s, %s, through crashes before, in and after a rescue',
    async (backend, _order, batches) => {
      const small =
        backend === 'cpu'
          ? { ...options, model: { ...TINY.model, width: 8, context: 16 }, until: { steps: 55 } }
          : options;
      const wanted = { ...small, ...batches, backend };
      // Sequences are half as long there.
      const at = backend === 'cpu' ? 6 : 16;
      const texts = [...clean.slice(0, at), poison, ...clean.slice(at)];
      const whole = await folder();
      const run = await trainOn({ dir: whole, texts, options: wanted });
      expect(run.error).toBeUndefined();
      const rescues = eventsOf(run.events, 'rescue');
      expect(rescues.length).toBeGreaterThan(0);
      const alarm = rescues[0]?.rescue.step ?? 0;

      const cut = await folder();
      for (const step of [7, alarm - 1, alarm, alarm + 3]) {
        let seen = 0;
        const crash = await trainOn({
          dir: cut,
          texts,
          options: wanted,
          onEvent: (event) => {
            if (event.event === 'step' && event.step === step && ++seen === (step === alarm ? 2 : 1))
              throw new Error('crash');
          },
        });
        expect(String(crash.error), `at ${step}`).toBe('Error: crash');
      }
      const last = await trainOn({ dir: cut, texts, options: wanted });
      expect(last.error).toBeUndefined();
      expect(eventsOf(last.events, 'done')).toEqual([
        { ...eventsOf(run.events, 'done')[0], waitedShare: expect.any(Number) },
      ]);
      const [a, b] = [await loadCheckpoint(whole), await loadCheckpoint(cut)];
      expect(b?.weights).toEqual(a?.weights);
      expect(b?.moments).toEqual(a?.moments);
      expect(b?.state).toEqual(a?.state);
      expect(b?.waiting).toEqual(a?.waiting);
      if ('epochs' in batches) expect(a?.state.batches.epoch).toBe(1);
      if (backend === 'wasm')
        expect((await hashes(cut)).get('tokenizer.json')).toBe((await hashes(whole)).get('tokenizer.json'));
    },
  );
});

describe('errors that people meet', () => {
  let dir: string;
  const random = new Random(9);
  const texts = Array.from({ length: 40 }, (_, number) => documentText(number, random));
  const options = { ...TINY, until: { steps: 25 }, checkpoint: { every: 10 } };
  beforeAll(async () => {
    dir = await folder();
    const run = await trainOn({ dir, texts, options });
    expect(run.error).toBeUndefined();
  });

  it('a feed that breaks off is told from a corpus that ends, and the last checkpoint stays', async () => {
    const cut = await folder();
    const endless = { ...TINY, tokenizer: { train: { vocab: 300, documents: 5 } } };
    const run = await trainOn({ dir: cut, texts, options: endless, end: 'breaks' });
    expect(run.error).toBeInstanceOf(TrainerError);
    expect(run.error).toMatchObject({ code: 'feed.ended', fix: expect.stringContaining('last checkpoint') });
    expect(await checkpointNumbers(cut)).not.toHaveLength(0);
    const again = await trainOn({ dir: cut, texts, options: { ...endless } });
    expect(eventsOf(again.events, 'done')[0]).toMatchObject({ reason: 'end', documents: texts.length });
  });

  it('a corpus that ends before anything can be trained on', async () => {
    const run = await trainOn({ dir: await folder(), texts: ['短い。'], options });
    expect(run.error).toMatchObject({ code: 'feed.too_short', message: expect.stringContaining('33 tokens') });
  });

  it('a disk budget that is spent: exit 4, and the same command goes on', async () => {
    const cut = await folder();
    let saves = 0;
    const tight: Disk = {
      reserve: async (_, part) => {
        if (part === 'checkpoint' && ++saves > 4) throw new DiskError('full', { code: 'disk.budget' });
      },
      release: () => undefined,
    };
    const run = await trainOn({ dir: cut, texts, options, disk: tight });
    expect(run.error).toBeInstanceOf(DiskError);
    expect(run.error).toMatchObject({ code: 'disk.budget', exitCode: 4 });
    const again = await trainOn({ dir: cut, texts, options });
    expect(again.error).toBeUndefined();
    expect((await loadCheckpoint(cut))?.weights).toEqual((await loadCheckpoint(dir))?.weights);
  });

  it('a model, or a tokenizer, that is not the checkpoint’s', async () => {
    const other = await trainOn({ dir, texts, options: { ...options, model: { ...TINY.model, width: 32 } } });
    expect(other.error).toMatchObject({ code: 'checkpoint.model' });
    await writeFile(join(dir, 'tokenizer.json'), (await readFile(join(dir, 'tokenizer.json'), 'utf8')).concat('\n'));
    const changed = await trainOn({ dir, texts, options });
    expect(changed.error).toMatchObject({ code: 'checkpoint.tokenizer' });
  });

  it('a model that does not fit into memory, before anything is allocated, with what would', async () => {
    const huge = { ...options, model: { layers: 200, width: 16_384, heads: 128, context: 1024 } };
    const run = await trainOn({ dir: await folder(), texts, options: huge });
    expect(run.error).toBeInstanceOf(PipelineError);
    expect(run.error).toMatchObject({ code: 'trainer.memory', message: expect.stringMatching(/\d+ TB/) });
    expect(run.error).toMatchObject({ fix: expect.stringMatching(/layers: \d+, width: \d+/) });
  });
});
