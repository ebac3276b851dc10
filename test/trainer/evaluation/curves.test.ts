// The curve files: every frame is decoded here without the code that wrote it.
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CSV_FILE, CurveFiles, EVENTS_FILE, isDrawn } from '../../../src/trainer/evaluation/curve-files.ts';
import { pointOf } from '../../../src/trainer/evaluation/curve-points.ts';
import { CountingDisk } from './counting-disk.ts';

/** CRC-32C bit by bit, masked as TFRecord has it. */
function maskedCrc(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

type Field = { number: number; value: number | Buffer };

/** The fields of a protobuf message. */
function fieldsOf(bytes: Buffer): Field[] {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  const fields: Field[] = [];
  while (at < bytes.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    const type = tag % 8;
    if (type === 0) fields.push({ number, value: varint() });
    else if (type === 1) {
      fields.push({ number, value: bytes.readDoubleLE(at) });
      at += 8;
    } else if (type === 5) {
      fields.push({ number, value: bytes.readFloatLE(at) });
      at += 4;
    } else {
      const length = varint();
      fields.push({ number, value: bytes.subarray(at, at + length) });
      at += length;
    }
  }
  return fields;
}

const field = (fields: readonly Field[], number: number) => fields.find((one) => one.number === number)?.value;
const nested = (value: number | Buffer | undefined) => fieldsOf(Buffer.isBuffer(value) ? value : Buffer.alloc(0));

/** Points of an events file as `step tag value`; the header's version first. */
function pointsOf(file: Buffer): string[] {
  const points: string[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    const data = file.subarray(at + 12, at + 12 + length);
    expect(file.readUInt32LE(at + 8)).toBe(maskedCrc(file.subarray(at, at + 8)));
    expect(file.readUInt32LE(at + 12 + length)).toBe(maskedCrc(data));
    at += 16 + length;
    const event = fieldsOf(data);
    const version = field(event, 3);
    if (version !== undefined) points.push(String(version));
    for (const { number, value } of nested(field(event, 5))) {
      expect(number).toBe(1);
      const summary = nested(value);
      const tensor = nested(field(summary, 8));
      const text = field(tensor, 8);
      if (text !== undefined) expect(String(field(nested(field(nested(field(summary, 9)), 1)), 1))).toBe('text');
      points.push(`${field(event, 2)} ${field(summary, 1)} ${field(summary, 2) ?? text}`);
    }
  }
  return points;
}

let dir = '';
let disk = new CountingDisk();
const open = (step: number) => CurveFiles.open(dir, disk, step, () => 1_700_000_000.5);
const read = async () => ({
  points: pointsOf(await readFile(join(dir, EVENTS_FILE))),
  csv: await readFile(join(dir, CSV_FILE), 'utf8'),
});

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'seiryu-curves-'));
  disk = new CountingDisk();
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe('curve files', () => {
  it('hold every point, for TensorBoard and as CSV', async () => {
    const curves = await open(0);
    curves.add(1, { 'train/loss': 5.5, 'train/rate': 0.25 });
    await curves.flush();
    curves.add(300, { 'train/loss': Number.NaN, 'samples/text': '春が来た。' });
    await curves.flush();
    const { points, csv } = await read();
    expect(points).toEqual([
      'brain.Event:2',
      '1 train/loss 5.5',
      '1 train/rate 0.25',
      '300 train/loss NaN',
      '300 samples/text 春が来た。',
    ]);
    expect(csv).toBe('step,series,value\n1,train/loss,5.5\n1,train/rate,0.25\n300,train/loss,NaN\n');
    const sizes = await Promise.all(
      [EVENTS_FILE, CSV_FILE].map(async (name) => (await readFile(join(dir, name))).length),
    );
    expect(disk.bytes).toBe(sizes.reduce((a, b) => a + b, 0));
  });

  it('go on from the step of a checkpoint: later points, half-written and damaged ones are cut off', async () => {
    const first = await open(0);
    for (const step of [1, 2, 3, 4]) first.add(step, { loss: step });
    await first.flush();
    const whole = await readFile(join(dir, EVENTS_FILE));
    await writeFile(join(dir, EVENTS_FILE), Buffer.concat([whole, whole.subarray(0, 9)]));
    const second = await open(2);
    second.add(3, { loss: 30 });
    await second.flush();
    expect(await read()).toEqual({
      points: ['brain.Event:2', '1 loss 1', '2 loss 2', '3 loss 30'],
      csv: 'step,series,value\n1,loss,1\n2,loss,2\n3,loss,30\n',
    });
    await truncate(join(dir, EVENTS_FILE), (await readFile(join(dir, EVENTS_FILE))).length - 3);
    await open(9);
    expect((await read()).points).toHaveLength(3);
    await open(0);
    await expect(readFile(join(dir, EVENTS_FILE))).rejects.toThrow('ENOENT');
  });

  it('follow a training that goes back to an earlier step, written already or not', async () => {
    const curves = await open(0);
    for (const step of [1, 2, 3]) curves.add(step, { loss: step });
    await curves.flush();
    curves.add(4, { loss: 4 });
    curves.add(3, { loss: 30 });
    curves.add(4, { loss: 40 });
    await curves.flush();
    expect((await read()).points.slice(1)).toEqual(['1 loss 1', '2 loss 2', '3 loss 30', '4 loss 40']);
  });

  it('stay small: of a million steps some tens of thousands are drawn', () => {
    let drawn = 0;
    for (let step = 1; step <= 1_000_000; step++) drawn += isDrawn(step) ? 1 : 0;
    expect(drawn).toBeGreaterThan(30_000);
    expect(drawn).toBeLessThan(40_000);
    expect([1, 8192, 8194, 16_388].every(isDrawn)).toBe(true);
    expect([8193, 16_386].some(isDrawn)).toBe(false);
  });

  it('take their points from the events of the trainer', () => {
    const step = {
      event: 'step',
      step: 7,
      loss: null,
      gradientNorm: 2,
      rate: 0.1,
      tokens: 700,
      documents: 3,
      waited: 1,
      seconds: 10,
    } as const;
    expect(pointOf(step)).toEqual({
      step: 7,
      values: {
        'train/loss': Number.NaN,
        'train/gradient_norm': 2,
        'train/rate': 0.1,
        'train/tokens': 700,
        'train/tokens_per_second': 70,
        'train/waited_share': 0.1,
      },
    });
    expect(pointOf({ event: 'checkpoint', step: 7, documents: 3, bytes: 9 })).toBeUndefined();
    const sources = { 'cc100/a': { documents: 1, tokens: 2, bytes: 6, perToken: 9, perByte: 2 } };
    expect(pointOf({ event: 'diagnostics', step: 8, sources, perByte: 2 })?.values).toEqual({
      'held_out_per_token/cc100/a': 9,
      'held_out_per_byte/cc100/a': 2,
      'held_out/per_byte': 2,
    });
  });
});
