// How many shards mC4 has in each language, for servers that do not list their files.

/**
 * The counts of the loading script that came with the corpus (huggingface/datasets, datasets/mc4/mc4.py): training, and
 * validation after a slash where it is not one.
 */
const COUNTS = `
af 64 am 16 ar 1024/4 az 256 be 128 bg 1024 bg-Latn 4 bn 512 ca 512 ceb 8 co 8 cs 1024/2 cy 256 da 1024 de 2048/16
el 1024/2 el-Latn 16 en 11264/128 eo 32 es 2048/16 et 256 eu 64 fa 1024/2 fi 1024 fil 64 fr 2048/16 fy 16 ga 16 gd 16
gl 128 gu 64 ha 8 haw 2 hi 1024/2 hi-Latn 16 hmn 8 ht 8 hu 1024/2 hy 128 id 1024/4 ig 4 is 128 it 1024/8 iw 1024
ja 1024/8 ja-Latn 8 jv 8 ka 256 kk 256 km 64 kn 64 ko 1024 ku 16 ky 64 la 64 lb 32 lo 8 lt 512 lv 256 mg 8 mi 4 mk 128
ml 128 mn 128 mr 1024 ms 512 mt 128 my 64 ne 256 nl 1024/4 no 1024 ny 4 pa 32 pl 1024/4 ps 16 pt 1024/4 ro 1024/2
ru 4096/32 ru-Latn 32 sd 64 si 64 sk 512 sl 256 sm 4 sn 8 so 64 sq 128 sr 256 st 2 su 4 sv 1024/2 sw 32 ta 256 te 128
tg 64 th 1024 tr 1024/4 uk 1024/2 und 3072/32 ur 128 uz 32 vi 1024/4 xh 2 yi 16 yo 2 zh 1024/2 zh-Latn 8 zu 8
`;

const words = COUNTS.trim().split(/\s+/);
const published = new Map<string, { train: number; validation: number }>();
for (let at = 0; at + 1 < words.length; at += 2) {
  const [train, validation = '1'] = (words[at + 1] ?? '').split('/');
  published.set(words[at] ?? '', { train: Number(train), validation: Number(validation) });
}

/** Language codes as mC4 has them. */
export const mc4Languages: readonly string[] = [...published.keys()];

/** Undefined for a language that mC4 does not have. */
export const mc4ShardCount = (language: string, split: 'train' | 'validation'): number | undefined =>
  published.get(language)?.[split];
