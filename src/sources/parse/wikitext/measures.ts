// Templates whose words are worked out from their parameters: dates, ages at death, quantities, fractions.
import { labelOf } from './languages.ts';
import type { Piece } from './patterns.ts';

/** A parameter's text as it is written, when it is short and holds no markup. */
export type Given = (name: string) => string | undefined;

/** The pieces to show, or undefined to remove the template. Looks at a fixed number of short parameters. */
export type Worked = (given: Given, language: string) => readonly Piece[] | undefined;

const text = (words: string | undefined): readonly Piece[] | undefined => (words === undefined ? undefined : [words]);

// -------------------------------------------------------------- dates

const englishMonths = 'January February March April May June July August September October November December'.split(
  ' ',
);
const germanMonths = 'Januar Februar März April Mai Juni Juli August September Oktober November Dezember'.split(' ');

interface Day {
  readonly year: number;
  readonly month: number | undefined;
  readonly day: number | undefined;
}

/** The date in parameters `first`, `first + 1`, `first + 2`; undefined without a year. */
function dayAt(given: Given, first: number): Day | undefined {
  const year = integer(given(String(first)), 9999);
  if (year === undefined) return undefined;
  const month = integer(given(String(first + 1)), 12);
  return { year, month, day: month === undefined ? undefined : integer(given(String(first + 2)), 31) };
}

function integer(digits: string | undefined, most: number): number | undefined {
  if (digits === undefined || !/^\d{1,4}$/.test(digits)) return undefined;
  const value = Number(digits);
  return value >= 1 && value <= most ? value : undefined;
}

/** A date in the words of a language; undefined in languages that we cannot write dates of. */
function dateText({ year, month, day }: Day, language: string, given: Given): string | undefined {
  if (language === 'ja' || language === 'zh')
    return `${year}年${month === undefined ? '' : `${month}月`}${day === undefined ? '' : `${day}日`}`;
  if (language === 'ko')
    return [`${year}년`, month === undefined ? '' : ` ${month}월`, day === undefined ? '' : ` ${day}일`].join('');
  if (language !== 'en' && language !== 'de') return undefined;
  const name = month === undefined ? undefined : (language === 'de' ? germanMonths : englishMonths)[month - 1];
  if (name === undefined) return String(year);
  if (day === undefined) return `${name} ${year}`;
  if (language === 'de') return `${day}. ${name} ${year}`;
  return /^y/i.test(given('df') ?? '') ? `${day} ${name} ${year}` : `${name} ${day}, ${year}`;
}

const date: Worked = (given, language) => {
  const day = dayAt(given, 1);
  return day === undefined ? undefined : text(dateText(day, language, given));
};

function ageAt(born: Day, died: Day): number | undefined {
  if (born.month === undefined || born.day === undefined || died.month === undefined || died.day === undefined)
    return undefined;
  const before = died.month < born.month || (died.month === born.month && died.day < born.day);
  const age = died.year - born.year - (before ? 1 : 0);
  return age >= 0 && age < 150 ? age : undefined;
}

/** English and Chinese give the day of death first, Japanese the day of birth. */
const death: Worked = (given, language) => {
  const [first, second] = [dayAt(given, 1), dayAt(given, 4)];
  const [born, died] = language === 'ja' || language === 'ko' ? [first, second] : [second, first];
  if (died === undefined) return undefined;
  const when = dateText(died, language, given);
  const age = born === undefined ? undefined : ageAt(born, died);
  if (when === undefined || age === undefined) return text(when);
  if (language === 'ja') return text(`${when}（${age}歳没）`);
  if (language === 'zh') return text(`${when}（${age}歲）`);
  if (language === 'ko') return text(`${when} (${age}세)`);
  return text(`${when} (aged ${age})`);
};

const deathAge: Worked = (given) => {
  const [born, died] = [dayAt(given, 1), dayAt(given, 4)];
  const age = born === undefined || died === undefined ? undefined : ageAt(born, died);
  return age === undefined ? undefined : text(`（${age}歳没）`);
};

const asOf: Worked = (given, language) => {
  const day = dayAt(given, 1);
  const when = day === undefined ? undefined : dateText(day, language, given);
  if (when === undefined) return undefined;
  if (language === 'ja') return text(`${when}現在`);
  return text(`${/^y/i.test(given('lc') ?? '') ? 'as' : 'As'} of ${when}`);
};

// -------------------------------------------------------------- quantities

const units: ReadonlyMap<string, string> = new Map([
  ...'m2:m² km2:km² cm2:cm² m3:m³ km3:km³ cm3:cm³ c:°C f:°F k:K sqmi:sq_mi sqft:sq_ft sqin:sq_in cuft:cu_ft cuin:cu_in cumi:cu_mi ft2:sq_ft mi2:sq_mi'
    .split(' ')
    .map((pair): [string, string] => {
      const [code = '', name = ''] = pair.split(':');
      return [code, name.replaceAll('_', ' ')];
    }),
]);
const unitOf = (code: string): string => units.get(code) ?? units.get(code.toLowerCase()) ?? code;

const joiners: ReadonlyMap<string, string> = new Map([
  ['-', '–'],
  ['–', '–'],
  ['to', ' to '],
  ['and', ' and '],
  ['or', ' or '],
  ['by', ' by '],
  ['x', ' × '],
  ['×', ' × '],
  ['+/-', ' ± '],
  ['±', ' ± '],
]);

/** `{{convert|3776|m|ft}}` shows the quantity that the author gave; what the wiki works out from it goes. */
const convert: Worked = (given) => {
  const [value, second, third, fourth] = ['1', '2', '3', '4'].map(given);
  if (value === undefined || second === undefined) return undefined;
  const joiner = joiners.get(second);
  if (joiner === undefined) return text(`${value} ${unitOf(second)}`);
  if (third === undefined) return undefined;
  return text(`${value}${joiner}${third}${fourth === undefined ? '' : ` ${unitOf(fourth)}`}`);
};

const fraction: Worked = (given) => {
  const [first, second, third] = ['1', '2', '3'].map(given);
  if (first === undefined) return undefined;
  if (second === undefined) return text(`1/${first}`);
  return text(third === undefined ? `${first}/${second}` : `${first} ${second}/${third}`);
};

/** `{{langx|de|Hafen}}`: a word with the name of its language. */
const named: Worked = (given, language) => {
  const code = given('1');
  return code === undefined ? undefined : [labelOf(language, code), { parameter: ['2', 'text'] }];
};

const worked: readonly (readonly [Worked, string])[] = [
  [
    date,
    `start_date end_date start_date_and_age birth_date birth_date_and_age death_date bda birth_year birth_year_and_age
    film_date dts 生年月日と年齢 生年月日 死亡年月日 年月日 出生日期 出生日期及年龄 出生日期及年齡 출생일 출생일과_나이 사망일 start_date_and_years_ago`,
  ],
  [death, 'death_date_and_age dda 死亡年月日と没年齢 死亡年月日と没年齢2 死亡日期及年龄 死亡日期及年齡 사망일과_나이'],
  [deathAge, '没年齢 享年'],
  [asOf, 'as_of'],
  [convert, 'convert cvt 換算 单位转换 單位轉換'],
  [fraction, 'frac sfrac fraction 分数'],
  [named, 'langx llang lang-x'],
];

export const workedByName: ReadonlyMap<string, Worked> = new Map(
  worked.flatMap(([rule, names]) =>
    names
      .trim()
      .split(/\s+/)
      .map((name): [string, Worked] => [name, rule]),
  ),
);
