// What users rely on of the `language` filter: their language stays, others go, by document and by line.
import { describe, expect, it } from 'vitest';
import { language } from '../../src/filters/language.ts';
import { decide } from './run-filter.ts';

const texts: Readonly<Record<string, string>> = {
  ja: '春が来たので、朝から家族みんなで裏の山へ出かけた。',
  en: 'Spring had come, so the whole family went up the hill behind the house in the morning.',
  fr: 'Le printemps était arrivé, et toute la famille monta sur la colline derrière la maison.',
  de: 'Der Frühling war gekommen, und die ganze Familie stieg am Morgen auf den Hügel hinter dem Haus.',
  es: 'Había llegado la primavera, y toda la familia subió por la mañana a la colina detrás de la casa.',
  vi: 'Mùa xuân đã đến, cả gia đình cùng nhau lên ngọn đồi sau nhà vào buổi sáng.',
  ru: 'Пришла весна, и вся семья утром отправилась на холм за домом.',
  uk: 'Прийшла весна, і вся родина вранці вирушила на пагорб за будинком.',
  zh: '春天来了,全家人一大早就去了屋后的山上,采了半篮子野菜,中午在河边吃了饭团。',
  ko: '봄이 와서 아침부터 온 가족이 뒷산에 올라갔다.',
  ar: 'جاء الربيع فذهبت العائلة كلها في الصباح إلى التل خلف المنزل.',
  fa: 'بهار آمده بود و همه خانواده صبح به تپه پشت خانه رفتند.',
  th: 'ฤดูใบไม้ผลิมาถึงแล้ว ทั้งครอบครัวจึงขึ้นเขาหลังบ้านในตอนเช้า',
  el: 'Ήρθε η άνοιξη και όλη η οικογένεια ανέβηκε το πρωί στον λόφο.',
  he: 'האביב הגיע וכל המשפחה עלתה בבוקר אל הגבעה שמאחורי הבית.',
  hi: 'वसंत आ गया था, इसलिए पूरा परिवार सुबह घर के पीछे की पहाड़ी पर गया।',
};
const codes = Object.keys(texts);

describe('language', () => {
  it.each(codes)('keeps %s where it is wanted and drops it where it is not', (code) => {
    for (const wanted of codes) {
      const decision = decide(language, texts[code] ?? '', { languages: [wanted] });
      expect([wanted, 'keep' in decision]).toEqual([wanted, wanted === code]);
    }
  });

  it('keeps any of several languages', () => {
    for (const code of ['ja', 'en', 'zh'])
      expect(decide(language, texts[code] ?? '', { languages: ['ja', 'en', 'zh'] })).toHaveProperty('keep');
    expect(decide(language, texts.ko ?? '', { languages: ['ja', 'en', 'zh'] })).toEqual({ drop: 'other' });
  });

  it('takes the language of the pipeline file without options', () => {
    const korean = language.create(language.options.parse({}), { language: 'ko', baseDir: '.' });
    expect(korean.apply({ id: 'a/0#0', text: texts.ko ?? '', meta: {} })).toHaveProperty('keep');
    expect(korean.apply({ id: 'a/0#0', text: texts.ja ?? '', meta: {} })).toEqual({ drop: 'other' });
  });

  it('keeps Japanese with names and terms in Latin letters', () => {
    const text = 'Node.jsでTypeScriptのESM moduleを使うには、package.jsonに"type": "module"と書く。';
    expect(decide(language, text)).toEqual({ keep: text });
  });

  it('drops a document of two languages as mixed, by the share asked for', () => {
    const text = `${texts.ja}${texts.ja}${texts.en}${texts.ko}`;
    expect(decide(language, text, { minShare: 0.9 })).toEqual({ drop: 'mixed' });
    expect(decide(language, text, { minShare: 0.2 })).toHaveProperty('keep');
  });

  it('removes lines of other languages and keeps short ones', () => {
    const page = [
      texts.ja,
      texts.en,
      'Linux 6.1',
      texts.zh,
      '東京都千代田区丸の内',
      texts.ja,
      '12:30 - 13:45 ***************************',
    ];
    expect(decide(language, page.join('\n'), { unit: 'line' })).toEqual({
      keep: [texts.ja, 'Linux 6.1', '東京都千代田区丸の内', texts.ja, '12:30 - 13:45 ***************************'].join(
        '\n',
      ),
    });
    expect(decide(language, page.join('\n'), { unit: 'line', languages: ['en'] })).toEqual({
      keep: [texts.en, 'Linux 6.1', '東京都千代田区丸の内', '12:30 - 13:45 ***************************'].join('\n'),
    });
  });
});
