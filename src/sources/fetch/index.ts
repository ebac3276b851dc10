// Opens a base to read from: an HTTP(S) URL or a folder; everything above sees no difference.
import type { Transport } from '../../pipeline/define.ts';
import { openFolder } from './folder.ts';
import { openHttp } from './http.ts';
import type { TransportOptions } from './options.ts';

export type { Access, Effects, Limits, TransportOptions } from './options.ts';

export function openTransport(base: string, options: TransportOptions = {}): Transport {
  return /^https?:\/\//i.test(base) ? openHttp(base, options) : openFolder(base, options.signal);
}
