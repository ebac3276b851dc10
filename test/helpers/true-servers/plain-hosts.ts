// The hosts that serve files from folders: Wikimedia's dumps (nginx), statmt.org (Apache), S3 and Common Crawl (no lists).
import { type Files, type Host, md5, reply, replyFile, startHost } from './server.ts';

const HTML = { 'content-type': 'text/html; charset=utf-8' };

/** Names of files and folders (with a slash) directly below a folder. */
function childrenOf(files: Files, folder: string): string[] {
  const inside = Object.keys(files).filter((path) => path.startsWith(folder));
  const names = inside.map((path) => {
    const [first = '', ...rest] = path.slice(folder.length).split('/');
    return rest.length > 0 ? `${first}/` : first;
  });
  return [...new Set(names)].sort();
}

/** dumps.wikimedia.org: nginx with its index pages; a folder without its slash is a redirect. */
export const startDumps = (files: Files): Promise<Host> =>
  startHost((request) => {
    const { path, url } = request;
    const file = files[path];
    if (file !== undefined) return replyFile(request, file);
    const children = childrenOf(files, path.replace(/\/?$/, '/').replace(/^\/$/, ''));
    if (children.length === 0) return reply(404, HTML, '<html><head><title>404 Not Found</title></head></html>');
    if (!url.pathname.endsWith('/')) return reply(301, { location: `${url.href}/` });
    const lines = children.map(
      (name) => `<a href="${encodeURIComponent(name).replace('%2F', '/')}">${name}</a>    01-Jun-2025 10:37    1234`,
    );
    return reply(
      200,
      HTML,
      `<html><head><title>Index of /${path}</title></head><body>\n<h1>Index of /${path}</h1><hr><pre><a href="../">../</a>\n${lines.join('\n')}\n</pre><hr></body></html>`,
    );
  });

/** What stands beside the files of a dump: checksums and the state of each job. */
export function dumpFolder(wiki: string, day: string, articles: Files, status = 'done'): Files {
  const sums = Object.entries(articles).map(([name, bytes]) => `${md5(bytes)}  ${name}\n`);
  const described = Object.entries(articles).map(([name, bytes]) => [
    name,
    { size: Buffer.byteLength(bytes), url: `/${wiki}/${day}/${name}`, md5: md5(bytes) },
  ]);
  const jobs = {
    articlesmultistreamdump: { status, updated: '2025-06-03 11:10:35', files: Object.fromEntries(described) },
  };
  return {
    ...Object.fromEntries(Object.entries(articles).map(([name, bytes]) => [`${wiki}/${day}/${name}`, bytes])),
    [`${wiki}/${day}/${wiki}-${day}-md5sums.txt`]: sums.join(''),
    [`${wiki}/${day}/dumpstatus.json`]: JSON.stringify({ jobs, version: '0.8' }),
  };
}

/** data.statmt.org: Apache with a page of its own as index. */
export const startStatmt = (files: Files): Promise<Host> =>
  startHost((request) => {
    const file = files[request.path];
    if (file !== undefined) return replyFile(request, file);
    const children = childrenOf(files, request.path.replace(/\/?$/, '/'));
    if (children.length === 0) return reply(404, HTML, '<title>404 Not Found</title>');
    const lines = children.map((name) => `<a href="${name}">${name.split('.')[0]}</a> (15G)<br>`);
    return reply(200, HTML, `<h1>CC-100: Monolingual Datasets from Web Crawl Data</h1>\n${lines.join('\n')}`);
  });

/** A bucket of S3 that may be read but not listed: what is not there is forbidden, too. */
export const startBucket = (files: Files): Promise<Host> =>
  startHost((request) => {
    const file = files[request.path];
    if (file !== undefined) return replyFile(request, file);
    return reply(
      403,
      { 'content-type': 'application/xml' },
      '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
    );
  });

/** data.commoncrawl.org: files by their full path, no lists of folders. */
export const startCommonCrawl = (files: Files): Promise<Host> =>
  startHost((request) => {
    const file = files[request.path];
    if (file !== undefined) return replyFile(request, file);
    return reply(
      404,
      { 'content-type': 'application/xml' },
      '<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>',
    );
  });
