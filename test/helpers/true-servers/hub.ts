// The Hugging Face hub on this machine: resolve, tree and parquet interfaces, gated datasets, and its content network on another port.
import { createHash } from 'node:crypto';
import { type Answer, type Files, type Host, type Request, reply, replyFile, sha256, startHost } from './server.ts';

export interface HubDataset {
  /** Behind a form: readable with a token of an account that accepted it. */
  readonly gated?: true;
  /** Contents by revision (a branch, `refs/convert/parquet`, a commit), then by path. */
  readonly revisions: Readonly<Record<string, Files>>;
}

export interface HubOptions {
  readonly datasets: Readonly<Record<string, HubDataset>>;
  /** Tokens of accounts that accepted the terms of gated datasets. */
  readonly accepted?: readonly string[];
  /** Tokens of accounts that did not. */
  readonly others?: readonly string[];
  /** Entries of a tree's page; the hub's own is 1,000. */
  readonly pageSize?: number;
}

export interface Hub extends AsyncDisposable {
  readonly base: string;
  readonly hub: Host;
  readonly network: Host;
}

const COMMIT = '607bd4c8450a42878aa9ddc051a65a055450ef87';
/** The hub keeps these in Git itself; all else lies in LFS, that is on the content network. */
const isSmall = (path: string): boolean => /\.(?:md|json|txt|sha256|gitattributes|py|yaml)$/.test(path);
const gitOid = (bytes: string | Uint8Array): string =>
  createHash('sha1')
    .update(`blob ${Buffer.byteLength(bytes)}\0`)
    .update(bytes)
    .digest('hex');

export async function startHub(options: HubOptions): Promise<Hub> {
  const stored = new Map<string, string | Uint8Array>();
  for (const { revisions } of Object.values(options.datasets))
    for (const files of Object.values(revisions))
      for (const [path, bytes] of Object.entries(files)) if (!isSmall(path)) stored.set(sha256(bytes), bytes);
  const network = await startHost((request) => fromNetwork(stored, request));
  const hub = await startHost((request, base) =>
    new Question(options, request, { hub: base, network: network.base }).answer(),
  );
  return {
    base: hub.base,
    hub,
    network,
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]();
      await network[Symbol.asyncDispose]();
    },
  };
}

/** Signed addresses only. A second way of identifying oneself is refused, as S3 does: a token that follows the redirect shows. */
function fromNetwork(stored: ReadonlyMap<string, string | Uint8Array>, request: Request): Answer {
  if (request.headers.authorization !== undefined) {
    return reply(400, { 'content-type': 'application/xml' }, '<Error><Code>InvalidArgument</Code></Error>');
  }
  const oid = request.path.split('/').at(-1) ?? '';
  const signed = request.url.searchParams.get('Signature') === signatureOf(oid);
  const bytes = stored.get(oid);
  if (!signed || bytes === undefined) {
    return reply(403, { 'content-type': 'application/xml' }, '<Error><Code>AccessDenied</Code></Error>');
  }
  // Parts of a multipart upload have an ETag that is no checksum.
  return replyFile(request, bytes, { etag: `"${oid.slice(0, 32)}-1"` });
}

const signatureOf = (oid: string): string => sha256(`key of the content network ${oid}`).slice(0, 40);

class Question {
  readonly #options: HubOptions;
  readonly #request: Request;
  readonly #bases: { hub: string; network: string };

  constructor(options: HubOptions, request: Request, bases: { hub: string; network: string }) {
    this.#options = options;
    this.#request = request;
    this.#bases = bases;
  }

