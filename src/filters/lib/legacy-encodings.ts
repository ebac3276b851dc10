// Encoders for the encodings that pages were read in by mistake: each code unit to the bytes it was read from.

export type LegacyName = 'windows-1252' | 'shift_jis';

/** Bytes of each unit: -1 none, below 0x100 one byte, otherwise lead << 8 | trail. */
type Table = Int32Array;

const tables = new Map<LegacyName, Table>();

/** A byte that is valid in none of the encodings that follow: what was lost stays lost, and is counted. */
const LOST = 0xff;

/**
 * The bytes that, read as `name`, give `text`. Units that no bytes give become 0xFF. Linear. The first call for an
 * encoding makes its table from the platform's decoder (about 10 ms).
 */
export function bytesRead(text: string, name: LegacyName): Uint8Array {
  const table = tableOf(name);
  const bytes = new Uint8Array(2 * text.length);
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    const found = table[text.charCodeAt(at)] ?? -1;
    if (found > 0xff) bytes[length++] = found >> 8;
    bytes[length++] = found < 0 ? LOST : found & 0xff;
  }
  return bytes.subarray(0, length);
}

function tableOf(name: LegacyName): Table {
  const known = tables.get(name);
  if (known !== undefined) return known;
  const table = name === 'shift_jis' ? shiftJis() : windows1252();
  tables.set(name, table);
  return table;
}

/**
 * What Windows-1252 has for the bytes 80 to 9F; a blank where it has nothing. Written out because Node before 23 decodes
 * windows-1252 as Latin-1, and the output must not depend on the version.
 */
const WINDOWS_80_TO_9F = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ';

/** The characters that Windows-1252 and Latin-1 show for a byte from 80 on. */
export function latinViews(byte: number): number[] {
  const shown = byte < 0xa0 ? (WINDOWS_80_TO_9F[byte - 0x80] ?? ' ') : ' ';
  return shown === ' ' ? [byte] : [byte, shown.charCodeAt(0)];
}

function windows1252(): Table {
  const table = ascii();
  for (let byte = 0x80; byte < 0x100; byte++) for (const view of latinViews(byte)) table[view] = byte;
  return table;
}

function shiftJis(): Table {
  const table = ascii();
  const decoder = new TextDecoder('shift_jis', { fatal: true });
  const learn = (code: number, bytes: Uint8Array): void => {
    try {
      const text = decoder.decode(bytes);
      if (text.length === 1 && table[text.charCodeAt(0)] === -1) table[text.charCodeAt(0)] = code;
    } catch {
      // No character has these bytes.
    }
  };
  for (let byte = 0xa1; byte < 0xe0; byte++) learn(byte, Uint8Array.of(byte));
  for (let lead = 0x81; lead < 0xfd; lead++) {
    if (lead > 0x9f && lead < 0xe0) continue;
    for (let trail = 0x40; trail < 0xfd; trail++) learn((lead << 8) | trail, Uint8Array.of(lead, trail));
  }
  return table;
}

function ascii(): Table {
  const table = new Int32Array(0x10000).fill(-1);
  for (let byte = 0; byte < 0x80; byte++) table[byte] = byte;
  return table;
}
