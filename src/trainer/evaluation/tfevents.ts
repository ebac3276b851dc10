// The file format that TensorBoard reads: Event messages (protobuf) in TFRecord frames with masked CRC-32C.
import { crc32c } from '@aws-crypto/crc32c';
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** Values at a step by tag; a string is shown as text, a number as a point of a curve. */
export interface Point {
  readonly step: number;
  /** Seconds since 1970. */
  readonly time: number;
  readonly values: Readonly<Record<string, number | string>>;
}

const VERSION = 'brain.Event:2';

/** Numbers of the fields that are written (tensorflow/core/util/event.proto, framework/summary.proto, tensor.proto). */
const EVENT = { wallTime: 1, step: 2, fileVersion: 3, summary: 5 };
const SUMMARY = { value: 1 };
const VALUE = { tag: 1, simpleValue: 2, tensor: 8, metadata: 9 };
const METADATA = { pluginData: 1, pluginName: 1 };
const TENSOR = { dtype: 1, shape: 2, stringVal: 8 };
const SHAPE = { dim: 2, size: 1 };
const DT_STRING = 7;

type Write = (writer: BinaryWriter) => BinaryWriter;

const message = (writer: BinaryWriter, field: number, write: Write): BinaryWriter =>
  write(writer.tag(field, WireType.LengthDelimited).fork()).join();

function writeValue(writer: BinaryWriter, tag: string, value: number | string): BinaryWriter {
  writer.tag(VALUE.tag, WireType.LengthDelimited).string(tag);
  if (typeof value === 'number') return writer.tag(VALUE.simpleValue, WireType.Bit32).float(value);
  message(writer, VALUE.tensor, (tensor) => {
    tensor.tag(TENSOR.dtype, WireType.Varint).int32(DT_STRING);
    message(tensor, TENSOR.shape, (shape) =>
      message(shape, SHAPE.dim, (dim) => dim.tag(SHAPE.size, WireType.Varint).int64(1)),
    );
    return tensor.tag(TENSOR.stringVal, WireType.LengthDelimited).string(value);
  });
  return message(writer, VALUE.metadata, (metadata) =>
    message(metadata, METADATA.pluginData, (plugin) =>
      plugin.tag(METADATA.pluginName, WireType.LengthDelimited).string('text'),
    ),
  );
}

/** What a file begins with. `time` in seconds since 1970. */
export function fileHeader(time: number): Buffer {
  const event = new BinaryWriter().tag(EVENT.wallTime, WireType.Bit64).double(time);
  return frame(event.tag(EVENT.fileVersion, WireType.LengthDelimited).string(VERSION).finish());
}

/** A frame with all values of a step. */
export function pointFrame({ step, time, values }: Point): Buffer {
  const event = new BinaryWriter().tag(EVENT.wallTime, WireType.Bit64).double(time);
  event.tag(EVENT.step, WireType.Varint).int64(step);
  message(event, EVENT.summary, (summary) => {
    for (const [tag, value] of Object.entries(values))
      message(summary, SUMMARY.value, (writer) => writeValue(writer, tag, value));
    return summary;
  });
  return frame(event.finish());
}

/** CRC-32C turned and moved, so that a CRC over data that holds CRCs is one of its own. */
function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** u64 length, its masked CRC, the data, its masked CRC; little-endian. */
function frame(data: Uint8Array): Buffer {
  const bytes = Buffer.alloc(16 + data.length);
  bytes.writeBigUInt64LE(BigInt(data.length), 0);
  bytes.writeUInt32LE(maskedCrc(bytes.subarray(0, 8)), 8);
  bytes.set(data, 12);
  bytes.writeUInt32LE(maskedCrc(data), 12 + data.length);
  return bytes;
}

/**
 * Bytes of whole frames at the start of `bytes` whose step is at most `step`; steps only rise. What follows is of later
 * steps, cut, or damaged.
 */
export function bytesUpTo(bytes: Buffer, step: number): number {
  let at = 0;
  while (at + 16 <= bytes.length) {
    const length = Number(bytes.readBigUInt64LE(at));
    const end = at + 16 + length;
    if (end > bytes.length || bytes.readUInt32LE(at + 8) !== maskedCrc(bytes.subarray(at, at + 8))) break;
    const data = bytes.subarray(at + 12, end - 4);
    if (bytes.readUInt32LE(end - 4) !== maskedCrc(data) || stepOf(data) > step) break;
    at = end;
  }
  return at;
}

/** Step of an Event; 0 for the header, which has none. */
function stepOf(data: Uint8Array): number {
  const reader = new BinaryReader(data);
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === EVENT.step) return Number(reader.int64());
    reader.skip(type);
  }
  return 0;
}
