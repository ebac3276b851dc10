// What a training relies on: nothing lost, nothing doubled, held-out documents never, and the same batches after any stop.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Batches, type BatchOptions, type EncodedDocument, noBatches } from '../../../src/trainer/batches/batches.ts';
import { TokenStore } from '../../../src/trainer/batches/token-store.ts';
import { isHeldOut } from '../../../src/trainer/held-out.ts';
import type { Sequence } from '../../../src/trainer/packing.ts';
import { documentOf, END, Listed } from './documents.ts';

const OPTIONS: BatchOptions = { context: 8, epochs: 1, shuffle: 0, mixture: undefined, seed: 1 };
const disk = { reserve: async () => undefined };
const storePath = () => join(mkdtempSync(join(tmpdir(), 'seiryu-tokens-')), 'tokens.bin');

/** All sequences; a new `Batches` from the saved state wherever `stops` says so, the store cut back to it as after a crash. */
async function run(
  documents: readonly EncodedDocument[],
  options: BatchOptions,
  stops: (batch: number) => boolean = () => false,
): Promise<{ sequences: Sequence[]; silent: string[]; heldOut: number[] }> {
  const path = storePath();
  const sequences: Sequence[] = [];
  const silent: string[] = [];
  const heldOut: number[] = [];
  let saved = noBatches();
  const open = async () => {
    const store = options.epochs === 1 ? undefined : await TokenStore.open(path, disk, 70_000, saved.state.store.bytes);
    const source = new Listed(documents, saved.state.documents, (number) => number % 3 === 1);
    const onSilent = (name: string) => silent.push(name);
    const onHeldOut = ({ number }: { number: number }) => heldOut.push(number);
    return { store, batches: new Batches(source, options, saved, { store, onSilent, onHeldOut }) };
  };
  let { store, batches } = await open();
  for (let count = 0; ; ) {
    const batch = await batches.next(2);
    if (batch === 'asked') continue;
    if (batch.length === 0) break;
    sequences.push(...batch);
    if (!stops(count++)) continue;
    saved = JSON.parse(JSON.stringify({ state: (await batches.save()).state }));
    saved = { ...saved, tokens: (await batches.save()).tokens };
    // What came after the checkpoint is lost in a crash.
    await batches.next(1);
    await store?.close();
    ({ store, batches } = await open());
  }
  await store?.close();
  return { sequences, silent, heldOut };
}

/** Documents in the order in which sequences first have tokens of them. */
const orderOf = (sequences: readonly Sequence[]): number[] =>
  sequences
    .flatMap(({ inputs }) => Array.from(inputs))
    .filter((token) => token !== END && token % 100 === 1)
    .map((token) => Math.floor(token / 100));

const tokensOf = (documents: readonly EncodedDocument[]) =>
  documents.reduce((sum, { tokens }) => sum + tokens.length, 0);

const corpus = fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.constantFrom('a', 'b', 'c')), {
  minLength: 1,
  maxLength: 40,
});

