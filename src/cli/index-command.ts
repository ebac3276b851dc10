// `seiryu index`: builds, merges and shows the index of a corpus, which `dedup.against` compares new documents with.
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Command } from 'commander';
import { IndexFile } from '../dedup/against/index-file.ts';
import { type IndexFooter, readFooter } from '../dedup/against/index-footer.ts';
import { mergeIndexes } from '../dedup/against/merge-indexes.ts';
import { PageCache } from '../dedup/against/pages.ts';
import { DiskError, PipelineError } from '../errors.ts';
import { indexCorpus } from '../inspect/index-corpus.ts';
import type { Disk } from '../pipeline/define.ts';
import { formatBytes } from '../pipeline/units.ts';
import { collect, pipelineFile } from './arguments.ts';

interface BuildFlags {
  readonly out: string;
  readonly pipeline?: string;
  readonly set: string[];
  readonly json?: boolean;
}

const buildCommand = new Command('build')
  .summary('build the index of a run, a pipeline’s corpus, or files')
  .description(
    'Builds one index file. INPUTS: the folder of a run (what it kept), a pipeline file (all documents that its filters keep), or files and patterns (texts/*.jsonl.gz).',
  )
  .argument('<inputs...>', 'a run’s folder, a pipeline file, or files and patterns')
  .requiredOption('--out <file>', 'where the index goes')
  .option(
    '--pipeline <file>',
    'for files: the pipeline whose filters and dedup options are used (default: exact and minhash)',
  )
  .option('--set <a.b=c>', 'override an option of the pipeline file', collect, [])
  .option('--json', 'machine-readable')
  .action(async (inputs: string[], flags: BuildFlags) => {
    const abort = new AbortController();
    try {
      await indexCorpus({
        inputs: inputs.map(pipelineFile),
        pipeline: flags.pipeline === undefined ? undefined : pipelineFile(flags.pipeline),
        set: flags.set,
        out: flags.out,
        folder: process.cwd(),
        env: process.env,
        signal: abort.signal,
        disk: await volumeOf(flags.out),
        onProgress: progressOf(process.stderr),
      });
    } finally {
      abort.abort();
    }
    await show(flags.out, flags);
  });

const mergeCommand = new Command('merge')
  .summary('merge several indexes into one')
  .argument('<files...>', 'index files, in order')
  .requiredOption('--out <file>', 'where the index goes')
  .option('--json', 'machine-readable')
  .action(async (files: string[], flags: { out: string; json?: boolean }) => {
    const cache = new PageCache(0);
    const opened: IndexFile[] = [];
    try {
      for (const file of files) opened.push(await IndexFile.open(file, cache));
      await mergeIndexes(opened, { path: flags.out, disk: await volumeOf(flags.out) });
    } finally {
      for (const file of opened) file.close();
    }
    await show(flags.out, flags);
  });

const showCommand = new Command('show')
  .summary('size, parameters and inputs of an index')
  .argument('<file>', 'an index file')
  .option('--json', 'machine-readable')
  .action((file: string, flags: { json?: boolean }) => show(file, flags));

const verifyCommand = new Command('verify')
  .summary('read an index through and compare every checksum')
  .argument('<file>', 'an index file')
  .action(async (file: string) => {
    const index = await IndexFile.open(file, new PageCache(0));
    try {
      index.verify();
    } finally {
      index.close();
    }
    process.stdout.write(`${file}: every page of ${formatBytes(index.size)} has its checksum\n`);
  });

export const indexCommand = new Command('index')
  .summary('build, merge and show the index of a corpus, for dedup.against')
  .description(
    'An index holds the signatures of a corpus. A pipeline with `dedup: { against: [FILE] }` drops what the index holds. (docs/dedup-across-runs.md)',
  )
  .addCommand(buildCommand)
  .addCommand(mergeCommand)
  .addCommand(showCommand)
  .addCommand(verifyCommand);

// Wrong arguments of theirs end like those of all commands: thrown, so that the exit code is 2.
for (const command of indexCommand.commands) command.exitOverride();

async function show(path: string, { json }: { readonly json?: boolean | undefined }): Promise<void> {
  const { footer, bytes, fingerprint } = await readFooter(path);
  const facts = factsOf(footer);
  const text =
    json === true
      ? JSON.stringify({ path, bytes, fingerprint, ...facts })
      : linesOf(path, bytes, footer.documents, facts).join('\n');
  process.stdout.write(`${text}\n`);
}

interface Facts {
  readonly version: number;
  readonly seiryu: string;
  readonly documents: number;
  /** Bytes that opening it takes. */
  readonly memory: number;
  readonly inputs: IndexFooter['inputs'];
  readonly dedupers: readonly { readonly name: string; readonly bands: number; readonly parameters: object }[];
}

function factsOf({ version, seiryu, documents, inputs, sections }: IndexFooter): Facts {
  const words = sections
    .flatMap(({ bands }) => bands)
    .reduce((sum, { fences, filter }) => sum + fences.items + filter.items, 0);
  const dedupers = sections.map(({ deduper, bands, parameters }) => ({
    name: deduper,
    bands: bands.length,
    parameters,
  }));
  return { version, seiryu, documents, memory: 4 * words, inputs, dedupers };
}

const number = new Intl.NumberFormat('en');

function linesOf(path: string, bytes: number, documents: number, { memory, inputs, dedupers }: Facts): string[] {
  const each = documents === 0 ? '' : `, ${(bytes / documents).toFixed(0)} bytes a document`;
  return [
    path,
    `  documents   ${number.format(documents)}`,
    `  size        ${formatBytes(bytes)}${each}`,
    `  memory      ${formatBytes(memory)} while a run uses it, and its cache`,
    ...inputs.map(
      ({ name, documents: count }, index) =>
        `  ${index === 0 ? 'inputs' : '      '}      ${name} (${number.format(count)})`,
    ),
    ...dedupers.map(({ name, bands, parameters }) => {
      const shown = Object.entries(parameters).map(([key, value]) => `${key} ${String(value)}`);
      return `  ${name.padEnd(11)} ${bands} ${bands === 1 ? 'table' : 'tables'} · ${shown.join(' · ')}`;
    }),
  ];
}

/** Outside a run there is no budget: what the volume has free is what may be written. */
async function volumeOf(path: string): Promise<Disk> {
  const { bavail, bsize } = await statfs(dirname(path)).catch((error: unknown) => {
    throw new PipelineError(`The folder of ${path} cannot be written to.`, {
      code: 'arguments.out',
      fix: 'Make the folder first, or give another --out.',
      cause: error,
    });
  });
  let left = bavail * bsize;
  return {
    async reserve(bytes) {
      left -= bytes;
      if (left < 0) {
        throw new DiskError(`The volume of ${path} is full.`, {
          code: 'disk.full',
          fix: 'Free space there, or give --out on another volume; building an index takes twice its size for a while.',
        });
      }
    },
    release: (bytes) => {
      left += bytes;
    },
  };
}

/** A line that counts, on a terminal only. */
function progressOf(stream: NodeJS.WriteStream): (documents: number) => void {
  if (!stream.isTTY) return () => undefined;
  return (documents) => {
    if (documents % 10_000 === 0) stream.write(`\r${number.format(documents)} documents`);
  };
}
