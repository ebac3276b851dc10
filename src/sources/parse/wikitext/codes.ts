// A page's UTF-16 units as numbers in memory: reading them from a string takes three times as long in V8.

const AHEAD = 4;
let memory = new Uint16Array(1 << 16);

/**
 * The units of `text`, ended by zeros for those who look ahead. They are good until the next call: pages are read one after the other, and
 * none needs memory of its own. Kept memory is that of the largest page so far.
 */
export function codesOf(text: string): Uint16Array {
  if (memory.length < text.length + AHEAD) memory = new Uint16Array(Math.max(text.length + AHEAD, memory.length * 2));
  Buffer.from(memory.buffer).write(text, 'utf16le');
  memory.fill(0, text.length, text.length + AHEAD);
  return memory;
}
