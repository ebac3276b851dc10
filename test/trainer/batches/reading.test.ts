// The reading thread gives every document once, in order, encoded or as text, and says how the feed ended.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Feed as FeedServer } from '../../../src/feed/server.ts';
import { Commands } from '../../../src/trainer/commands.ts';
import { Documents } from '../../../src/trainer/documents.ts';
import { isHeldOut } from '../../../src/trainer/held-out.ts';
import { parseTokenizer } from '../../../src/trainer/tokenizer/file.ts';
import { learnTokenizer } from '../../../src/trainer/tokenizer/learn.ts';

const TEXTS = Array.from({ length: 60 }, (_, number) => `文書 ${number} `.repeat(1 + ((number * 37) % 400)));
const json = learnTokenizer(TEXTS.slice(0, 5), { model: 'bpe', vocab: 300 });
const tokenizer = parseTokenizer(json, 'tokenizer.json');

let server: FeedServer;
let commands: Commands;
let documents: Documents;

beforeEach(async () => {
  const disk = { reserve: async () => undefined, release: () => undefined };
  server = new FeedServer(0, { limit: 2 ** 20, disk, onConsumed: async () => undefined });
  commands = new Commands();
  documents = new Documents({ socketPath: await server.listen() }, 0, commands);
});

afterEach(async () => {
  await documents.close();
  await server.close();
});

async function push(from: number, to: number): Promise<void> {
  for (let number = from; number < to; number++) {
    const line = Buffer.from(`${JSON.stringify({ id: `s/x#${number}`, source: 's', text: TEXTS[number] })}\n`);
    await server.push(line, Uint32Array.of(0, line.length), [0]);
  }
}

describe('the reading thread', () => {
  it('gives texts, then all of them again and the rest encoded, held-out ones as text', async () => {
    await push(0, 60);
    server.end();
    const first = [];
    for (let count = 0; count < 7; count++) {
      const next = await documents.next();
      if (typeof next === 'string') throw new Error(next);
      first.push(next.document);
    }
    expect(first.map(({ number, text }) => [number, text])).toEqual(
      TEXTS.slice(0, 7).map((text, number) => [number, text]),
    );
    documents.encodeWith({ tokenizer: json, heldOut: 0.2, ahead: 2000 }, first);
    const got = [];
    for (let next = await documents.nextEncoded(); typeof next !== 'string'; next = await documents.nextEncoded())
      got.push(next);
    expect(got.map(({ number, id }) => [number, id])).toEqual(TEXTS.map((_, number) => [number, `s/x#${number}`]));
    got.forEach(({ tokens, heldOut }, number) => {
      const text = TEXTS[number] ?? '';
      const isOut = isHeldOut({ text }, 0.2);
      expect(heldOut).toBe(isOut ? text : undefined);
      expect(Array.from(tokens)).toEqual(isOut ? [] : [...tokenizer.encode(text), tokenizer.endOfDocument]);
    });
    expect(got.some(({ heldOut }) => heldOut !== undefined)).toBe(true);
    expect(await documents.nextEncoded()).toBe('end');
  });

  it('lets a command through while it waits, and loses no document by it', async () => {
    documents.encodeWith({ tokenizer: json, heldOut: 0, ahead: 2000 }, []);
    const waiting = documents.nextEncoded();
    commands.give({ checkpoint: true });
    expect(await waiting).toBe('asked');
    expect(commands.takeCheckpoint()).toBe(true);
    await push(0, 1);
    server.end();
    expect(await documents.nextEncoded()).toMatchObject({ number: 0 });
    expect(await documents.nextEncoded()).toBe('end');
  });

  it('says when the feed breaks off', async () => {
    documents.encodeWith({ tokenizer: json, heldOut: 0, ahead: 2000 }, []);
    const waiting = documents.nextEncoded();
    server.abort();
    await expect(waiting).rejects.toMatchObject({
      code: 'feed.ended',
      fix: expect.stringContaining('Run the same command'),
    });
  });
});
