// Regular expressions of tokenizer.json (Oniguruma's Ruby syntax) as JavaScript's: what cannot be said exactly is refused.

/** White_Space of Unicode for a class, which is not what JavaScript's \s means: U+0085 is one, U+FEFF is not. */
export const SPACE = '\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
/** Shorthands by what they mean inside a class. */
const CLASSES: Readonly<Record<string, string>> = {
  s: SPACE,
  d: '\\p{Nd}',
  w: '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}',
  h: '0-9a-fA-F',
};
/** Scripts that Oniguruma takes by bare name, and JavaScript only with `Script=`. */
const SCRIPTS = new Set(
  'Arabic Armenian Bengali Bopomofo Common Cyrillic Devanagari Ethiopic Georgian Greek Gujarati Gurmukhi Han Hangul Hebrew Hiragana Inherited Kannada Katakana Khmer Lao Latin Malayalam Mongolian Myanmar Oriya Sinhala Tamil Telugu Thai Tibetan'
    .split(' ')
    .map((name) => name.toLowerCase()),
);
/** What more a letter matches without regard to case. */
const FOLDED: Readonly<Record<string, string>> = { s: 'ſ', k: '\u212a' };

export class PatternError extends Error {}

/** A global regular expression that finds what Oniguruma finds. @throws PatternError for what has no equal. */
export function translate(source: string): RegExp {
  const translator = new Translator(source);
  const pattern = translator.alternatives();
  if (translator.at < source.length) throw new PatternError(`an unexpected ) in ${source}`);
  try {
    return new RegExp(pattern, 'gu');
  } catch (error) {
    throw new PatternError(`JavaScript cannot read the pattern ${source}`, { cause: error });
  }
}

class Translator {
  readonly #source: string;
  at = 0;
  #groups = 0;
  #folding = 0;

  constructor(source: string) {
    this.#source = source;
  }

  alternatives(): string {
    let out = '';
    while (this.at < this.#source.length && this.#source[this.at] !== ')') {
      if (this.#source[this.at] === '|') {
        out += '|';
        this.at++;
      } else out += this.#quantified();
    }
    return out;
  }

  #quantified(): string {
    const groupsBefore = this.#groups;
    const atom = this.#atom();
    const quantifier = /^(?:[*+?]|\{\d*,?\d*\})/.exec(this.#source.slice(this.at))?.[0];
    if (quantifier === undefined || quantifier === '{}') return atom;
    this.at += quantifier.length;
    const suffix = this.#source[this.at];
    const counted = quantifier.startsWith('{');
    const spelled = quantifier.startsWith('{,') ? `{0${quantifier.slice(1)}` : quantifier;
    if (suffix === '?') {
      this.at++;
      return `${atom}${spelled}?`;
    }
    if (suffix === '+' && !counted) {
      this.at++;
      // Possessive: a lookahead never gives back what it took.
      if (this.#groups !== groupsBefore) throw new PatternError('a possessive quantifier over another');
      return `(?=(${atom}${spelled}))\\${++this.#groups}`;
    }
    if (suffix === '+' || suffix === '*') throw new PatternError(`${quantifier}${suffix}`);
    return `${atom}${spelled}`;
  }

  #atom(): string {
    const character = String.fromCodePoint(this.#source.codePointAt(this.at) ?? 0);
    if (character === '(') return this.#group();
    if (character === '[') return this.#class();
    if (character === '\\') return this.#escape('outside');
    if (character === '^' || character === '$') throw new PatternError(`the anchor ${character}`);
    this.at += character.length;
    if (character === '.') return '[^\\n]';
    if (this.#folding > 0 && /[a-z]/i.test(character)) {
      const lower = character.toLowerCase();
      return `[${lower}${lower.toUpperCase()}${FOLDED[lower] ?? ''}]`;
    }
    return literal(character);
  }

  #group(): string {
    const open = /^\((?:\?(?:i:|:|=|!|<=|<!))?/.exec(this.#source.slice(this.at))?.[0] ?? '(';
    this.at += open.length;
    if (open === '(' && this.#source[this.at] === '?')
      throw new PatternError(`the group ${this.#source.slice(this.at - 1, this.at + 4)}`);
    const folds = open === '(?i:';
    if (folds) this.#folding++;
    const inner = this.alternatives();
    if (folds) this.#folding--;
    if (this.#source[this.at++] !== ')') throw new PatternError('a group that does not end');
    // Groups are not looked at: a plain one needs no number.
    return `${open === '(' || folds ? '(?:' : open}${inner})`;
  }

  #class(): string {
    this.at++;
    let out = '[';
    if (this.#source[this.at] === '^') {
      out += '^';
      this.at++;
    }
    if (this.#folding > 0) throw new PatternError('a class without regard to case');
    for (let first = true; ; first = false) {
      const character = this.#source[this.at];
      if (character === undefined) throw new PatternError('a class that does not end');
      if (character === ']' && !first) break;
      if (character === '[' || this.#source.startsWith('&&', this.at)) throw new PatternError('a class within a class');
      if (character === '\\') out += this.#escape('class');
      else {
        const whole = String.fromCodePoint(this.#source.codePointAt(this.at) ?? 0);
        this.at += whole.length;
        out += whole === '-' ? '-' : literal(whole);
      }
    }
    this.at++;
    return `${out}]`;
  }

  #escape(where: 'outside' | 'class'): string {
    const rest = this.#source.slice(this.at);
    const property = /^\\([pP])\{(\^?)([\w=]+)\}/.exec(rest);
    if (property !== null) {
      this.at += property[0].length;
      const [, letter = 'p', negated = '', name = ''] = property;
      const negative = (letter === 'P') !== (negated === '^');
      return `\\${negative ? 'P' : 'p'}{${SCRIPTS.has(name.toLowerCase()) ? 'Script=' : ''}${name}}`;
    }
    const code = /^\\(?:x\{([\da-fA-F]{1,6})\}|x([\da-fA-F]{2})|u([\da-fA-F]{4}))/.exec(rest);
    if (code !== null) {
      this.at += code[0].length;
      return `\\u{${code[1] ?? code[2] ?? code[3] ?? '0'}}`;
    }
    const letter = rest[1] ?? '';
    this.at += 2;
    const shorthand = CLASSES[letter.toLowerCase()];
    if (shorthand !== undefined) {
      if (letter !== letter.toLowerCase()) {
        if (where === 'class') throw new PatternError(`\\${letter} in a class`);
        return `[^${shorthand}]`;
      }
      return where === 'class' ? shorthand : `[${shorthand}]`;
    }
    if (/[rnt]/.test(letter)) return `\\${letter}`;
    if (letter === '-') return where === 'class' ? '\\-' : '-';
    if (/[^a-zA-Z\d]/.test(letter)) return literal(letter);
    throw new PatternError(`\\${letter}`);
  }
}

function literal(character: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
}
