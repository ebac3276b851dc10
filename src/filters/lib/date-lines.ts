// Tells lines that hold a date or a time and nothing else. Every pattern is anchored, on a line of at most 60 characters.

const label =
  '(?:(?:質問日時?|回答日時?|投稿日時?|投稿|更新日時?|最終更新日?時?|公開日時?|公開|掲載|更新|作成|配信日時?|配信|掲載日時?|作成日時?|登録日時?|日時|日付|date|time|posted(?: on| at)?|updated(?: on)?|last (?:updated|modified)(?: on)?|published(?: on)?|created(?: on)?) ?[::]? ?)?';
const months = '(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]{0,6}\\.?';
const year = '(?:(?:19|20)\\d\\d|(?:平成|令和|昭和) ?(?:\\d{1,2}|元))';
const day = `(?:${year} ?[年/.\\-] ?\\d{1,2} ?[月/.\\-] ?\\d{1,2} ?日?|\\d{1,2}/\\d{1,2}/(?:19|20)\\d\\d|${months} \\d{1,2}(?:st|nd|rd|th)?,? (?:19|20)\\d\\d|\\d{1,2}(?:st|nd|rd|th)? ${months},? (?:19|20)\\d\\d)`;
const weekday =
  '(?: ?[(\\[【]?(?:[月火水木金土日](?:曜日?)?(?:・祝|・休)?|mon|tue|wed|thu|fri|sat|sun|(?:mon|tues|wednes|thurs|fri|satur|sun)day)[)\\]】]?,?)?';
const clock =
  '(?:(?:午前|午後|am|pm) ?)?\\d{1,2} ?(?:[::] ?\\d{2}(?: ?[::] ?\\d{2})?|時 ?\\d{1,2} ?分?(?: ?\\d{1,2} ?秒)?)(?: ?(?:am|pm|jst|ごろ|頃))?';
const tail = '(?: ?(?:更新|公開|投稿|掲載|作成|登録|up|配信|付))?';
const open = '[(\\[【■◆●★☆▼・|>»\\- ]{0,4}';
const close = '[)\\]】|\\- ]{0,4}';

const date = new RegExp(
  `^${open}${label}${weekday} ?${day}${weekday}(?:[ t]{0,3}[(\\[|・]? ?${clock}[)\\]]?)?${tail}${close}$`,
);
const monthAndDay = new RegExp(
  `^${open}${label}\\d{1,2} ?[月/] ?\\d{1,2} ?日? ?[(\\[](?:[月火水木金土日])[)\\]](?: ?${clock})?${tail}${close}$`,
);
/** The months of an archive; 2019年4月 is a heading as well, and stays. */
const yearAndMonth = /^(?:19|20)\d\d\/(?:0[1-9]|1[0-2])$/;
const time = new RegExp(`^${open}${label}${clock}${close}$`);

const LONGEST = 60;

/** `line` in lower case, NFKC, single spaces. */
export function dateLine(line: string): 'date' | 'time' | undefined {
  if (line.length > LONGEST) return undefined;
  if (date.test(line) || monthAndDay.test(line) || yearAndMonth.test(line)) return 'date';
  return time.test(line) ? 'time' : undefined;
}

const dateFirst = new RegExp(`^${open}${label}${weekday} ?${day}${weekday}(?: ?${clock})?${tail} ?`);

/** Where the date that a line begins with ends; 0 when it begins with none. */
export const endOfDate = (line: string): number => dateFirst.exec(line.slice(0, LONGEST))?.[0].length ?? 0;