describe('batches', () => {
  it('go on bit for bit after any stops, with shuffle, mixture and epochs', async () => {
    await fc.assert(
      fc.asyncProperty(
        corpus,
        fc.record({
          epochs: fc.integer({ min: 1, max: 3 }),
          shuffle: fc.constantFrom(0, 30, 200),
          mixture: fc.constantFrom(undefined, { a: 2, b: 1 }),
        }),
        fc.integer({ min: 1, max: 4 }),
        async (sizes, changed, every) => {
          const documents = sizes.map(([size, source], number) => documentOf(number, size, source));
          const options = { ...OPTIONS, ...changed };
          const whole = await run(documents, options);
          expect((await run(documents, options, (batch) => batch % every === 0)).sequences).toEqual(whole.sequences);
          const tokens = tokensOf(documents) * options.epochs;
          expect(whole.sequences).toHaveLength(Math.max(0, Math.floor((tokens - 1) / options.context)));
        },
      ),
      { numRuns: 60, seed: 1 },
    );
  });

  it('hold every document once an epoch, in an order that the seed decides and the buffer bounds', async () => {
    const documents = Array.from({ length: 300 }, (_, number) => documentOf(number, 7));
    const shuffled = async (seed: number) =>
      orderOf((await run(documents, { ...OPTIONS, shuffle: 400, seed })).sequences);
    const [one, again, other] = [await shuffled(1), await shuffled(1), await shuffled(2)];
    expect(one).toEqual(again);
    expect(one).not.toEqual(other);
    // What fills no sequence at the very end is not trained on.
    expect(new Set(one).size).toBe(one.length);
    expect(one.length).toBeGreaterThanOrEqual(299);
    // 400 tokens are 50 documents: none comes earlier than that.
    one.forEach((number, at) => {
      expect(number).toBeLessThanOrEqual(at + 51);
    });
    const moved = one.filter((number, at) => Math.abs(number - at) > 5).length;
    expect(moved).toBeGreaterThan(200);
    const unshuffled = orderOf((await run(documents, OPTIONS)).sequences);
    expect(unshuffled).toEqual(Array.from({ length: 299 }, (_, number) => number));
  });

  it('come in the wanted proportion of tokens, whatever the order of the corpus', async () => {
    const documents = Array.from({ length: 600 }, (_, number) =>
      documentOf(number, number % 2 === 0 ? 5 : 17, number % 3 === 0 ? 'wiki' : 'web'),
    );
    const { sequences, silent } = await run(documents, { ...OPTIONS, mixture: { wiki: 2, web: 1 } });
    const half = sequences.slice(0, Math.floor((tokensOf(documents) / 8) * 0.4));
    const spans = half.flatMap((sequence) => sequence.documents);
    const tokens = (source: string) =>
      spans.filter((span) => span.source === source).reduce((sum, { start, end }) => sum + end - start, 0);
    expect(tokens('wiki') / tokens('web')).toBeGreaterThan(1.9);
    expect(tokens('wiki') / tokens('web')).toBeLessThan(2.1);
    expect(silent).toEqual([]);
    expect(orderOf(sequences).sort((a, b) => a - b)).toEqual(Array.from({ length: 600 }, (_, number) => number));
  });

  it('say which source ended early, and go on with the others', async () => {
    const big = Int32Array.from({ length: 500_000 }, () => 7);
    const documents = Array.from({ length: 30 }, (_, number) => ({
      ...documentOf(number, 1, number < 3 ? 'wiki' : 'web'),
      tokens: big,
    }));
    const { sequences, silent } = await run(documents, { ...OPTIONS, context: 100_000, mixture: { wiki: 2, web: 1 } });
    expect(silent).toEqual(['wiki']);
    expect(sequences).toHaveLength(149);
  });

  it('never hold a held-out document, in no epoch', async () => {
    const documents = Array.from({ length: 40 }, (_, number) =>
      number % 4 === 0
        ? { ...documentOf(number, 0), tokens: new Int32Array(0), heldOut: 'text' }
        : documentOf(number, 9),
    );
    const { sequences, heldOut } = await run(documents, { ...OPTIONS, epochs: 3, shuffle: 50 });
    expect(orderOf(sequences).filter((number) => number % 4 === 0)).toEqual([]);
    expect(new Set(orderOf(sequences)).size).toBe(30);
    expect(heldOut).toEqual([0, 4, 8, 12, 16, 20, 24, 28, 32, 36]);
  });
});

describe('the held-out split', () => {
  it('puts copies on the same side, whatever their ids, spaces, width and case', () => {
    const texts = Array.from({ length: 400 }, (_, i) => `文書 ${i} about Ｆｏｘ`);
    const out = texts.filter((text) => isHeldOut({ text }, 0.2));
    expect(out.length).toBeGreaterThan(50);
    expect(out.length).toBeLessThan(110);
    for (const text of texts) {
      const copy = ` ${text.replace('Ｆｏｘ', 'fox').replaceAll(' ', '\n')}`;
      expect(isHeldOut({ text: copy }, 0.2)).toBe(isHeldOut({ text }, 0.2));
    }
    expect(texts.some((text) => isHeldOut({ text }, 0))).toBe(false);
  });
});

describe('kept tokens', () => {
  it('are refused when they are damaged or shorter than the checkpoint knows', async () => {
    const path = storePath();
    const store = await TokenStore.open(path, disk, 1000, 0);
    const document = { ...documentOf(3, 5), url: 'https://例.jp/' };
    await store.add(document);
    await store.sync();
    const { bytes } = store;
    expect(await store.read(0)).toEqual({ document, next: bytes });
    expect(await store.read(bytes)).toBeUndefined();
    await store.close();
    await expect(TokenStore.open(path, disk, 1000, bytes + 1)).rejects.toMatchObject({ code: 'tokens.damaged' });
    const again = await TokenStore.open(path, disk, 100_000, bytes);
    await again.add(document);
    await again.sync();
    await again.close();
    const cut = await TokenStore.open(path, disk, 1000, bytes + 10);
    await expect(cut.read(bytes)).rejects.toMatchObject({ code: 'tokens.damaged' });
    await cut.close();
  });

  it('ask the disk budget before they are written', async () => {
    const refused = { reserve: async () => Promise.reject(new Error('no room')) };
    const store = await TokenStore.open(storePath(), refused, 1000, 0);
    await store.add(documentOf(1, 5));
    await expect(store.sync()).rejects.toThrow('no room');
    await store.close();
  });
});
