// The contracts: what a source, filter, deduper or sink declares, and the data that moves between them.
import type { Readable } from 'node:stream';
import type { z } from 'zod';
import type { FetchSettings } from '../sources/fetch/options.ts';

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

// ---------------------------------------------------------------- data

/** One text with its identity. `id` is `source/shard#ordinal`. */
export interface Document {
  readonly id: string;
  readonly text: string;
  /** Where it was published, when the record says so. */
  readonly url?: string;
  /** The record's own fields other than its text, as published. */
  readonly meta: JsonObject;
}

/** Where to read one file of a source. Serialisable: it crosses into workers and into the journal. */
export interface Shard {
  /** Path-like, unique within the source, stable between runs: it is part of every document id. */
  readonly id: string;
  /** Path relative to the source's base (a folder or a base URL). */
  readonly path: string;
  readonly codec: CodecName;
  readonly format: FormatName;
  /** Options of the format's parser, e.g. which JSON field holds the text. */
  readonly fields?: FieldMap;
  /** Top-level columns of Parquet to fetch; without it, all. */
  readonly columns?: readonly string[];
  /** Published size in bytes (compressed), where known. */
  readonly size?: number;
  /** Published checksum of the file as published (compressed), where there is one. */
  readonly checksum?: Checksum;
}

export interface Checksum {
  readonly algorithm: 'sha256' | 'md5';
  /** Lower-case hexadecimal. */
  readonly value: string;
}

/** A file of a base, with what its publisher says of it. */
export interface ListedFile {
  /** Relative to the base. */
  readonly path: string;
  readonly size?: number;
  readonly checksum?: Checksum;
}

export type CodecName = 'none' | 'gzip' | 'xz' | 'zstd' | 'bz2';
export type FormatName = 'jsonl' | 'blank-line' | 'mediawiki-xml' | 'cirrus' | 'parquet' | 'wet';

/** What a format's parser is told: dotted paths into a JSON record, and which records are wanted. */
export interface FieldMap {
  readonly text: string;
  readonly url?: string;
  /** mediawiki-xml: how wikitext becomes text. */
  readonly wikitext?: WikitextOptions;
  /** wet: only records whose main language, as published, is this one (ISO 639-3). */
  readonly language?: string;
}

export interface WikitextOptions {
  /** Language code of the wiki; it says which templates hold words. Without it, those of all languages do. */
  readonly language?: string;
  readonly headings?: 'keep' | 'drop';
  /** More templates whose words are text: name → pattern, such as `{1}（{2}）`. */
  readonly templates?: Readonly<Record<string, string>>;
}

/** A record that could not become a document; it is quarantined and counted. */
export interface Reject {
  /** Ordinal of the record in its shard. */
  readonly ordinal: number;
  /** Decoded bytes from the shard's start to the record's start. */
  readonly offset: number;
  /** Stable: `json.invalid`, `utf8.invalid`, `record.too_long`, `shard.truncated`, `record.no_text`, … */
  readonly reason: string;
  /** What exactly was wrong, for a person. */
  readonly detail: string;
  /** The record's first bytes, at most 200 characters. */
  readonly excerpt: string;
}

/** What a parser makes of a block's bytes: in record order, each record exactly once. */
export interface Parsed {
  readonly documents: { ordinal: number; offset: number; text: string; url?: string; meta: JsonObject }[];
  readonly rejects: Reject[];
  /** Records that are no documents by the format's own rules (MediaWiki redirects and talk pages), by named reason, with how many. They count as read and dropped under `<source>.<reason>`. */
  readonly skipped: Record<string, number>;
}

