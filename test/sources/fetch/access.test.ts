// Redirects, tokens and proxies: what goes to whom.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openTransport } from '../../../src/sources/fetch/index.ts';
import { type Mirror, type MirrorOptions, startMirror } from '../../helpers/mirror-server.ts';
import { failureOf, folderOf, joined, noWaiting } from '../../helpers/transports.ts';

const token = 'hf_secret';
const access = { variable: 'HF_TOKEN', token, page: 'https://huggingface.co/datasets/oscar-corpus/OSCAR-2301' };
let folder: string;
const mirrors: Mirror[] = [];

beforeAll(async () => {
  folder = await folderOf({ 'file.txt': 'text', 'moved/file.txt': 'moved' });
});
afterEach(async () => {
  await Promise.all(mirrors.splice(0).map((mirror) => mirror.close()));
});

async function serve(options: MirrorOptions = {}): Promise<Mirror> {
  const mirror = await startMirror(folder, options);
  mirrors.push(mirror);
  return mirror;
}

const read = async (base: string, options: Parameters<typeof openTransport>[1] = {}): Promise<string> =>
  String(await joined(openTransport(base, { ...noWaiting(), ...options }).open('file.txt')));

describe('redirects', () => {
  test('are followed, with the token on the same server and without it on another', async () => {
    const network = await serve();
    const hub = await serve({
      token,
      misbehave: ({ path }) => {
        if (path === 'file.txt') return { kind: 'redirect', to: '/moved/file.txt' };
        return path === 'moved/file.txt' ? { kind: 'redirect', to: `${network.base}file.txt?signature=x` } : undefined;
      },
    });
    expect(await read(hub.base, { access })).toBe('text');
    expect(hub.requests.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${token}`, `Bearer ${token}`]);
    expect(network.requests[0]?.headers.authorization).toBeUndefined();
  });

  test('back to the first server do not bring the token back', async () => {
    const urls: string[] = [];
    const other = await serve({ misbehave: () => ({ kind: 'redirect', to: urls[0] ?? '' }) });
    const hub = await serve({
      misbehave: ({ path }) => (path === 'file.txt' ? { kind: 'redirect', to: other.base } : undefined),
    });
    urls.push(`${hub.base}moved/file.txt`);
    expect(await read(hub.base, { access })).toBe('moved');
    expect(hub.requests.at(-1)?.headers.authorization).toBeUndefined();
  });

  test('without end are an error', async () => {
    const mirror = await serve({ misbehave: () => ({ kind: 'redirect', to: '/file.txt' }) });
    const error = await failureOf(read(mirror.base));
    expect(error.message).toMatch(/redirects more than 10 times/);
    expect(mirror.requests).toHaveLength(11);
  });

  test.each(['file:///etc/passwd', 'http://'])('to %s are an error', async (to) => {
    const mirror = await serve({ misbehave: () => ({ kind: 'redirect', to }) });
    expect(await failureOf(read(mirror.base))).toMatchObject({ code: 'fetch.failed' });
  });
});

describe('an address that a hub signed', () => {
  test('is asked for anew when it has expired', async () => {
    const network = await serve({
      misbehave: ({ earlier }) => (earlier < 2 ? { kind: 'status', status: 403 } : undefined),
    });
    const hub = await serve({
      misbehave: ({ earlier }) => ({ kind: 'redirect', to: `${network.base}file.txt?signature=${earlier}` }),
    });
    expect(await read(hub.base, { access })).toBe('text');
    expect(network.requests.map(({ query }) => query.get('signature'))).toEqual(['0', '1', '2']);
  });

  test('that is refused each time is an error, and its signature stays out of it', async () => {
    const network = await serve({ misbehave: () => ({ kind: 'status', status: 403 }) });
    const hub = await serve({
      misbehave: () => ({ kind: 'redirect', to: `${network.base}file.txt?signature=s3cret` }),
    });
    const error = await failureOf(read(hub.base, { access }));
    expect(error).toMatchObject({ code: 'fetch.forbidden', exitCode: 3 });
    expect(`${error.message} ${error.fix}`).not.toContain('s3cret');
    expect(network.requests).toHaveLength(4);
  });

  test('brings the sha256 of the file with it', async () => {
    const sha256 = 'ab'.repeat(32);
    const network = await serve();
    const hub = await serve({
      misbehave: () => ({
        kind: 'redirect',
        to: `${network.base}file.txt`,
        headers: { 'x-linked-etag': `"${sha256}"`, 'x-linked-size': '4' },
      }),
    });
    const transport = openTransport(hub.base, noWaiting());
    expect(transport.published?.('file.txt')).toBeUndefined();
    await joined(transport.open('file.txt'));
    expect(transport.published?.('file.txt')).toEqual({ algorithm: 'sha256', value: sha256 });
  });
});

describe('an answer with headers beyond measure', () => {
  test('is an error that names the limit', async () => {
    const mirror = await serve({ misbehave: () => ({ kind: 'redirect', to: `/${'x'.repeat(9000)}` }) });
    const error = await failureOf(read(mirror.base, { limits: { headers: 4096 } }));
    expect(error).toMatchObject({ code: 'fetch.headers', exitCode: 3 });
    expect(error.fix).toContain('fetch.headers');
  });
});

describe('a gated source', () => {
  test('is read with its token', async () => {
    const mirror = await serve({ token });
    expect(await read(mirror.base, { access })).toBe('text');
  });

  test('names the variable and the page when the token is missing or refused, and never the token', async () => {
    for (const given of [undefined, 'hf_wrong']) {
      const mirror = await serve({ token });
      const error = await failureOf(read(mirror.base, { access: { ...access, token: given } }));
      expect(error).toMatchObject({ code: 'fetch.forbidden', exitCode: 3 });
      expect(error.fix).toContain('HF_TOKEN');
      expect(error.fix).toContain('https://huggingface.co/datasets/oscar-corpus/OSCAR-2301');
      expect(`${error.message}${error.fix}`).not.toContain('hf_wrong');
      expect(mirror.requests).toHaveLength(1);
    }
  });

  test('takes a login out of the base and keeps it out of messages', async () => {
    const mirror = await serve();
    const base = mirror.base.replace('//', '//me:s3cret%21@');
    const transport = openTransport(base, noWaiting());
    expect(transport.base).toBe(mirror.base);
    expect(String(await joined(transport.open('file.txt')))).toBe('text');
    expect(mirror.requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from('me:s3cret!').toString('base64')}`);
    expect((await failureOf(joined(transport.open('gone.txt')))).message).not.toContain('s3cret');
  });

  test('does not get its token over an open network', async () => {
    const proxy = await serve({ misbehave: () => ({ kind: 'status', status: 403 }) });
    const error = await failureOf(read('http://mirror.example/', { access, env: { http_proxy: proxy.base } }));
    expect(error.fix).toMatch(/only sent over https/);
  });
});

describe('proxies', () => {
  test('of the environment are used, except for this machine and NO_PROXY', async () => {
    const proxied: string[] = [];
    const proxy = await serve({
      misbehave: ({ headers }) => {
        proxied.push(headers.host ?? '');
        return { kind: 'status', status: 404 };
      },
    });
    const direct = await serve();
    expect(await read(direct.base, { env: { HTTP_PROXY: proxy.base } })).toBe('text');
    expect(proxied).toEqual([]);
    await failureOf(read('http://corpora.example/', { env: { HTTP_PROXY: proxy.base } }));
    expect(proxied).toEqual(['corpora.example']);
    await failureOf(read('http://corpora.example/', { env: { HTTP_PROXY: proxy.base, NO_PROXY: 'corpora.example' } }));
    expect(proxied).toHaveLength(1);
  });

  test('that close every tunnel are given up on', async () => {
    const proxy = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const address = proxy.address();
    const env = { HTTPS_PROXY: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}` };
    const limits = { connect: 0, firstByte: 10, attempts: 2 };
    expect(await failureOf(read('https://corpora.example/', { env, limits }))).toMatchObject({ code: 'fetch.failed' });
    proxy.close();
  });
});
