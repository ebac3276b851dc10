// Names of languages as articles write them before a foreign word: `{{lang-de|Hafen}}` is "ドイツ語: Hafen" in Japanese.

const codes =
  'en de fr it es pt nl ru uk pl cs hu sv no da fi el grc la tr ar he fa hi sa zh ko ja vi th id ms mn ro bg hr sr sl eu ca ga cy is eo';

const namesByLanguage: Readonly<Record<string, string>> = {
  ja: `英語 ドイツ語 フランス語 イタリア語 スペイン語 ポルトガル語 オランダ語 ロシア語 ウクライナ語 ポーランド語 チェコ語
    ハンガリー語 スウェーデン語 ノルウェー語 デンマーク語 フィンランド語 ギリシア語 古代ギリシャ語 ラテン語 トルコ語 アラビア語
    ヘブライ語 ペルシア語 ヒンディー語 サンスクリット語 中国語 朝鮮語 日本語 ベトナム語 タイ語 インドネシア語 マレー語 モンゴル語
    ルーマニア語 ブルガリア語 クロアチア語 セルビア語 スロベニア語 バスク語 カタルーニャ語 アイルランド語 ウェールズ語
    アイスランド語 エスペラント`,
  zh: `英語 德語 法語 義大利語 西班牙語 葡萄牙語 荷蘭語 俄語 烏克蘭語 波蘭語 捷克語 匈牙利語 瑞典語 挪威語 丹麥語 芬蘭語 希臘語
    古希臘語 拉丁語 土耳其語 阿拉伯語 希伯來語 波斯語 印地語 梵語 中文 韓語 日語 越南語 泰語 印尼語 馬來語 蒙古語 羅馬尼亞語
    保加利亞語 克羅埃西亞語 塞爾維亞語 斯洛維尼亞語 巴斯克語 加泰隆尼亞語 愛爾蘭語 威爾斯語 冰島語 世界語`,
  en: `English German French Italian Spanish Portuguese Dutch Russian Ukrainian Polish Czech Hungarian Swedish Norwegian
    Danish Finnish Greek Ancient_Greek Latin Turkish Arabic Hebrew Persian Hindi Sanskrit Chinese Korean Japanese
    Vietnamese Thai Indonesian Malay Mongolian Romanian Bulgarian Croatian Serbian Slovene Basque Catalan Irish Welsh
    Icelandic Esperanto`,
  de: `englisch deutsch französisch italienisch spanisch portugiesisch niederländisch russisch ukrainisch polnisch tschechisch
    ungarisch schwedisch norwegisch dänisch finnisch griechisch altgriechisch lateinisch türkisch arabisch hebräisch
    persisch Hindi Sanskrit chinesisch koreanisch japanisch vietnamesisch thailändisch indonesisch malaiisch mongolisch
    rumänisch bulgarisch kroatisch serbisch slowenisch baskisch katalanisch irisch walisisch isländisch Esperanto`,
};

/** `{{lang-en-short|…}}` of the Japanese Wikipedia. */
const shortJapanese = 'en:英 de:独 fr:仏 it:伊 es:西 pt:葡 nl:蘭 ru:露 la:羅 el:希 zh:中 ko:朝 vi:越';

const separators: Readonly<Record<string, string>> = { ja: ': ', zh: '：', en: ': ', de: ' ' };

type Labels = ReadonlyMap<string, string>;

const labelsByLanguage: ReadonlyMap<string, Labels> = new Map(
  Object.entries(namesByLanguage).map(([language, names]) => [language, labels(language, names)]),
);

function labels(language: string, names: string): Labels {
  const listed = names.trim().split(/\s+/);
  const separator = separators[language] ?? ': ';
  const table = new Map(
    codes
      .split(' ')
      .map((code, at): [string, string] => [code, `${(listed[at] ?? '').replaceAll('_', ' ')}${separator}`]),
  );
  if (language === 'ja') {
    for (const pair of shortJapanese.split(' ')) {
      const [code = '', name = ''] = pair.split(':');
      table.set(`${code}-short`, `${name}: `);
    }
  }
  return table;
}

/** What stands before a word of language `code` in a wiki of `language`, or nothing where we know no name. */
export function labelOf(language: string, code: string): string {
  return labelsByLanguage.get(language)?.get(code.toLowerCase()) ?? '';
}