  answer(): Answer {
    const { pathname } = this.#request.url;
    const name = '((?:[^/]+/)?[^/]+)';
    const resolve = new RegExp(`^/datasets/${name}/resolve/([^/]+)/(.+)$`).exec(pathname);
    const tree = new RegExp(`^/api/datasets/${name}/tree/([^/]+)(?:/(.*?))?/?$`).exec(pathname);
    const copy = new RegExp(`^/api/datasets/${name}/parquet(?:/([^/]+))?(?:/([^/]+))?(?:/(\\d+)\\.parquet)?$`).exec(
      pathname,
    );
    const cached = new RegExp(`^/api/resolve-cache/datasets/${name}/${COMMIT}/(.+)$`).exec(pathname);
    const [match] = [resolve, tree, copy, cached].filter((each) => each !== null);
    const [, dataset = '', second = '', third = '', fourth] = (match ?? []).map(
      (part) => part && decodeURIComponent(part),
    );
    if (match === undefined)
      return this.#error(404, 'EntryNotFound', 'Sorry, we can’t find the page you are looking for.');
    const found = this.#options.datasets[dataset];
    // To those who are not logged in the hub does not say which private datasets there are.
    if (found === undefined) {
      return this.#token() === undefined
        ? this.#error(401, 'RepoNotFound', 'Invalid username or password.')
        : this.#error(404, 'RepoNotFound', 'Repository not found');
    }
    const refusal = this.#refusal(dataset, found);
    if (refusal !== undefined) return refusal;
    if (resolve !== null) return this.#resolve(dataset, found, second, third);
    if (tree !== null) return this.#tree(dataset, found, second, third);
    if (copy !== null) return this.#copy(dataset, found, second, third, fourth);
    return this.#cached(found, second);
  }

