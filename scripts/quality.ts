// `npm run quality`: precision and recall of the removal filters on the labelled set of test/golden/quality.
//
// Prints them per rule, part and style, writes every mistake to .quality/ as a diff to read, and fails below the floors
// of floors.json. `--seed WORD` composes other fresh pages; `--write` composes the stored ones anew.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { styles } from './quality/compose.ts';
import { printPages } from './quality/labelled.ts';
import { byStyle, failures, HEADER, results, table, writeMistakes } from './quality/report.ts';
import { freshPages, readFloors, SET, storedPages } from './quality/set.ts';

const STORED = 44;
const FRESH = 40;
const FOLDER = '.quality';

const { values } = parseArgs({ options: { seed: { type: 'string', default: 'another' }, write: { type: 'boolean' } } });

if (values.write) {
  mkdirSync(join(SET, 'composed'), { recursive: true });
  for (const style of Object.keys(styles)) {
    const pages = freshPages('seiryu quality', STORED).filter((page) => page.style === style);
    writeFileSync(join(SET, 'composed', `${style}.txt`), printPages(pages));
  }
}

const stored = storedPages();
const pages = [...stored, ...freshPages(values.seed, FRESH)];
const floors = readFloors();
const all = results(pages);
const labelled = stored.flatMap(({ lines }) => lines).filter(({ text }) => text !== '').length;
console.log(`${stored.length} pages, ${labelled} labelled lines; fresh pages from the seed "${values.seed}"\n`);
console.log([HEADER, ...table(all, floors), '', HEADER, ...byStyle(pages), ''].join('\n'));
console.log(`${writeMistakes(FOLDER, all)} mistakes, to read in ${FOLDER}/`);
const below = failures(all, floors);
for (const each of below) console.error(`below the floor: ${each}`);
process.exitCode = below.length === 0 ? 0 : 1;
