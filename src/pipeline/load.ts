// YAML text → plan. Checks the whole file and reports every problem in one go, before any network or disk is touched.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, dirname, extname, resolve } from 'node:path';
import { LineCounter, parse, parseDocument } from 'yaml';
import { z } from 'zod';
import { errorMessage, PipelineError } from '../errors.ts';
import { dedupPolicy } from './dedup-policy.ts';
import type { Json, JsonObject } from './define.ts';
import { earlierPaths } from './earlier-paths.ts';
import { nearestName } from './nearest-name.ts';
import { canonicalJson, type Plan, type PlannedPlugin } from './plan.ts';
import { type Kind, loadRegistry, type Registry } from './plugins.ts';
import { dotted, formatProblems, locate, type Path, type Problem, problemsOf } from './problems.ts';
import { type PipelineFile, pipelineSchema } from './schema.ts';
import { refusalsOf, surveyFiles, userFiles } from './user-files.ts';

/** A pipeline file with problems; `problems` lists all of them. */
export class InvalidPipelineError extends PipelineError {
  readonly problems: readonly Problem[];
  constructor(file: string, problems: readonly Problem[]) {
    super(formatProblems(file, problems), {
      code: 'pipeline.invalid',
      fix: 'Mend the lines above; `seiryu check FILE` tells again.',
    });
    this.problems = problems;
  }
}

const jsonValue: z.ZodType<Json> = z.json();
const jsonObject: z.ZodType<JsonObject> = z.record(z.string(), jsonValue);

interface Checker {
  readonly registry: Registry;
  readonly problems: Problem[];
  place(path: Path, part: 'key' | 'value'): { line: number; column: number } | undefined;
}

/** Reads and checks a pipeline file. `set` holds `a.b=c` overrides, applied before checking. */
export async function loadPlan(file: string, set: readonly string[] = []): Promise<Plan> {
  const path = resolve(file);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new PipelineError(`The pipeline file ${file} cannot be read: ${errorMessage(error)}`, {
      code: 'pipeline.not_found',
      fix: 'Check the path. The bundled ones run by name: `seiryu run pipelines/sample.yaml`.',
      cause: error,
    });
  }
  return parsePlan(text, path, set);
}

export async function parsePlan(text: string, path: string, set: readonly string[] = []): Promise<Plan> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    throw new InvalidPipelineError(
      path,
      document.errors.map((error) => {
        const { line, col } = lines.linePos(error.pos[0]);
        return { line, column: col, path: '', message: `not valid YAML: ${error.message}` };
      }),
    );
  }
  for (const override of set) applyOverride(document, override);
  const baseDir = dirname(path);
  const input: unknown = document.toJS({ maxAliasCount: 100 }) ?? {};
  const problems: Problem[] = [];
  const place = (at: Path, part: 'key' | 'value') => locate(document, lines, at, part);

  const parsed = pipelineSchema.safeParse(input);
  if (!parsed.success) problems.push(...problemsOf(parsed.error, input, [], knownKeysOf(pipelineSchema), place));
  const raw = typeof input === 'object' && input !== null ? input : {};
  const pluginFiles = stringsAt(raw, 'plugins').map((name) => resolve(baseDir, name));
  const checker: Checker = { registry: await loadRegistry(pluginFiles, namesIn(raw)), problems, place };
  const sources = checkList(checker, 'source', 'sources', Reflect.get(raw, 'sources'));
  const filters = checkList(checker, 'filter', 'filters', Reflect.get(raw, 'filters'));
  const deduping = checkDedup(checker, Reflect.get(raw, 'dedup'));
  const surveys = deduping.filter(({ name }) => checker.registry.survey.has(name));
  const dedupers = deduping.filter(({ name }) => !checker.registry.survey.has(name));
  const sinks = checkList(checker, 'sink', 'sinks', Reflect.get(raw, 'sinks'));
  checkConsumer(checker, sinks, Reflect.get(raw, 'trainer'));
  if (parsed.success) {
    checkConnections(checker, parsed.data);
    checkMixture(checker, sources, parsed.data);
  }
  const earlier = earlierPaths(Reflect.get(raw, 'dedup'), baseDir, dedupers.length);
  for (const { path, message } of earlier.problems)
    problems.push({ ...place(path, 'value'), path: dotted(path), message });
  if (problems.length === 0 && parsed.success) {
    for (const { index, message } of refusalsOf(checker.registry, filters, {
      language: parsed.data.language,
      baseDir,
    })) {
      const at = ['filters', index];
      problems.push({ ...place(at, 'value'), path: dotted(at), message });
    }
  }
  if (problems.length > 0 || !parsed.success) {
    const order = [...problems].sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
    throw new InvalidPipelineError(path, order);
  }

  const { name, language, stream, fetch, cache, disk, trainer } = parsed.data;
  const { prefer, matches, mode, memory, against } = parsed.data.dedup;
  const files = {
    ...userFiles(checker.registry, filters, baseDir),
    ...surveyFiles(checker.registry, surveys, baseDir),
  };
  const deciding = {
    language,
    stream,
    sources,
    filters,
    dedupers: dedupers.map((planned) => withoutNeutral(checker.registry, planned)),
    sinks,
    plugins: pluginFiles,
    // Left out where there are none, so that runs begun before filters had files can go on.
    ...(Object.keys(files).length === 0 ? {} : { files }),
    ...(surveys.length === 0 ? {} : { surveys }),
    ...(prefer === 'first' ? {} : { prefer }),
    ...(mode === 'stream' ? {} : { mode }),
    ...(earlier.found.length === 0 ? {} : { against }),
    // It decides the order of the shards.
    ...(trainer?.mixture === undefined ? {} : { mixture: trainer.mixture }),
  };
  return {
    name: name ?? basename(path, extname(path)),
    language,
    file: path,
    baseDir,
    set,
    sha256: createHash('sha256').update(text).digest('hex'),
    identity: createHash('sha256')
      .update(canonicalJson(jsonValue.parse(JSON.parse(JSON.stringify(deciding)))))
      .digest('hex'),
    plugins: pluginFiles,
    sources,
    filters,
    dedupers,
    surveys,
    dedup: { prefer, matches, mode, memory, against: [...earlier.found] },
    sinks,
    stream,
    fetch,
    cache: cache && { ...cache, dir: resolve(baseDir, cache.dir) },
    disk,
    trainer,
  };
}

