// WET files as Common Crawl writes them: a warcinfo record, then one conversion record a page.
import { gzipSync } from 'node:zlib';

export interface Page {
  readonly url: string;
  readonly text: string | Uint8Array;
  /** ISO 639-3, comma separated, as CLD2 found them; left out when it found none. */
  readonly languages?: string;
}

const record = (lines: readonly string[], content: string | Uint8Array): Buffer => {
  const body = Buffer.from(content);
  const header = ['WARC/1.0', ...lines, `Content-Length: ${body.length}`, '', ''].join('\r\n');
  return Buffer.concat([Buffer.from(header), body, Buffer.from('\r\n\r\n')]);
};

export const warcinfo = (name: string): Buffer =>
  record(
    [
      'WARC-Type: warcinfo',
      'WARC-Date: 2024-05-31T04:23:15Z',
      `WARC-Filename: ${name}`,
      'WARC-Record-ID: <urn:uuid:0d0ea7ad-6cd3-4fb1-a5a5-a84e3e0e6e0d>',
      'Content-Type: application/warc-fields',
    ],
    'Software-Info: ia-web-commons.1.1.10-SNAPSHOT-20240513074037\r\nExtracted-Date: Fri, 31 May 2024 04:23:15 GMT\r\n\r\n',
  );

export const conversion = ({ url, text, languages }: Page): Buffer =>
  record(
    [
      'WARC-Type: conversion',
      `WARC-Target-URI: ${url}`,
      'WARC-Date: 2024-05-18T01:58:10Z',
      'WARC-Record-ID: <urn:uuid:83d6bd0e-8ad8-4cc8-8ab0-0aa0d3d7bd3b>',
      'WARC-Refers-To: <urn:uuid:4dbd9a52-4bbd-4bd1-b3cd-d30b1c87d7d0>',
      'WARC-Block-Digest: sha1:5ZOFHXMLMRTJ4MV2BRM6TFSXQMKVBWQZ',
      ...(languages === undefined ? [] : [`WARC-Identified-Content-Language: ${languages}`]),
      'Content-Type: text/plain',
    ],
    text,
  );

export const wetBytes = (pages: readonly Page[]): Buffer =>
  Buffer.concat([warcinfo('CC-MAIN-20240517233122-20240518023122-00000.warc.wet.gz'), ...pages.map(conversion)]);

/** As published: each record is a gzip member of its own. */
export const wetFile = (pages: readonly Page[]): Buffer =>
  Buffer.concat([warcinfo('CC-MAIN-00000.warc.wet.gz'), ...pages.map(conversion)].map((bytes) => gzipSync(bytes)));