  #error(status: number, code: string, message: string): Answer {
    return reply(status, { 'x-error-code': code, 'x-error-message': message, 'content-type': 'text/plain' }, message);
  }

  #token(): string | undefined {
    return /^Bearer (.+)$/.exec(this.#request.headers.authorization ?? '')?.[1];
  }

  #refusal(name: string, { gated }: HubDataset): Answer | undefined {
    const token = this.#token();
    const { accepted = [], others = [] } = this.#options;
    if (token !== undefined && ![...accepted, ...others].includes(token))
      return this.#error(401, '', 'Invalid credentials in Authorization header');
    if (gated === undefined || (token !== undefined && accepted.includes(token))) return undefined;
    const message = `Access to dataset ${name} is restricted`;
    return token === undefined
      ? this.#error(401, 'GatedRepo', `${message}. You must have access to it and be authenticated. Please log in.`)
      : this.#error(403, 'GatedRepo', `${message} and you are not in the authorized list. Visit its page to ask.`);
  }

  /** `resolve/<revision>/<path>`: a redirect, to the content network or, for small files, to a cache by commit. */
  #resolve(name: string, { revisions }: HubDataset, revision: string, path: string): Answer {
    const files = revisions[revision];
    if (files === undefined) return this.#error(404, 'RevisionNotFound', `Invalid rev id: ${revision}`);
    const bytes = files[path];
    if (bytes === undefined) return this.#error(404, 'EntryNotFound', 'Entry not found');
    const oid = isSmall(path) ? gitOid(bytes) : sha256(bytes);
    const headers = {
      'x-repo-commit': COMMIT,
      'x-linked-size': Buffer.byteLength(bytes),
      'x-linked-etag': `"${oid}"`,
      'accept-ranges': 'bytes',
    };
    if (isSmall(path)) {
      const location = `/api/resolve-cache/datasets/${name}/${COMMIT}/${encodeURIComponent(path)}?revision=${encodeURIComponent(revision)}&etag=%22${oid}%22`;
      return reply(307, { ...headers, location });
    }
    const query = new URLSearchParams({
      'response-content-disposition': `inline; filename="${path.split('/').at(-1)}";`,
      Expires: '1748777859',
      Policy: 'eyJTdGF0ZW1lbnQiOltdfQ__',
      Signature: signatureOf(oid),
      'Key-Pair-Id': 'K24J24Z295AEI9',
    });
    const location = `${this.#bases.network}repos/c9/5f/${COMMIT}/${oid}?${query}`;
    return reply(302, { ...headers, location }, `Found. Redirecting to ${location}`);
  }

  #cached({ revisions }: HubDataset, path: string): Answer {
    const revision = this.#request.url.searchParams.get('revision') ?? 'main';
    const bytes = revisions[revision]?.[path];
    if (bytes === undefined) return this.#error(404, 'EntryNotFound', 'Entry not found');
    return replyFile(this.#request, bytes, { etag: `"${gitOid(bytes)}"`, 'x-repo-commit': COMMIT });
  }

  /** `tree/<revision>/<folder>`: files with their LFS object, folders; in pages joined by Link. */
  #tree(name: string, { revisions }: HubDataset, revision: string, folder: string): Answer {
    const files = revisions[revision];
    if (files === undefined) return this.#error(404, 'RevisionNotFound', `Invalid rev id: ${revision}`);
    const prefix = folder === '' ? '' : `${folder}/`;
    const inside = Object.keys(files).filter((path) => path.startsWith(prefix));
    if (inside.length === 0) return this.#error(404, 'EntryNotFound', `${folder} does not exist on "${revision}"`);
    const children = [...new Set(inside.map((path) => prefix + path.slice(prefix.length).split('/')[0]))].sort();
    const { searchParams } = this.#request.url;
    const start = Number(Buffer.from(searchParams.get('cursor') ?? '', 'base64').toString() || 0);
    const end = start + (this.#options.pageSize ?? 1000);
    const entries = children.slice(start, end).map((path) => entryOf(path, files[path]));
    const cursor = Buffer.from(String(end)).toString('base64');
    const next = `https://huggingface.co/api/datasets/${name}/tree/${encodeURIComponent(revision)}/${folder}?recursive=false&cursor=${encodeURIComponent(cursor)}`;
    return reply(
      200,
      { 'content-type': 'application/json', ...(end < children.length ? { link: `<${next}>; rel="next"` } : {}) },
      JSON.stringify(entries),
    );
  }

  /** `parquet[/<subset>[/<split>[/<number>.parquet]]]`: addresses in the hub's own copy. */
  #copy(name: string, { revisions }: HubDataset, config: string, split: string, number: string | undefined): Answer {
    const all = copiesOf(name, revisions['refs/convert/parquet'] ?? {}, this.#bases.hub);
    if (number !== undefined) {
      const [, path] =
        Object.entries(revisions['refs/convert/parquet'] ?? {})
          .map(([each]): [string, string] => [each.replace('/partial-', '/'), each])
          .filter(([each]) => each.startsWith(`${config}/${split}/`))[Number(number)] ?? [];
      if (path === undefined) return this.#error(404, 'EntryNotFound', 'Entry not found');
      const location = `${this.#bases.hub}datasets/${name}/resolve/refs%2Fconvert%2Fparquet/${path}`;
      return reply(302, { location }, `Found. Redirecting to ${location}`);
    }
    const answer = config === '' ? all : split === '' ? all[config] : all[config]?.[split];
    if (answer === undefined || Object.keys(all).length === 0)
      return this.#error(404, 'EntryNotFound', 'Entry not found');
    return reply(200, { 'content-type': 'application/json' }, JSON.stringify(answer));
  }
}

function copiesOf(name: string, files: Files, base: string): Record<string, Record<string, string[]>> {
  const all: Record<string, Record<string, string[]>> = {};
  for (const path of Object.keys(files).sort()) {
    const [config, folder, file] = path.split('/');
    if (config === undefined || folder === undefined || file === undefined) continue;
    const split = folder.replace(/^partial-/, '');
    all[config] ??= {};
    all[config][split] ??= [];
    const list = all[config][split];
    list.push(`${base}api/datasets/${name}/parquet/${config}/${split}/${list.length}.parquet`);
  }
  return all;
}

function entryOf(path: string, bytes: string | Uint8Array | undefined): object {
  if (bytes === undefined) return { type: 'directory', oid: gitOid(path), size: 0, path };
  const size = Buffer.byteLength(bytes);
  if (isSmall(path)) return { type: 'file', oid: gitOid(bytes), size, path };
  return {
    type: 'file',
    oid: gitOid(`pointer of ${path}`),
    size,
    lfs: { oid: sha256(bytes), size, pointerSize: 134 },
    path,
  };
}
