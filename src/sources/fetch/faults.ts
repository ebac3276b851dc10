// What can go wrong between a server and a reader, by kind, and where each case is told.
import { channel } from 'node:diagnostics_channel';

/** Their meaning stands in docs/network.md; `run.json` counts them under these names. */
export type FaultKind =
  | 'connect'
  | 'no_answer'
  | 'reset'
  | 'truncated'
  | 'stall'
  | 'slow'
  | 'range'
  | 'protocol'
  | 'network'
  | 'expired'
  | 'denied'
  | 'changed'
  | 'length'
  | 'damaged'
  | 'checksum'
  | `status.${number}`;

export interface Fault {
  readonly kind: FaultKind;
}

/** Publishes a `Fault` for every one, whether it could be mended or not. */
export const faultChannel = channel('seiryu:fetch.fault');

export function tellFault(kind: FaultKind): void {
  const fault: Fault = { kind };
  faultChannel.publish(fault);
}

const UNREACHABLE = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
]);

/** The kind of a connection's failure, by its code; `phase`: whether the headers had come. */
export function kindOfCode(code: string, phase: 'headers' | 'body'): FaultKind {
  if (UNREACHABLE.has(code)) return 'connect';
  if (code === 'UND_ERR_HEADERS_TIMEOUT') return 'no_answer';
  if (code === 'UND_ERR_BODY_TIMEOUT') return 'stall';
  if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') return 'truncated';
  // The other side closed in good order: before an answer it refused, in a body it stopped.
  if (code === 'UND_ERR_SOCKET') return phase === 'body' ? 'truncated' : 'reset';
  if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECONNABORTED') return 'reset';
  return code.startsWith('HPE_') ? 'protocol' : 'network';
}