/** A record format: how decoded bytes are cut into records (main thread) and how records are read (worker). */
export interface Format {
  readonly name: FormatName;
  /** Bytes that end a record; a record never holds them inside. */
  readonly delimiter: string;
  /**
   * For formats whose records are told by lengths, because they may hold any bytes: gives the same bytes, the delimiter
   * at the end of each record and nowhere else. Byte for byte as long as what came in, so that offsets stay true.
   * `chunks` start at a record's start; each is valid until the next is asked for, and so may be what comes out. Errors
   * of `chunks` pass through, after what came before them. Linear; holds a chunk and a bounded header.
   */
  frame?(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
  /**
   * Whether a piece of text (what stood between two delimiters, or the end of the shard) holds a record at all: blank
   * lines and the closing tag of an XML file do not. Looks at `bytes` only; linear.
   */
  isRecord(bytes: Uint8Array): boolean;
  /** Reads whole records. `bytes` starts at a record's start. Never throws for bad data: it rejects. Linear in `bytes`. */
  parse(bytes: Uint8Array, at: { firstOrdinal: number; offset: number; fields: FieldMap | undefined }): Parsed;
}

// ---------------------------------------------------------------- context

/** Effects that plugins may use; everything else is a function of its inputs. */
export interface Context {
  /** ISO language code of the pipeline file, e.g. `ja`. */
  readonly language: string;
  /** Folder of the pipeline file: relative paths in options start here. */
  readonly baseDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Limits of the pipeline's `fetch:` for every connection; standard ones without it. */
  readonly fetch?: FetchSettings;
  /** Set off when the user wants the run to stop after the block in hand; `signal` follows when it has. */
  readonly interrupt?: AbortSignal;
  /** Where standard input is read from; by default the process's own. */
  readonly stdin?: Readable & { readonly isTTY?: boolean };
}

/** A base to read files from: a folder or an HTTP(S) base URL. Both behave alike. */
export interface Transport {
  /** For messages: the folder or the URL. */
  readonly base: string;
  /** Set where a file can be opened once only: what was read is gone (standard input). */
  readonly once?: true;
  /** The bytes of one file from `start` on. Throws SourceError (`fetch.not_found`, …) with what to do. */
  open(path: string, options?: { start?: number; signal?: AbortSignal }): AsyncIterable<Uint8Array>;
  /** Files directly under a folder, sorted by name; paths relative to the base. */
  list(dir: string): Promise<ListedFile[]>;
  /** Folders directly under a folder, sorted by name; paths relative to the base. */
  folders(dir: string): Promise<string[]>;
  size(path: string): Promise<number | undefined>;
  /** Random access, for Parquet. */
  range(path: string, start: number, end: number, signal?: AbortSignal): Promise<ArrayBuffer>;
  /** Forgets which version of a file was read before: it is read anew from its start, as it now is. */
  renew?(path: string): void;
  /** The checksum that the server itself gave with the file when it was opened, if it gave one. */
  published?(path: string): Checksum | undefined;
}

// ---------------------------------------------------------------- plugins

interface Base<Name extends string, Options extends z.ZodType> {
  readonly name: Name;
  /** One sentence for tables and `--help`. */
  readonly summary: string;
  /** Paper or page that the algorithm or format comes from. */
  readonly reference?: string;
  readonly options: Options;
}

export interface SourcePlugin<Options extends z.ZodType = z.ZodType> extends Base<string, Options> {
  readonly kind: 'source';
  /** What one must know before using the corpus' text. */
  readonly licence: string;
  /** What has to be done before it can be read; left out when nothing has. */
  readonly access?: SourceAccess;
  /** Published size, for a person, with what it counts; left out where nobody publishes it. */
  readonly size?: string;
  /** Which languages, and where their codes are not those of ISO 639-1. */
  readonly languages?: string;
  create(options: z.output<Options>, context: Context): Source;
}

export interface SourceAccess {
  /** What of the corpus needs it and what is to be done, a sentence. */
  readonly needs: string;
  /** Where a person accepts the terms, when it is one page. */
  readonly page?: string;
  /** Environment variable that holds the token. */
  readonly variable?: string;
}

export interface Source {
  readonly transport: Transport;
  /** In reading order; the same order every time. */
  shards(): AsyncIterable<Shard>;
}

export type Decision = { readonly keep: string } | { readonly drop: string };

export interface FilterExample {
  readonly input: string;
  readonly options?: JsonObject;
  /** The record's URL and own fields, for filters that read them. */
  readonly url?: string;
  readonly meta?: JsonObject;
  readonly output: Decision;
  /** Shown in the docs. */
  readonly note?: string;
}

export interface FilterPlugin<Options extends z.ZodType = z.ZodType> extends Base<string, Options> {
  readonly kind: 'filter';
  /** Drop reasons with a sentence each; counted as `<filter>.<reason>`. */
  readonly reasons: Readonly<Record<string, string>>;
  readonly examples: readonly FilterExample[];
  /** `create` may refuse options with a PipelineError: it is called once before a run, so that the user hears of it with the line. */
  readonly refuses?: true;
  /** Files of the user's that the options name, relative to the pipeline file: their contents are part of a run's identity. */
  files?(options: z.output<Options>): readonly string[];
  /** Tables that all workers can read in one place, such as a language model; undefined when the options name none. Throws PipelineError. */
  share?(options: z.output<Options>, context: FilterContext): SharedTables | undefined;
  /** The filter must be pure and linear in the document's length. Throws PipelineError for files and expressions that are wrong. */
  create(options: z.output<Options>, context: FilterContext & { readonly shared?: unknown }): Filter;
}

export type FilterContext = Pick<Context, 'language' | 'baseDir'>;

/** A filter's tables, held once for all workers. Where there is but one thread, `create` gets none and makes its own. */
export interface SharedTables {
  /** Of memory. */
  readonly bytes: number;
  /** Called once, before the workers start. What it gives crosses to each of them, SharedArrayBuffers in it uncopied, and is `create`'s `shared`. */
  open(): unknown;
}

export interface Filter {
  apply(document: Document): Decision;
}

export interface DeduperPlugin<Options extends z.ZodType = z.ZodType> extends Base<string, Options> {
  readonly kind: 'deduper';
  /** Worker half: pure. */
  createSigner(options: z.output<Options>): Signer | Promise<Signer>;
  /** Gate half: owns the index. Without `room` it may only hold memory, as much as it takes. */
  createIndex(options: z.output<Options>, room?: IndexRoom): DedupIndex;
  /** Names of the given options that decide nothing about what is kept: a run may go on with others. */
  neutral?(options: z.output<Options>): readonly string[];
  /** How signatures are compared outside the index: with those of earlier runs, and in the global mode. Without it neither is possible. */
  matching?(options: z.output<Options>): Matching;
}

/** Two documents are duplicates when they share the key of a band and their signatures agree. */
export interface Matching {
  /** u32 words of a signature. */
  readonly words: number;
  readonly bands: number;
  /** All that a signature depends on besides the text: signatures made with other parameters cannot be compared. */
  readonly parameters: JsonObject;
  /** Writes the u32 key of every band of the signature at `signatures[at .. at + words)`. (bands) */
  keys(signatures: Uint32Array, at: number, out: Uint32Array): void;
  /** Whether two documents that share a key are duplicates; symmetric. */
  agrees(a: Uint32Array, aAt: number, b: Uint32Array, bAt: number): boolean;
}

/** Where an index may put what memory has no room for. */
export interface IndexRoom {
  /** Folder of its own; it need not exist. What is left in it of earlier sessions is gone. */
  readonly dir: string;
  readonly disk: Disk;
}

/** What an index holds; it is rebuilt from the journal, so nothing of it needs to last. */
export interface IndexFigures {
  /** Bytes of memory: tables or filter. */
  readonly tables: number;
  /** Bytes of memory: sketches that confirm candidates. */
  readonly sketches: number;
  /** Bytes on disk. */
  readonly spilled: number;
  /** Most bytes of memory that it may take. */
  readonly budget: number;
  /** Share of that which is taken, from 0 to 1; a filter that takes its memory at once fills by documents. */
  readonly filled: number;
}

/**
 * A deduper that must have seen the whole corpus before it judges any of it. The run reads the corpus twice: pass one
 * counts what the filters left of each document, pass two takes what was found as one more filter, after all others.
 */
export interface SurveyPlugin<Options extends z.ZodType = z.ZodType> extends Base<string, Options> {
  readonly kind: 'survey';
  /** Drop reasons of its filter, with a sentence each; counted as `<survey>.<reason>`. */
  readonly reasons: Readonly<Record<string, string>>;
  /** A file that holds what an earlier count found: then nothing is counted. Relative to the pipeline file. */
  file?(options: z.output<Options>): string | undefined;
  /** Worker half of pass one: pure. */
  createObserver(options: z.output<Options>): Observer;
  /** Main-thread half of pass one. What it finds must not depend on the order of what it is given. */
  createCount(options: z.output<Options>): Count;
  /** Pass two. Throws PipelineError for bytes that no count of these options found. */
  createFilter(options: z.output<Options>, found: Uint8Array): Filter;
}

export interface Observer {
  /** What a count needs to know of a document, as u32 words in a form of its own, appended to `out`. Linear in the text. */
  observe(document: Pick<Document, 'text' | 'url'>, out: number[]): void;
}

/** Owns the counters of pass one; their bytes are set by an option, whatever the corpus. */
export interface Count {
  /** What observers made of whole documents, one after another. */
  add(observed: Uint32Array): void;
  /** All of its state, to go on from after a stop. */
  save(): Uint8Array;
  load(saved: Uint8Array): void;
  /** What pass two needs, and what it says about itself in run.json. Throws a SeiryuError where the count is no good. */
  result(): { readonly found: Uint8Array; readonly facts: JsonObject };
}

export interface Signer {
  /** u32 words that one document's signature takes; the same for every document. */
  readonly words: number;
  /** Writes the signature of `text` (and of the record's URL, where that counts) to `out[at .. at + words)`. Linear in both. */
  sign(text: string, out: Uint32Array, at: number, url?: string): void;
}

/** How a document and the earlier one that it duplicates agree. */
export interface Agreement {
  /** The first band on which both agree, from 0; for dedupers with bands. */
  readonly band?: number;
  /** Estimated Jaccard similarity, 0 to 1. */
  readonly similarity?: number;
}

export interface DedupIndex {
  readonly words: number;
  /**
   * Looks the signature at `signatures[at .. at + words)` up, changing nothing.
   * Returns the number of the earlier admitted document it duplicates, NOT_SEEN, or SEEN_SOMEWHERE.
   */
  find(signatures: Uint32Array, at: number): number;
  /** Adds a kept document. Numbers are 0, 1, 2, … over the run's kept documents, in order. */
  admit(signatures: Uint32Array, at: number, number: number): void;
  /** Bytes of memory that the index holds now. */
  readonly bytes: number;
  /**
   * Told of a block's signatures before they are looked up one by one: `count` of them, `stride` words apart, the first at
   * `at`. Fetches what the looks will need into the cache, so that the misses overlap. Changes nothing.
   */
  touch?(signatures: Uint32Array, count: number, stride: number, at: number): void;
  /** Makes room for `documents` more, within its memory. Throws MemoryError when it cannot. Changes no decision. */
  settle?(documents: number): Promise<void>;
  readonly figures?: IndexFigures;
  /** What it would hold with so many documents; the fields of `figures`. */
  figuresAt?(documents: number): IndexFigures;
  /** What becomes of the run when so many documents are admitted, in sentences for a person; empty when all fit. */
  outlook?(documents: number): readonly string[];
  /** What happens when its memory is taken: the end of a sentence. */
  readonly whenFull?: string;
  /** Counts of checks made since it was opened, by name; `<deduper>.<name>` in the record. */
  readonly counts?: Readonly<Record<string, number>>;
  close?(): void;
  /**
   * How the signature at `signatures[at .. at + words)` agrees with the admitted document that `find` just named; for
   * people, so it may cost more than a probe.
   */
  agreement?(signatures: Uint32Array, at: number, number: number): Agreement;
}

/** The document is like no earlier one. */
export const NOT_SEEN = -1;
/** The document duplicates an earlier one, and the index does not keep which. */
export const SEEN_SOMEWHERE = -2;

export type SinkView = 'text' | 'json';

/** Kept documents of one block, in order. Encoded in the worker. */
export interface SinkBatch {
  /** UTF-8; document i is `bytes[offsets[i] .. offsets[i + 1])`. `text`: the text without empty lines, then an empty line. `json`: one JSON object `{id, source, url?, text, meta}` and a newline. */
  readonly bytes: Uint8Array;
  readonly offsets: Uint32Array;
  /** Which documents of the batch are kept, ascending indexes into `offsets`. */
  readonly kept: readonly number[];
}

export interface ShardRecord {
  /** Relative to the run's folder. */
  path: string;
  sha256: string;
  documents: number;
  /** Bytes on disk. */
  bytes: number;
  /** False once deleted because its reader was done with it. */
  retained: boolean;
}

/** Where a sink stands after a commit; small whatever the corpus: it goes into every journal entry. */
export interface SinkCommit {
  /** The open shard: its number, and its durable documents and bytes. */
  readonly state: { readonly shard: number; readonly documents: number; readonly bytes: number };
  /** Shards finished since the commit before. */
  readonly finished: readonly ShardRecord[];
}

export interface SinkPlugin<Options extends z.ZodType = z.ZodType> extends Base<string, Options> {
  readonly kind: 'sink';
  readonly view: SinkView;
  create(options: z.output<Options>, context: SinkContext): Sink;
}

/** The disk as a writer sees it: every write is reserved with the governor first. */
export interface Disk {
  /** Takes `bytes` of the budget, waiting while someone may free some; throws DiskError (exit 4) when they cannot be had. */
  reserve(bytes: number, part: string): Promise<void>;
  release(bytes: number, part: string): void;
}

export interface SinkContext {
  /** The run's folder. */
  readonly dir: string;
  /** Folder for this sink's files, relative to `dir`. */
  readonly folder: string;
  readonly disk: Disk;
}

export interface Sink {
  write(batch: SinkBatch): Promise<void>;
  /** Makes what was written durable and says where the sink stands. */
  commit(): Promise<SinkCommit>;
  /** Cuts files back to a committed state; `finished` are all shards finished up to it. Called once, before any write. */
  restore(state: SinkCommit['state'] | undefined, finished: readonly ShardRecord[]): Promise<void>;
  /** Cuts back to the last commit, after a write that failed. */
  rollback(): Promise<void>;
  /** Kept documents numbered below `documents` were consumed for good: committed shards holding only such may go. */
  consumed(documents: number): Promise<void>;
  /** Finishes the open shard. */
  close(): Promise<void>;
  /** All shards finished so far. */
  readonly shards: readonly ShardRecord[];
  /** Bytes written to shards so far, deleted ones included. */
  readonly written: number;
  /** True when shards wait for a reader to consume them. */
  readonly awaitsConsumer: boolean;
}

export type Plugin = SourcePlugin | FilterPlugin | DeduperPlugin | SurveyPlugin | SinkPlugin;

/** Declares a plugin: identity at run time, full inference of its options at compile time. */
export function define<O extends z.ZodType>(plugin: SourcePlugin<O>): SourcePlugin<O>;
export function define<O extends z.ZodType>(plugin: FilterPlugin<O>): FilterPlugin<O>;
export function define<O extends z.ZodType>(plugin: DeduperPlugin<O>): DeduperPlugin<O>;
export function define<O extends z.ZodType>(plugin: SurveyPlugin<O>): SurveyPlugin<O>;
export function define<O extends z.ZodType>(plugin: SinkPlugin<O>): SinkPlugin<O>;
export function define(plugin: Plugin): Plugin {
  return plugin;
}
