// A token and a password go to the server that they are for, and nowhere else: not to other servers, not into any file, not onto the screen.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { cli, type Ended, SAMPLE, temporaryFolder } from '../helpers/cli.ts';
import { pipelineText } from '../helpers/corpus.ts';
import { type Mirror, type MirrorOptions, startMirror } from '../helpers/mirror-server.ts';

const TOKEN = 'hf_Zb7secretQ9';
const LOGIN = 'reader:p%40ss-w0rd';
const SIGNATURE = 'sIgNaTuRe77';
const PROXY = 'proxyuser:pr0xypass';
/** In every form in which they travel. */
const SECRETS = [
  TOKEN,
  LOGIN,
  'p@ss-w0rd',
  'p%40ss-w0rd',
  Buffer.from('reader:p@ss-w0rd').toString('base64'),
  SIGNATURE,
  'pr0xypass',
  Buffer.from(PROXY).toString('base64'),
];

const mirrors: Mirror[] = [];
afterEach(async () => {
  await Promise.all(mirrors.splice(0).map((mirror) => mirror.close()));
});

async function serve(options: MirrorOptions): Promise<Mirror> {
  const mirror = await startMirror(SAMPLE, options);
  mirrors.push(mirror);
  return mirror;
}

interface Ran extends Ended {
  /** Everything that was written, the user's own pipeline file excepted. */
  readonly written: ReadonlyMap<string, string>;
}

async function run(sources: string, env: Readonly<Record<string, string>>, args: readonly string[] = []): Promise<Ran> {
  const cwd = await temporaryFolder();
  const fetch =
    'fetch: { attempts: 3, firstAttempts: 2, firstDelay: 1ms, longestDelay: 2ms, connect: 500ms, firstByte: 4s }';
  const cache = 'cache: { dir: kept, budget: 50MB }';
  await writeFile(join(cwd, 'p.yaml'), `${pipelineText({ name: 'p', sources })}${fetch}\n${cache}\n`);
  const ended = await cli(['run', 'p.yaml', ...args], { cwd, env });
  const written = new Map([
    ['stdout', ended.stdout],
    ['stderr', ended.stderr],
  ]);
  for (const entry of await readdir(cwd, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && entry.name !== 'p.yaml') written.set(path, await readFile(path, 'latin1'));
  }
  return { ...ended, written };
}

function expectNoSecret(written: ReadonlyMap<string, string>): void {
  for (const [where, text] of written)
    for (const secret of SECRETS) expect(text.includes(secret), `${secret} in ${where}`).toBe(false);
}

const withLogin = (base: string): string => base.replace('//', `//${LOGIN}@`);
const authorizations = ({ requests }: Mirror): Set<string | undefined> =>
  new Set(requests.map(({ headers }) => headers.authorization));

describe('credentials', () => {
  it('go to their own server alone, in a run that meets every kind of trouble', async () => {
    const network = await serve({
      misbehave: ({ earlier }) =>
        earlier === 0 ? { kind: 'status', status: 403 } : earlier === 1 ? { kind: 'cut', after: 500 } : undefined,
    });
    const signed = (path: string) => `${network.base}${path}?X-Signature=${SIGNATURE}`;
    const hub = await serve({
      token: TOKEN,
      misbehave: ({ path, earlier }) => {
        if (!path.endsWith('.zst')) return earlier === 0 ? { kind: 'status', status: 503 } : undefined;
        return { kind: 'redirect', to: signed(path) };
      },
    });
    const old = await serve({
      misbehave: ({ path, earlier }) => (earlier === 0 ? { kind: 'reset' } : { kind: 'redirect', to: signed(path) }),
    });
    const sources = `[oscar: { mirror: "${hub.base}" }, cc100: { mirror: "${withLogin(old.base)}" }]`;
    const ran = await run(sources, { HF_TOKEN: TOKEN }, ['--json']);
    expect(ran.code, ran.stderr).toBe(0);
    expect([...ran.written.keys()].filter((path) => path.includes('/kept/'))).toHaveLength(3);
    expectNoSecret(ran.written);
    expect(authorizations(hub)).toEqual(new Set([`Bearer ${TOKEN}`]));
    expect(authorizations(old)).toEqual(new Set([`Basic ${Buffer.from('reader:p@ss-w0rd').toString('base64')}`]));
    expect(authorizations(network)).toEqual(new Set([undefined]));
  });

  it('stay out of what is said when everything is refused', async () => {
    const gone = await serve({ misbehave: () => ({ kind: 'status', status: 404 }) });
    const denied = await serve({ misbehave: () => ({ kind: 'status', status: 403 }) });
    const broken = await serve({ misbehave: () => ({ kind: 'reset' }) });
    for (const { base } of [gone, denied, broken]) {
      for (const source of [`oscar: { mirror: "${base}" }`, `cc100: { mirror: "${withLogin(base)}" }`]) {
        const ran = await run(`[${source}]`, { HF_TOKEN: TOKEN });
        expect(ran.code).toBe(3);
        expect(ran.stderr).toMatch(/\[fetch\.(?:forbidden|failed|not_found)\]/);
        expectNoSecret(ran.written);
      }
    }
  });

  it('of a proxy stay out of what is said, too', async () => {
    const proxy = await serve({ misbehave: () => ({ kind: 'status', status: 407 }) });
    const http_proxy = proxy.base.replace('//', `//${PROXY}@`);
    for (const mirror of ['http://corpora.example/', 'https://corpora.example/']) {
      const ran = await run(`[cc100: { mirror: "${mirror}" }]`, { http_proxy, https_proxy: http_proxy });
      expect(ran.code).toBe(3);
      expectNoSecret(ran.written);
    }
  });

  it('that no header can carry are said to be unfit, and not shown', async () => {
    const hub = await serve({});
    const ran = await run(`[oscar: { mirror: "${hub.base}" }]`, { HF_TOKEN: `${TOKEN}\u{1}秘` });
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('HF_TOKEN');
    expectNoSecret(ran.written);
  });

  it('are not shown by `check`, nor by what is said of a wrong pipeline file', async () => {
    const cwd = await temporaryFolder();
    const mirror = withLogin('https://corpora.example/');
    await writeFile(join(cwd, 'right.yaml'), pipelineText({ sources: `[cc100: { mirror: "${mirror}" }]` }));
    await writeFile(join(cwd, 'wrong.yaml'), pipelineText({ sources: `[cc100: { mirror: ["${mirror}"] }]` }));
    for (const args of [['right.yaml'], ['right.yaml', '--json'], ['wrong.yaml'], ['right.yaml', '--set', mirror]]) {
      const { stdout, stderr } = await cli(['check', ...args], { cwd });
      expectNoSecret(new Map(Object.entries({ stdout, stderr })));
    }
    expect((await cli(['check', 'right.yaml'], { cwd })).stdout).toContain('https://corpora.example/');
  });
});
