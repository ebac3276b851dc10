// The stock of sentences: one text file a genre, in the grammar that ../grammar.ts explains.
import { readdirSync, readFileSync } from 'node:fs';
import { type Genre, readGenre } from '../grammar.ts';

function genresIn(folder: 'web' | 'wiki'): Genre[] {
  const at = new URL(`${folder}/`, import.meta.url);
  const files = readdirSync(at)
    .filter((name) => name.endsWith('.txt'))
    .sort();
  return files.map((file) => readGenre(file.slice(0, -4), readFileSync(new URL(file, at), 'utf8')));
}

export const webGenres: readonly Genre[] = genresIn('web');
export const wikiGenres: readonly Genre[] = genresIn('wiki');
