// White space of a text that needs no other repair, in one pass over its UTF-16 units; Repair in src/filters/lib/repair.ts is its twin and oracle.

// Classes of src/filters/lib/repair-classes.ts.
const PLAIN: u8 = 0;
const SPACE: u8 = 1;
const BREAK: u8 = 2;
const WIDE: u8 = 7;
const HIGH: u8 = 8;
const LOW: u8 = 9;

const JAPANESE: u8 = 1;
const BRACKET_OR_STOP: u8 = 2;
const JAPANESE_LETTER: u8 = 4;

const NEWLINE: u16 = 0x0a;
const BLANK: u16 = 0x20;
const WIDE_MINUS: u16 = 0xff0d;

const CLASSES = memory.data(0x10000);
const TRAITS = memory.data(0x10000);
/** Line feeds that stand before and after the text. */
const GUARD: usize = 8;

let text: usize = 0;
let out: usize = 0;

export function classes(): usize {
  return CLASSES;
}
export function traits(): usize {
  return TRAITS;
}
export function input(): usize {
  return text;
}
export function output(): usize {
  return out;
}

/** Makes room for texts of `units`. */
export function configure(units: i32): void {
  text = ((__heap_base + 15) & ~15) + GUARD;
  out = text + ((<usize>units) << 1) + GUARD;
  const end = out + ((<usize>units) << 1);
  const pages = <i32>((end + 0xffff) >>> 16);
  if (pages > memory.size()) memory.grow(pages - memory.size());
}

// @ts-ignore: decorator
@inline
function kindAt(at: usize): u8 {
  return load<u8>(CLASSES + load<u16>(at));
}

// @ts-ignore: decorator
@inline
function isWhite(at: usize): bool {
  const kind = kindAt(at);
  return kind == SPACE || kind == BREAK;
}

/** Whether the space from `start` to `end` says nothing because Japanese stands on both sides. mode: 0 keep, 1 tidy, 2 all. */
function isIdle(start: usize, end: usize, mode: i32): bool {
  if (mode == 0) return false;
  // Of a surrogate pair the half that tells its script.
  const before = load<u8>(TRAITS + load<u16>(kindAt(start - 2) == LOW ? start - 4 : start - 2));
  const after = load<u8>(TRAITS + load<u16>(end));
  if ((before & after & JAPANESE) == 0) return false;
  if (mode == 2 || ((before | after) & BRACKET_OR_STOP) != 0) return true;
  return (before & after & JAPANESE_LETTER) != 0 && isWhite(start - 4) && isWhite(end + 2);
}

function isFoldedPair(at: usize): bool {
  const code = ((<u32>load<u16>(at) - 0xd800) << 10) + (<u32>load<u16>(at, 2) - 0xdc00) + 0x10000;
  return (
    (code >= 0x1d400 && code <= 0x1d7ff) ||
    (code >= 0x2f800 && code <= 0x2fa1f) ||
    (code >= 0x1fbf0 && code <= 0x1fbf9)
  );
}

/**
 * Input (units) → output. Returns 2 · units of the output, plus 1 when it differs from the input; -1 when the text needs
 * more than its white space repaired.
 */
export function tidy(units: i32, mode: i32): i32 {
  const begin = text;
  const end = text + ((<usize>units) << 1);
  store<u64>(begin - GUARD, 0x000a000a000a000a);
  store<u64>(end, 0x000a000a000a000a);
  let to = out;
  let changed = 0;
  for (let at = begin; at < end; ) {
    const unit = load<u16>(at);
    const kind = load<u8>(CLASSES + unit);
    if (kind == PLAIN) {
      store<u16>(to, unit);
      to += 2;
      at += 2;
      continue;
    }
    if (kind == SPACE || kind == BREAK) {
      const start = at;
      let breaks = 0;
      while (at < end && isWhite(at)) {
        if (load<u16>(at) == NEWLINE) breaks++;
        at += 2;
      }
      let size: usize = 0;
      let put = NEWLINE;
      if (start != begin && at != end) {
        if (breaks > 0) size = breaks == 1 ? 2 : 4;
        else if (!isIdle(start, at, mode)) {
          size = 2;
          put = BLANK;
        }
      }
      if (size != at - start || (size == 2 && unit != put)) changed = 1;
      else if (size == 4 && (unit != NEWLINE || load<u16>(start, 2) != NEWLINE)) changed = 1;
      if (size > 0) store<u16>(to, put);
      if (size > 2) store<u16>(to, put, 2);
      to += size;
      continue;
    }
    if (kind == WIDE) {
      const before = kindAt(at - 2);
      const kept =
        unit != WIDE_MINUS &&
        (before == PLAIN || before == WIDE) &&
        (load<u8>(TRAITS + load<u16>(at - 2)) & JAPANESE) != 0;
      if (!kept) return -1;
      store<u16>(to, unit);
      to += 2;
      at += 2;
      continue;
    }
    if (kind != HIGH || kindAt(at + 2) != LOW || isFoldedPair(at)) return -1;
    store<u32>(to, load<u32>(at));
    to += 4;
    at += 4;
  }
  return <i32>(to - out) | changed;
}
