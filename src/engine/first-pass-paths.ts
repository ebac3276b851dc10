// Where the first pass of the global mode keeps what it found.
import { join } from 'node:path';
import type { RunPaths } from './run-folder.ts';

export const passFolder = ({ state }: Pick<RunPaths, 'state'>): string => join(state, 'global');
export const passJournal = (paths: Pick<RunPaths, 'state'>): string => join(passFolder(paths), 'journal.bin');
