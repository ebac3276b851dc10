// Sizes and counts as people write them in a pipeline file: 20GB, 256 MiB, 2B tokens.
import { z } from 'zod';

const BYTE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
  TIB: 2 ** 40,
};
const BYTE_SIZE = /^(\d{1,15}(?:\.\d{1,6})?) ?([KMGT]?i?B?)$/i;

/** Bytes of a size such as `20GB` (10^9) or `256MiB` (2^20); undefined when it is none. */
export function parseBytes(text: string): number | undefined {
  const match = BYTE_SIZE.exec(text.trim());
  if (match === null) return undefined;
  const unit = (match[2] ?? '').toUpperCase();
  const factor = BYTE_UNITS[unit] ?? BYTE_UNITS[`${unit}B`];
  return factor === undefined ? undefined : Math.round(Number(match[1]) * factor);
}

/** A size option: a number of bytes, or text such as `20GB`, `256 MiB`. */
export const byteSize = z
  .union([z.number().int().nonnegative(), z.string()], { error: 'a size in bytes, such as 20GB or 256MiB' })
  .transform((value, context) => {
    if (typeof value === 'number') return value;
    const bytes = parseBytes(value);
    if (bytes !== undefined) return bytes;
    context.issues.push({ code: 'custom', message: 'a size in bytes, such as 20GB or 256MiB', input: value });
    return z.NEVER;
  });

const DURATION = /^(\d{1,9}(?:\.\d{1,6})?) ?(ms|s|m|h)$/i;
const DURATION_UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 60e3, h: 3600e3 };

/** Milliseconds of a duration such as `500ms`, `30s`, `5m`, `1h`; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  const match = DURATION.exec(text.trim());
  const factor = DURATION_UNITS[(match?.[2] ?? '').toLowerCase()];
  return factor === undefined ? undefined : Number(match?.[1]) * factor;
}

const durationError = 'a duration such as 500ms, 30s or 5m, or a number of seconds';

/** A duration option, in milliseconds: text such as `30s`, or a number of seconds. */
export const duration = z
  .union([z.number().nonnegative(), z.string()], { error: durationError })
  .transform((value, context) => {
    if (typeof value === 'number') return value * 1000;
    const milliseconds = parseDuration(value);
    if (milliseconds !== undefined) return milliseconds;
    context.issues.push({ code: 'custom', message: durationError, input: value });
    return z.NEVER;
  });

const STEPS: readonly (readonly [number, string])[] = [
  [1e12, 'TB'],
  [1e9, 'GB'],
  [1e6, 'MB'],
  [1e3, 'kB'],
];

/** Bytes for people: 1234567 → `1.2 MB`. */
export function formatBytes(bytes: number): string {
  for (const [factor, unit] of STEPS) if (Math.abs(bytes) >= factor) return `${(bytes / factor).toFixed(1)} ${unit}`;
  return `${Math.round(bytes)} B`;
}