/** A deduper's options without those that decide nothing about what is kept: a run may go on with others. */
function withoutNeutral(registry: Registry, planned: PlannedPlugin): PlannedPlugin {
  const plugin = registry.deduper.get(planned.name);
  const neutral = new Set(plugin?.neutral?.(plugin.options.parse(planned.options)) ?? []);
  const options = Object.fromEntries(Object.entries(planned.options).filter(([name]) => !neutral.has(name)));
  return { ...planned, options };
}

/** Whatever may be the name of a plugin in a pipeline file that was not checked yet. */
function namesIn(raw: object): Set<string> {
  const namesOf = (value: unknown): string[] =>
    typeof value === 'string' ? [value] : typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const listed = ['sources', 'filters', 'sinks'].flatMap((key) => {
    const list: unknown = Reflect.get(raw, key);
    return Array.isArray(list) ? list.flatMap(namesOf) : [];
  });
  return new Set([...listed, ...namesOf(Reflect.get(raw, 'dedup'))]);
}

function stringsAt(raw: object, key: string): string[] {
  const value: unknown = Reflect.get(raw, key);
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function applyOverride(document: ReturnType<typeof parseDocument>, override: string): void {
  const at = override.indexOf('=');
  if (at <= 0) {
    throw new PipelineError(`--set ${override} is not of the form a.b=c.`, {
      code: 'arguments.set',
      fix: 'For example --set disk.budget=5GB.',
    });
  }
  const path = override
    .slice(0, at)
    .split('.')
    .map((key) => (/^\d+$/.test(key) ? Number(key) : key));
  try {
    document.setIn(path, document.createNode(parse(override.slice(at + 1))));
  } catch (error) {
    throw new PipelineError(`--set ${override} does not fit the pipeline file: ${errorMessage(error)}`, {
      code: 'arguments.set',
      fix: 'Use the path of an option as it stands in the file; list items by number from 0, e.g. sources.0.mc4.shards=0-3.',
    });
  }
}

/** The keys that a zod object knows at a path, looking through defaults and optionals. */
export function knownKeysOf(schema: z.ZodType): (path: Path) => readonly string[] {
  return (path) => {
    let at: unknown = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
    for (const key of path) {
      if (typeof at !== 'object' || at === null) return [];
      const parent = variantWithProperties(at);
      at =
        typeof key === 'number' ? Reflect.get(at, 'items') : Reflect.get(Reflect.get(parent, 'properties') ?? {}, key);
    }
    const properties: unknown =
      typeof at === 'object' && at !== null ? Reflect.get(variantWithProperties(at), 'properties') : undefined;
    return typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
  };
}

function variantWithProperties(schema: object): object {
  const variants: unknown = Reflect.get(schema, 'anyOf');
  if (!Array.isArray(variants)) return schema;
  const found: unknown = variants.find(
    (variant) => typeof variant === 'object' && variant !== null && 'properties' in variant,
  );
  return typeof found === 'object' && found !== null ? found : schema;
}

function checkList(checker: Checker, kind: Kind, key: string, list: unknown): PlannedPlugin[] {
  if (!Array.isArray(list)) return [];
  const planned: PlannedPlugin[] = [];
  for (const [index, item] of list.entries()) {
    if (typeof item === 'string') {
      planned.push(...checkPlugin(checker, kind, item, {}, [key, index], [key, index], planned));
    } else if (typeof item === 'object' && item !== null && !Array.isArray(item)) {
      const entries: [string, unknown][] = Object.entries(item);
      const first = entries[0];
      if (first === undefined || entries.length > 1) {
        const names = entries.map(([name]) => name).join(', ');
        checker.problems.push({
          ...checker.place([key, index], 'value'),
          path: dotted([key, index]),
          message: `expected one ${kind} per list item, found ${entries.length === 0 ? 'none' : names} (indent its options under its name)`,
        });
        continue;
      }
      planned.push(
        ...checkPlugin(
          checker,
          kind,
          first[0],
          first[1] ?? {},
          [key, index, first[0]],
          [key, index, first[0]],
          planned,
        ),
      );
    }
  }
  return planned;
}

function checkDedup(checker: Checker, value: unknown): PlannedPlugin[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  const planned: PlannedPlugin[] = [];
  for (const [name, options] of Object.entries(value)) {
    if (options === false || name in dedupPolicy.shape) continue;
    const given: unknown = options === true || options === null ? {} : options;
    const kind = checker.registry.survey.has(name) ? 'survey' : 'deduper';
    planned.push(...checkPlugin(checker, kind, name, given, ['dedup', name], ['dedup', name], planned));
  }
  return planned;
}

function checkPlugin(
  checker: Checker,
  kind: Kind,
  name: string,
  options: unknown,
  namePath: Path,
  optionsPath: Path,
  before: readonly PlannedPlugin[],
): PlannedPlugin[] {
  const known = checker.registry[kind];
  const plugin = known.get(name);
  if (plugin === undefined) {
    const { names: all } = checker.registry;
    const names = kind === 'deduper' ? [...all.deduper, ...all.survey, ...Object.keys(dedupPolicy.shape)] : all[kind];
    const nearest = nearestName(name, names);
    checker.problems.push({
      ...checker.place(namePath, typeof namePath.at(-1) === 'number' ? 'value' : 'key'),
      path: dotted(namePath),
      message: `unknown ${kind} "${name}"${nearest === undefined ? '' : `; did you mean "${nearest}"?`} (known: ${names.join(', ')})`,
      ...(nearest === undefined ? {} : { nearest }),
    });
    return [];
  }
  const result = plugin.options.safeParse(options);
  if (!result.success) {
    checker.problems.push(
      ...problemsOf(result.error, options, optionsPath, knownKeysOf(plugin.options), checker.place),
    );
    return [];
  }
  const uses = before.filter((other) => other.name === name).length;
  return [{ name, label: uses === 0 ? name : `${name}-${uses + 1}`, options: jsonObject.parse(options) }];
}

function checkConsumer(checker: Checker, sinks: readonly PlannedPlugin[], trainer: unknown): void {
  if (trainer !== undefined && trainer !== null) return;
  for (const [index, sink] of sinks.entries()) {
    if (sink.options.retain !== 'consumed') continue;
    const path = ['sinks', index, sink.name, 'retain'];
    checker.problems.push({
      ...checker.place(path, 'value'),
      path: dotted(path),
      message:
        'expected all, found "consumed": without a trainer nothing consumes the shards (add a `trainer:`, or say `retain: all`)',
    });
  }
}

/** A weight for a source that is not there would do nothing, silently. */
function checkMixture(checker: Checker, sources: readonly PlannedPlugin[], { trainer }: PipelineFile): void {
  const labels = sources.map(({ label }) => label);
  for (const name of Object.keys(trainer?.mixture ?? {})) {
    if (labels.includes(name)) continue;
    const path = ['trainer', 'mixture', name];
    checker.problems.push({
      ...checker.place(path, 'key'),
      path: dotted(path),
      message: `no source has this name; the sources are ${labels.join(', ')}`,
    });
  }
}

/** An open shard holds its connection while it waits for its turn: with fewer connections than shards, all would wait for ever. */
function checkConnections(checker: Checker, { fetch, stream }: PipelineFile): void {
  if (fetch.connections === undefined || fetch.connections >= stream.open) return;
  const path = ['fetch', 'connections'];
  checker.problems.push({
    ...checker.place(path, 'value'),
    path: dotted(path),
    message: `expected at least ${stream.open} (stream.open), found ${fetch.connections}: each open shard holds a connection`,
  });
}
