// Pages of random markup, well and badly nested: the same for a seed on every machine.
import { type Random, seeded } from '../../scripts/sample/random.ts';

const marks = [
  ..."{{ }} {{{ }}} { } [[ ]] [ ] | || - -{ }- < > = == & _ __ : ; , . ( ) ' '' ''' ''''' （ ） 「 」 、 。 ； ：".split(
    ' ',
  ),
  ...'<ref> </ref> <ref <ref/> /> <!-- --> <nowiki> </nowiki> <pre> </pre> <math> </math> <table> </table> <br> <p> <b> </b>'.split(
    ' ',
  ),
  ...'<ruby> </ruby> <rt> </rt> <rp> <rtc> <code> </code> <gallery> </gallery> <references> <poem> <x>'.split(' '),
  ...'&nbsp; &amp; &lt; &#x41; &#65; &#0; &zzz; &#x1F600; &ndash; &amp;lt; __NOTOC__ __DISAMBIG__ [http://a [//x [mailto:a'.split(
    ' ',
  ),
  ...'File: ファイル: Category: en: Re: lang|en| lang-de| nowrap| x| 読み仮名|甲|乙 読み仮名|2=a|1= 仮リンク|甲|en|B'.split(
    ' ',
  ),
  ...'convert|3776|m formatnum:1234 formatnum: PAGENAME ! 1= label= text= aimai #if: Cite| small| hlist|a|b val|1'.split(
    ' ',
  ),
  ...'zh-hans: zh-hant: H| R| a 駅 港は 漢字 É 1990 😀 [[駅]] [[駅|停車場]] [[en:X]] {{x}} （{{x}}） {{x}}、 Word [1]'.split(
    ' ',
  ),
  '<ref name="a">',
  '<source lang="c">',
  '<syntaxhighlight inline>',
  '[[駅 (鉄道)|]]',
  '英: {{x}}、',
  ...['\n{|', '\n|}', '\n|-', '\n| ', '\n! ', '\n:{|', '\n', '\n', '\n\n', '\n\n', '\n==', '==\n', '\n== 歴史 ==\n'],
  ...['\n=== 小 ===\n', '\n==脚注==\n', '\n== a ==<!-- x -->\n', '\n* ', '\n# ', '\n; ', '\n;a:b', '\n----', '\n '],
  ...[' ', ' ', '. ', '\u00a0', '　', '\t', '\r', '\0', '\ud800', '\ufdd0', '\ufdd1', '\ufdd2'],
];

/** `count` pages, each mostly of a few marks of its own, so that they meet and nest. */
export function randomPages(seed: string, count: number): string[] {
  const random = seeded(seed);
  return Array.from({ length: count }, () => randomPage(random));
}

function randomPage(random: Random): string {
  const own = Array.from({ length: random.int(3, 12) }, () => random.pick(marks));
  const length = random.int(0, random.pick([12, 60, 200]));
  const strange = random.pick([0.2, 0.6]);
  return Array.from({ length }, () => random.pick(random.chance(strange) ? marks : own)).join('');
}
