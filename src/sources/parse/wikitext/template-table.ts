// The templates whose words belong to the sentence, by language; all others are boxes, notes and maintenance, and go.

/**
 * Pattern (see patterns.ts) → the names of the templates it stands for, as `canonical` writes them. Redirects are
 * names like others: they are how editors type.
 */
export type Table = Readonly<Record<string, string>>;

/** On every wiki: they were copied from one to the next together with their names. */
export const common: Table = {
  '{1|text}': `nowrap nobr nobreak no_wrap nobold noitalic small smaller smalldiv large larger big bold em strong italic
    i b u underline overline sup sub superscript subscript code mono tt kbd var abbr tooltip ruby rb ruby-ja sic_text
    unicode unicode_fonts script/arabic visible_anchor vanc vanchor num bdi bdo strike s del ins strikethrough center
    left right indent plainlist flatlist columns-list nihongo2 mvar chem2 smallcaps sc asc keyb highlight angbr
    not_a_typo as_written proper_name flag flagcountry flagdeco-text aut fontsize ipa-text`,
  '{1|text|quote}': 'quote quotation blockquote cquote squote quote_box2 poemquote poem',
  '{2|text}': 'lang script color font_color fontcolor resize rtl-lang audio bg background_color hover_title h:title',
  '{3|2}': 'transl transliteration wikt-lang',
  '{3}': 'colors',
  '{lt|label|1}': 'ill illm ill2 interlanguage_link interlanguage_link_multi link-interwiki',
  '{1}[ ± {2}][ {u|ul}]': 'val',
  '[{1}][{2}][{3}][{4}][{5}][{6}][{7}][{8}]': 'chem linktext',
  '[{1}][+{2}][+{3}][+{4}]': 'key_press keypress key',
  '|': '! pipe',
  '=': '=',
  ' ': 'nbsp spaces space sp thin_space thinsp',
  ' – ': 'snd spaced_ndash ndash_spaced',
  '–': 'ndash en_dash endash',
  '—': 'mdash em_dash emdash',
  '・': '・ dot',
  ' · ': '· middot',
  ' • ': '• bull',
  "'": "' apostrophe",
};

export const tables: Readonly<Record<string, Table>> = {
  en: {
    '{1}[ ({2}[, {3}])]': 'nihongo nihongo3 nihongo_foot korean_name',
    '[Chinese: {c|s|t}][; pinyin: {p}]': 'zh zh-cpn lang-zh',
    'c. {1}[ – {2}]': 'circa c. ca.',
    'fl. {1}[–{2}]': 'floruit fl.',
    'r. {1}[–{2}]': 'reign r.',
    'b. {1}': 'b.',
    'd. {1}': 'd.',
    '£{1}': 'gbp £ pound_sterling',
    'US${1}': 'us$ usd us_dollar',
    '€{1}': 'eur €',
    '¥{1}': '¥ jpy yen cny',
    '₹{1}': 'inr indian_rupee',
    '₩{1}': 'krw',
    'HMS {1}': 'hms',
    'USS {1}': 'uss',
    'RMS {1}': 'rms',
    'SS {1}': 'ss',
    'MV {1}': 'mv',
    '{1}[ {2}]': 'ship sclass class',
    '{1}[ § {2}]': 'section_link slink',
    '[{m} m][{cm} cm][{ft} ft][ {in} in]': 'height',
    '{1}': 'sic start-date end-date birth-date death-date birth_date_text lang-block epithet',
    '[{1}][\n{2}][\n{3}][\n{4}][\n{5}][\n{6}][\n{7}][\n{8}]': 'unbulleted_list ubl ublist',
    '[{1}][ · {2}][ · {3}][ · {4}][ · {5}][ · {6}][ · {7}][ · {8}]': 'hlist',
  },
  ja: {
    '{1|text}': `no_wrap 小 大 太字 強調 下線 上付き 下付き sic 原文ママ ツールチップ ルビ ふりがな 振り仮名 rubi
      要出典範囲 要検証範囲 疑問点範囲 要説明範囲 独自研究範囲 要追加記述範囲 誰範囲 いつ範囲 正確性範囲 要出典2
      jis2004フォント jis90フォント 拡張漢字 補助漢字フォント 補助漢字 cp932フォント 機種依存文字
      旧字体 新字体 繁体字 簡体字 繁体字フォント 簡体字フォント 韓国語フォント 中国語フォント jisx0213 jisフォント
      引用 引用文 字下げ 中央 中央寄せ centre 圏点 傍点 取り消し線 打ち消し線 nihongo 縦書き 半角 全角 行内引用 旗 国旗`,
    '{2|text}': '色 文字色 背景色 音声 発音',
    '{1}[（{2}）]': `読み仮名 読み仮名_ruby不使用 読み仮名ruby不使用 読み仮名_ruby 読み 旧字 vid`,
    '{label|1}': '仮リンク 日本語版にない記事リンク 仮り',
    日本: 'jpn 日本 jpn2',
    アメリカ合衆国: 'usa usa2',
    イギリス: 'gbr gbr2',
    ドイツ: 'deu ger',
    フランス: 'fra fra2',
    イタリア: 'ita ita2',
    スペイン: 'esp esp2',
    大韓民国: 'kor kor2',
    中華人民共和国: 'chn chn2',
    中華民国: 'roc twn',
    ロシア: 'rus rus2',
    カナダ: 'can can2',
    オーストラリア: 'aus aus2',
    ブラジル: 'bra bra2',
    オランダ: 'ned nld ned2',
    インド: 'ind ind2',
  },
  zh: {
    '{1|text}': '注音 拼音 标签 標籤 僻字 藍 nowrapph 下划线 底線 著重號 着重号 引文 引用 原文如此 僻字字體',
    '{3|1}': `le link-en link-ja link-de link-fr link-ko link-es link-it link-ru lj lk ld lf internal_link_helper/en
      internal_link_helper/ja internal_link_helper/de internal_link_helper/fr`,
    '{4|3}': 'tsl translink',
    '{1}{2}[－{3}{4}]': 'bd',
    '{1}[（{2}）]': '读音 讀音',
  },
  de: {
    '„{1|text}“': '" zitat-inline',
    '{1|text}': 'zitat block nowrap farbe unicode',
    '{2|text}': 'lang farbe2',
    '{1}[ {2}]': 'maß',
  },
  fr: {
    '{1}[ {2}][ {3}]': 'date date- date_de_naissance date_de_décès',
    '{1}[ {2}]': 'unité nombre nb nombre_romain',
    '{1}e siècle': 's sp- siècle',
    '{texte|fr|1}': 'lien',
    '{1}': 'citation citation_bloc nobr langue1 page- nom1',
    '{2}': 'langue couleur',
    er: '1er',
  },
  ko: {
    '{1|text}': '작게 크게 굵게 색깔글 인용문 인용 밑줄 루비',
    '{2|text}': '색 글씨색',
    '{1}[({2})]': '한자 본명 발음',
  },
};
