// Tells lines that are drawn, not written: rules, borders and ornaments.

const RULE = 1;
const ORNAMENT = 2;
/** Marks that people also write a word of their own with: silence (・・・), a tick in a table (○ ×), a tilde. */
const AMBIGUOUS = 3;
const BLANK = 4;

const table = new Uint8Array(0x10000);
for (const [characters, kind] of [
  ['-=_*#+|/\\<>~ー―—–−─━═－＝＿＊＃＋｜／＼＜＞│┃┼╋├┤┬┴┌┐└┘╔╗╚╝║¦￣‐‑‒─┄┈┅┉⋯▔▁▂▃▄▅▆▇█░▒▓', RULE],
  ['■□◆◇★☆▼▽▲△▶▷◀◁►◄♦♢♠♤♣♧♥♡♪♫♬♩※❀✿❁✽✻✼❖✦✧✩✪✫✬✭✮✯✰⁂†‡§¶«»‹›≪≫→←↑↓⇒⇐⇑⇓', ORNAMENT],
  ['・.．。…‥,，、:：;；〜～○●◎×◯⚪⚫^＾\'"`´彡＂゜゚°•·', AMBIGUOUS],
  [' \t\u3000', BLANK],
] as const) {
  for (const character of characters) table[character.charCodeAt(0)] = kind;
}

// Box drawing.
table.fill(RULE, 0x2500, 0x2580);

const LONGEST_LINE = 2000;

/**
 * A row is three marks or more, or one or two ornaments (◆ between scenes); marks that speak count only in rows of six,
 * or beside marks that do not: 「……」, ○ and ・・・ stay.
 */
export function isSymbolRow(text: string, start: number, end: number): boolean {
  if (end - start > LONGEST_LINE) return false;
  let [rules, ornaments, ambiguous] = [0, 0, 0];
  for (let at = start; at < end; at++) {
    switch (table[text.charCodeAt(at)]) {
      case RULE:
        rules++;
        break;
      case ORNAMENT:
        ornaments++;
        break;
      case AMBIGUOUS:
        ambiguous++;
        break;
      case BLANK:
        break;
      default:
        return false;
    }
  }
  const drawn = rules + ornaments;
  if (drawn + ambiguous === 0) return false;
  if (ambiguous > drawn) return ambiguous + drawn > 5 && !isSilence(text, start, end);
  return ornaments > 0 || drawn + ambiguous > 2;
}

/** Nothing but dots, as when someone in a story says nothing. */
function isSilence(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (!'・.…‥。、 \u3000'.includes(text[at] ?? '')) return false;
  return end - start < 20;
}
