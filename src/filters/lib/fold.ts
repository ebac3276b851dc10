// Case and width folded, one UTF-16 unit to one, so that words are found however they are written.

const table = new Uint16Array(0x10000);
for (let unit = 0; unit < 0x10000; unit++) table[unit] = unit;
// Full-width forms of ASCII are those 0xFEE0 further on.
for (let unit = 0xff01; unit <= 0xff5e; unit++) table[unit] = unit - 0xfee0;
for (let unit = 0x41; unit < 0x0530; unit++) {
  const lower = String.fromCharCode(unit).toLowerCase();
  if (lower.length === 1) table[unit] = lower.charCodeAt(0);
}
for (let unit = 0xff21; unit <= 0xff3a; unit++) table[unit] = unit - 0xfee0 + 0x20;

/** Lower case (Latin, Greek, Cyrillic) and half width of every code unit; other units are themselves. */
export const folded: Readonly<Uint16Array> = table;
