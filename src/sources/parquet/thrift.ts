// Checks Thrift structures before the Parquet library builds objects of them: what it reads must be bounded by the bytes there are.

/** Thrown for what no Parquet writer writes, or for what is too big to be read; never leaves the Parquet reader. */
export class BadParquet extends Error {}

export interface ThriftLimits {
  /** Structures and lists inside each other. */
  readonly depth: number;
  /** Fields and list elements in all. */
  readonly values: number;
}

const STOP = 0;
const TRUE = 1;
const FALSE = 2;
const BYTE = 3;
const INTEGERS = [4, 5, 6];
const DOUBLE = 7;
const BINARY = 8;
const LIST = 9;
const STRUCT = 12;
const LONGEST_VARINT = 10;

/** What is being read: a structure (`left` undefined), or a list with `left` elements to come. */
interface Frame {
  left: number | undefined;
  readonly type: number;
}

/**
 * Walks the structure of Thrift's compact protocol at `start`; returns where it ends, or undefined when `bytes` end
 * first. Throws BadParquet beyond the limits. Without recursion; linear in the bytes walked; holds `depth` frames.
 * (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md)
 */
export function endOfStruct(bytes: Uint8Array, start: number, limits: ThriftLimits): number | undefined {
  const stack: Frame[] = [{ left: undefined, type: STRUCT }];
  let at = start;
  let values = 0;
  const varint = (): number => {
    let value = 0;
    for (let count = 0; ; count++) {
      if (count === LONGEST_VARINT) throw new BadParquet('a number in its metadata has more than 64 bits');
      const byte = bytes[at++] ?? 0;
      value += (byte & 0x7f) * 2 ** (7 * count);
      if (byte < 0x80) return value;
    }
  };
  const open = (frame: Frame): void => {
    stack.push(frame);
    if (stack.length > limits.depth) throw new BadParquet(`its metadata nest more than ${limits.depth} levels deep`);
  };
  while (at < bytes.length) {
    const top = stack.at(-1);
    if (top === undefined) return at;
    if (top.left === 0) {
      stack.pop();
      continue;
    }
    if (++values > limits.values) throw new BadParquet(`its metadata hold more than ${limits.values} values`);
    let type = top.type;
    if (top.left === undefined) {
      const header = bytes[at++] ?? 0;
      type = header & 0x0f;
      if (type === STOP) {
        stack.pop();
        continue;
      }
      if (header >> 4 === 0) varint();
    } else top.left--;
    if (type === TRUE || type === FALSE) at += top.left === undefined ? 0 : 1;
    else if (type === BYTE) at++;
    else if (INTEGERS.includes(type)) varint();
    else if (type === DOUBLE) at += 8;
    else if (type === BINARY) {
      const length = varint();
      at += length;
    } else if (type === STRUCT) open({ left: undefined, type });
    else if (type === LIST) {
      const header = bytes[at++] ?? 0;
      open({ left: header >> 4 === 15 ? varint() : header >> 4, type: header & 0x0f });
    } else throw new BadParquet(`its metadata hold a value of type ${type}, which Parquet does not use`);
  }
  while (stack.at(-1)?.left === 0) stack.pop();
  return stack.length === 0 && at === bytes.length ? at : undefined;
}
