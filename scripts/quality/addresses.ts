// Addresses as Japanese pages write them: with and without scheme, ports, queries, percent signs, Japanese letters.

import type { Random } from '../sample/random.ts';
import type { Half } from './labelled.ts';

const hosts: Readonly<Record<Half, readonly string[]>> = {
  tune: [
    'www.kirihama-kanko.example.jp',
    'blog.aozora-mura.example.com',
    'www.example.co.jp',
    'shop.matsuba.example.jp',
    'www2.example.ne.jp',
    'sports.example.or.jp',
    'example.com',
    'niwa.example.net',
  ],
  held: [
    'www.city.minato.example.lg.jp',
    'kominka-cafe.example.jp',
    'www.example.ac.jp',
    'homepage3.example.ne.jp',
    'photo-album.example.org',
    'example.co.uk',
    'm.example.com',
    'x9.example.com',
  ],
};
const paths: Readonly<Record<Half, readonly string[]>> = {
  tune: [
    '',
    '/',
    '/index.html',
    '/news/2017/0412.html',
    '/blog/archives/1532',
    '/item/detail.php?id=20481&ref=top',
    '/~tanaka/diary/2008/11.html',
    '/%E6%B8%85%E6%B5%81/',
    '/wiki/清流',
    '/a_(b)',
  ],
  held: [
    '',
    '/',
    '/top.asp?page=3#menu',
    '/cgi-bin/bbs/wforum.cgi?no=182&reno=no&mode=msgview',
    '/2014/03/post-28.html#comment-11',
    '/～suzuki/index.htm',
    '/search?q=%E5%B1%B1%E8%8F%9C&hl=ja',
    '/tag/山菜',
    '/img/photo_01.JPG',
    '/a/b,c;d=1/e!f',
  ],
};
const odd: Readonly<Record<Half, readonly string[]>> = {
  tune: ['http://日本語.jp/', 'https://192.168.0.1:8080/', 'https://bit.ly/2abcDEF', 'youtu.be/dQw4w9WgXcQ'],
  held: ['http://www.天気予報.jp/a?b=c', 'http://localhost:3000/', 'https://t.co/aB3xYz', 'ttp://example.com/up/1.jpg'],
};
const mailboxes: Readonly<Record<Half, readonly string[]>> = {
  tune: ['info@example.co.jp', 'taro.yamada+mail@mail.example.com', 'yoyaku@nagisa.example.com'],
  held: ['soudan@city.example.lg.jp', 'k_suzuki-01@example.ne.jp', 'webmaster@example.org'],
};

export function webAddress(half: Half, random: Random): string {
  if (random.chance(0.12)) return random.pick(odd[half]);
  const host = random.pick(hosts[half]);
  const path = random.pick(paths[half]);
  const scheme = random.pick(['http://', 'https://', 'https://', '']);
  return `${scheme}${host}${path}`;
}

export const mailAddress = (half: Half, random: Random): string => random.pick(mailboxes[half]);
