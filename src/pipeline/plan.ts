// What a pipeline file asks for, checked: plain data that can cross into workers.
import type { DedupPolicy } from './dedup-policy.ts';
import type { Json, JsonObject } from './define.ts';
import type { PipelineFile } from './schema.ts';

/** A plugin with the options as written (workers parse them again with the plugin's own schema). */
export interface PlannedPlugin {
  readonly name: string;
  /** Unique among its kind: the name, or `name-2` for its second use. */
  readonly label: string;
  readonly options: JsonObject;
}

export interface Plan {
  readonly name: string;
  readonly language: string;
  /** Absolute path of the pipeline file. */
  readonly file: string;
  readonly baseDir: string;
  /** `a.b=c` overrides that were applied to it. */
  readonly set: readonly string[];
  /** sha256 of the file's bytes. */
  readonly sha256: string;
  /** sha256 of everything that decides the output: a run folder only resumes the same identity. */
  readonly identity: string;
  /** Absolute paths of plugin files. */
  readonly plugins: readonly string[];
  readonly sources: readonly PlannedPlugin[];
  readonly filters: readonly PlannedPlugin[];
  readonly dedupers: readonly PlannedPlugin[];
  /** Dedupers that read the corpus before it is judged. */
  readonly surveys: readonly PlannedPlugin[];
  /** What `dedup:` says beside its dedupers. */
  readonly dedup: DedupPolicy;
  readonly sinks: readonly PlannedPlugin[];
  readonly stream: PipelineFile['stream'];
  readonly fetch: PipelineFile['fetch'];
  /** `dir` is absolute. */
  readonly cache: PipelineFile['cache'];
  readonly disk: PipelineFile['disk'];
  readonly trainer: PipelineFile['trainer'];
}

/** JSON with sorted keys: equal plans give equal text. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}
