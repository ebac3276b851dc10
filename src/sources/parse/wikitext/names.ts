// The words that wikitext gives a meaning to: namespaces, sections without prose, magic words, tags, wikis by language.
import type { Line } from './line.ts';
import { Remembered } from './remembered.ts';

const set = (words: string): ReadonlySet<string> => new Set(words.trim().split(/\s+/));

/** Namespaces whose links show no text: pictures, which the page embeds, and categories. Without case, any language. */
export const embedded = set(`
  file image ファイル 画像 文件 档案 檔案 图像 圖像 图片 파일 그림 datei bild fichier archivo imagen immagine
  bestand afbeelding ficheiro imagem plik grafika файл изображение soubor fil tập_tin berkas gambar dosya resim
  category カテゴリ 分类 分類 분류 kategorie catégorie categoría categoria kategoria категория thể_loại kategori
`);

/** Wikipedias by language code: `[[en:Foo]]` is a link in the margin. "Re:ゼロ" is a title, so no pattern will do. */
export const languages = set(`
  aa ab ace ady af ak als alt am ami an ang ann anp ar arc ary arz as ast atj av avk awa ay az azb ba ban bar bat-smg
  bbc bcl bdr be be-tarask be-x-old bew bg bh bi bjn blk bm bn bo bpy br bs btm bug bxr ca cbk-zam cdo ce ceb ch cho
  chr chy ckb co cr crh cs csb cu cv cy da dag de dga din diq dsb dtp dty dv dz ee el eml en eo es et eu ext fa fat ff
  fi fiu-vro fj fo fon fr frp frr fur fy ga gag gan gcr gd gl glk gn gom gor got gpe gsw gu guc gur guw gv ha hak haw
  he hi hif ho hr hsb ht hu hy hyw hz ia iba id ie ig igl ii ik ilo inh io is it iu ja jam jbo jv ka kaa kab kbd kbp
  kcg kg kge ki kj kk kl km kn knc ko koi kr krc ks ksh ku kus kv kw ky la lad lb lbe lez lfn lg li lij lld lmo ln lo
  lrc lt ltg lv lzh mad mai map-bms mdf mg mh mhr mi min mk ml mn mni mnw mos mr mrj ms mt mus mwl my myv mzn na nah
  nan nap nds nds-nl ne new ng nia nl nn no nov nqo nr nrm nso nup nv ny oc olo om or os pa pag pam pap pcd pcm pdc
  pdt pfl pi pih pl pms pnb pnt ps pt pwn qu rm rmy rn ro roa-rup roa-tara rsk ru rue rup rw sa sah sat sc scn sco sd
  se sg sgs sh shi shn si simple sk skr sl sm smn sn so sq sr srn ss st stq su sv sw syl szl szy ta tay tcy tdd te tet
  tg th ti tig tk tl tly tn to tpi tr trv ts tt tum tw ty tyv udm ug uk ur uz ve vec vep vi vls vo vro wa war wo wuu
  xal xh xmf yi yo yue za zea zgh zh zh-classical zh-min-nan zh-yue zu
`);

const sectionsByLanguage: Readonly<Record<string, string>> = {
  ja: `脚注 脚註 注釈 註釈 注 註 注記 出典 典拠 参照 参考 参考文献 参考資料 参考図書 参考書籍 参考サイト 参考リンク 引用文献
    引用元 文献 文献情報 関連文献 関連書籍 関連図書 関連項目 関連記事 関連リンク 関連ページ 関連サイト 外部リンク 外部サイト リンク`,
  en: `references reference notes footnotes citations sources bibliography further_reading external_links external_link
    see_also works_cited notes_and_references references_and_notes`,
  de: 'einzelnachweise weblinks literatur siehe_auch quellen fußnoten anmerkungen',
  fr: 'références notes notes_et_références liens_externes voir_aussi bibliographie articles_connexes annexes',
  es: 'referencias notas bibliografía enlaces_externos véase_también',
  it: 'note bibliografia collegamenti_esterni voci_correlate altri_progetti',
  pt: 'referências notas bibliografia ligações_externas ver_também',
  nl: 'bronnen referenties voetnoten externe_links zie_ook literatuur',
  ru: 'примечания литература ссылки см._также источники',
  zh: '参考文献 參考文獻 参考资料 參考資料 外部链接 外部連結 参见 參見 注释 註釋 脚注 延伸阅读 延伸閱讀 相关条目 相關條目',
  ko: '각주 참고_문헌 참고문헌 외부_링크 같이_보기 출처 주석',
};

/** Titles of sections that hold lists of links and sources, no prose. */
const sections = set(Object.values(sectionsByLanguage).join(' '));

/** Titles remembered: articles use few again and again, and to judge one takes long. */
const MOST_JUDGED = 4096;

/** "注釈・出典" is such a section too: every part of the title must be one. */
const judged = new Remembered<boolean>(MOST_JUDGED, (heading) => {
  const title = heading.normalize('NFKC').trim().toLowerCase().replace(/\s+/g, '_');
  return sections.has(title) || title.split(/[・/、,&と]|および|及び/).every((part) => sections.has(trimmed(part)));
});

