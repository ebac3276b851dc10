// A file that is replaced as a whole: a JSON head and binary parts, with a checksum over all of it.
import { crc32 } from 'node:zlib';

const CHECK = 4;

/** u32 length of the head, head, the parts, u32 CRC-32 of all before it; little-endian. The head tells the parts' lengths. */
export function framed(head: object, parts: readonly Uint8Array[]): Buffer {
  const json = Buffer.from(JSON.stringify({ ...head, lengths: parts.map(({ length }) => length) }), 'utf8');
  const length = Buffer.alloc(CHECK);
  length.writeUInt32LE(json.length);
  const body = Buffer.concat([length, json, ...parts]);
  const check = Buffer.alloc(CHECK);
  check.writeUInt32LE(crc32(body));
  return Buffer.concat([body, check]);
}

/** Head and parts; undefined when any byte is not as it was written. */
export function unframed(bytes: Buffer): { readonly head: unknown; readonly parts: readonly Buffer[] } | undefined {
  const end = bytes.length - CHECK;
  if (end < CHECK || crc32(bytes.subarray(0, end)) !== bytes.readUInt32LE(end)) return undefined;
  let at = CHECK + bytes.readUInt32LE(0);
  const head: unknown = JSON.parse(bytes.toString('utf8', CHECK, at));
  const lengths: unknown = typeof head === 'object' && head !== null ? Reflect.get(head, 'lengths') : undefined;
  if (!Array.isArray(lengths)) return undefined;
  const parts = lengths.map((length) => {
    const part = bytes.subarray(at, at + Number(length));
    at += part.length;
    return part;
  });
  return at === end ? { head, parts } : undefined;
}
