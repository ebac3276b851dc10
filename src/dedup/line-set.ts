// The file of recurring lines: what pass one found, one bit for each cell of its sketch.
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { PipelineError } from '../errors.ts';
import { cellOf, ROWS } from './line-sketch.ts';
import { ASPECTS } from './normalise.ts';

const ruleSchema = z.object({
  times: z.int(),
  hosts: z.int(),
  unit: z.enum(['line', 'paragraph']),
  ignore: z.array(z.enum(ASPECTS)),
});
export type LineRule = z.output<typeof ruleSchema>;

const headSchema = z.object({ version: z.literal(1), rule: ruleSchema, width: z.int().min(1) });

const MAGIC = 'SEIRYULN';
const HEADER = MAGIC.length + 4;

/** `SEIRYULN`, u32 length of JSON, JSON, the rows' bits, u32 CRC-32 of all before it; little-endian. */
export function writeLineSet(rule: LineRule, width: number, rows: readonly Uint8Array[]): Uint8Array {
  const json = Buffer.from(JSON.stringify({ version: 1, rule, width }), 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  const body = Buffer.concat([Buffer.from(MAGIC, 'latin1'), length, json, ...rows]);
  const check = Buffer.alloc(4);
  check.writeUInt32LE(crc32(body));
  return Buffer.concat([body, check]);
}

export interface LineSet {
  readonly rule: LineRule;
  /** Whether the line of this hash recurs. */
  has(low: number, high: number): boolean;
}

/** Throws PipelineError for bytes that are no such file, or were changed since. */
export function readLineSet(bytes: Uint8Array): LineSet {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < HEADER + 4 || buffer.toString('latin1', 0, MAGIC.length) !== MAGIC)
    throw unreadable('is no file of recurring lines');
  const end = buffer.length - 4;
  if (crc32(buffer.subarray(0, end)) !== buffer.readUInt32LE(end)) throw unreadable('is damaged: its checksum differs');
  const start = HEADER + buffer.readUInt32LE(MAGIC.length);
  const head = headSchema.safeParse(JSON.parse(buffer.toString('utf8', HEADER, start)));
  if (!head.success) throw unreadable('was written by another version of Seiryu');
  const { rule, width } = head.data;
  const rowBytes = Math.ceil(width / 8);
  if (start + ROWS * rowBytes !== end) throw unreadable('is damaged: it has another length than it says');
  const bits = Uint8Array.from(buffer.subarray(start, end));
  return {
    rule,
    has(low, high) {
      for (let row = 0; row < ROWS; row++) {
        const cell = cellOf(low, high, row, width);
        if (((bits[row * rowBytes + (cell >>> 3)] ?? 0) & (1 << (cell & 7))) === 0) return false;
      }
      return true;
    },
  };
}

const unreadable = (what: string): PipelineError =>
  new PipelineError(`The file given to dedup.lines.file ${what}.`, {
    code: 'lines.file',
    fix: 'Make it anew with `seiryu lines PIPELINE --out FILE`.',
  });