export const holdsNoProse = ({ codes, from, to }: Line): boolean => to - from <= 60 && judged.of(codes, from, to);

const trimmed = (part: string): string => part.replace(/^_|_$/g, '');

/** `__NOTOC__` and its kind. Listed, since `__FILE__` and `__init__` are words of prose about programs. */
export const behaviourSwitch =
  /__(?:(?:NO|FORCE)?TOC|NOEDITSECTION|(?:NO)?NEWSECTIONLINK|NOGALLERY|HIDDENCAT|EXPECTUNUSED(?:CATEGORY|TEMPLATE)|NO(?:CONTENTCONVERT|CC|TITLECONVERT|TC)|(?:NO)?INDEX|STATICREDIRECT|DISAMBIG|NOGLOBAL|EXPECTED_UNCONNECTED_PAGE|目次(?:強制|非表示)?|節編集非表示|新しい節リンク(?:非表示)?|ギャラリー非表示|隠しカテゴリ|インデックス|曖昧さ回避|INHALTSVERZEICHNIS(?:_ERZWINGEN)?|KEIN_INHALTSVERZEICHNIS|ABSCHNITTE_NICHT_BEARBEITEN|KEINE_GALERIE)__/gi;

/** Tags that go with what stands between them. */
export const removedTags = set(`
  ref math chem ce gallery timeline syntaxhighlight source score imagemap graph mapframe maplink hiero templatedata
  inputbox categorytree references includeonly style script templatestyles rp rt rtc indicator section dynamicpagelist
`);
/** Of these, those with the attribute `inline` are words of a sentence. */
export const codeTags = set('syntaxhighlight source');
/** A start tag of these, left open, says nothing about what follows: only the tag goes. */
export const emptyWhenOpen = set('references section templatestyles indicator rp rt rtc');

/** Tags that these begin or end close without an end tag of their own. */
export const impliedEnds: ReadonlyMap<string, readonly string[]> = new Map([
  ['rt', ['rp', 'rtc', 'ruby']],
  ['rp', ['rt', 'rtc', 'ruby']],
  ['rtc', ['ruby']],
]);

/** Tags that start a new line, as a browser would show it. */
export const blockTags = set(`
  br hr p div li ul ol dl dt dd blockquote center poem pre tr td th caption table h1 h2 h3 h4 h5 h6
`);

/** Tags that go alone; their contents are text. Any other `<word>` is text itself, as MediaWiki shows it. */
export const plainTags = set(`
  b i u s em strong small big sub sup span font code tt kbd samp var cite q abbr dfn del ins strike mark bdi bdo ruby rb
  rbc wbr data time a nobr noinclude onlyinclude nowiki thead tbody tfoot col colgroup img
  phonos translate tvar langconvert
`);

/** Templates that make a page a list of what its title may mean. As `canonical` writes names. */
export const disambiguation = set(`
  aimai 曖昧さ回避 人名の曖昧さ回避 地名の曖昧さ回避 山の曖昧さ回避 駅の曖昧さ回避 神社の曖昧さ回避 寺院の曖昧さ回避 学校名の曖昧さ回避
  競走馬名の曖昧さ回避 船名の曖昧さ回避 作品名の曖昧さ回避 姓の曖昧さ回避 名の曖昧さ回避 道路の曖昧さ回避 教会名の曖昧さ回避
  disambig disambiguation disamb dab dbig disambiguation_page disambiguation_cleanup hndis hndisambig human_name_disambiguation
  geodis geo-dis place_name_disambiguation school_disambiguation airport_disambiguation hospital_disambiguation
  letter-number_combination_disambiguation mathdab roaddis shipindex_disambiguation surname-disambig numberdis
  begriffsklärung homonymie patronyme-homonymie toponymie-homonymie desambiguación desambiguació disambigua desambiguação
  dp doorverwijspagina неоднозначность многозначность 消歧义 消歧義 消歧义页 消歧義頁 人名消歧义 人名消歧義 地名消歧义 地名消歧義
  동음이의 동명이인 förgrening ujednoznacznienie rozcestník trang_định_hướng
`);
/** What the title of such a page may end with. */
export const disambiguationTitle =
  /[ _][(（](?:曖昧さ回避|disambiguation|Begriffsklärung|homonymie|desambiguación|disambigua|desambiguação|значения|消歧义|消歧義|동음이의)[)）]$/;

/** The beginning of a page that only points to another; old dumps mark them nowhere else. Its words by language. */
export const redirect =
  /^\s*#(?:redirect(?:ion)?|転送|リダイレクト|weiterleitung|redirección|redirecionamento|rinvia|doorverwijzing|перенаправление|重定向|넘겨주기|omdirigering|patrz|đổi|yönlendirme|alih|تحويل)[\s:]{0,8}\[\[/i;

/** The behaviour switch that says the same. */
export const disambiguationWord = /__(?:DISAMBIG|曖昧さ回避)__/i;
