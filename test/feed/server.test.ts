import { existsSync } from 'node:fs';
import { Client, request } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiskError } from '../../src/errors.ts';
import { Feed } from '../../src/feed/server.ts';

let feed: Feed;
let socketPath: string;
let client: Client;
let consumed: number[];

async function open(first = 0, limit = 1000): Promise<void> {
  consumed = [];
  feed = new Feed(first, {
    limit,
    disk: {
      reserve: async (bytes) => {
        if (bytes > 100) throw new DiskError('full', { code: 'disk.budget' });
      },
      release: () => undefined,
    },
    onConsumed: async (documents) => void consumed.push(documents),
  });
  socketPath = await feed.listen();
  client = new Client('http://feed', { socketPath });
}

const push = (lines: readonly string[]) => {
  const offsets = new Uint32Array(lines.length + 1);
  for (const [index, line] of lines.entries()) offsets[index + 1] = (offsets[index] ?? 0) + Buffer.byteLength(line);
  return feed.push(
    Buffer.from(lines.join('')),
    offsets,
    lines.map((_, index) => index),
  );
};
const documents = async (from: number) => request(`http://feed/documents?from=${from}`, { dispatcher: client });
const post = (path: string, body: unknown) =>
  request(`http://feed${path}`, {
    dispatcher: client,
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });

beforeEach(() => open());
afterEach(async () => {
  await client.destroy();
  await feed.close();
});

describe('the feed', () => {
  it('sends every document once, in order, and ends with the corpus', async () => {
    const { body } = await documents(0);
    const pushing = (async () => {
      for (let each = 0; each < 500; each++) await push([`{"n":${each}}\n`]);
      feed.end();
    })();
    const lines = (await body.text()).trim().split('\n');
    await pushing;
    expect(lines).toEqual(Array.from({ length: 500 }, (_, each) => `{"n":${each}}`));
  });

  it('holds the stream back while the reader has enough', async () => {
    let done = false;
    const pushing = push(Array.from({ length: 300 }, () => 'x'.repeat(10))).then(() => (done = true));
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
    expect(done).toBe(false);
    expect(feed.queuedBytes).toBeLessThanOrEqual(1010);
    const { body } = await documents(0);
    feed.end();
    const text = body.text();
    await pushing;
    feed.end();
    expect((await text).length).toBe(3000);
  });

  it('leaves out what the reader’s checkpoint holds already', async () => {
    await push(['a\n', 'b\n', 'c\n']);
    feed.end();
    expect(await (await documents(2)).body.text()).toBe('c\n');
  });

  it('refuses to begin before what it has', async () => {
    await feed.close();
    await open(10);
    expect((await documents(3)).statusCode).toBe(410);
  });

  it('breaks off, rather than ends, when the run fails', async () => {
    const { body } = await documents(0);
    const reading = body.text();
    await push(['a\n']);
    feed.abort();
    await expect(reading).rejects.toThrow();
  });

  it('passes on what was consumed, and refuses disk with 507', async () => {
    expect((await post('/consumed', { documents: 7 })).statusCode).toBe(200);
    expect(consumed).toEqual([7]);
    expect((await post('/reserve', { bytes: 50, part: 'checkpoint' })).statusCode).toBe(200);
    expect((await post('/reserve', { bytes: 500, part: 'checkpoint' })).statusCode).toBe(507);
    expect((await post('/consumed', { documents: 'many' })).statusCode).toBe(400);
  });

  it('leaves no socket behind', async () => {
    await feed.close();
    expect(existsSync(socketPath)).toBe(false);
  });
});
