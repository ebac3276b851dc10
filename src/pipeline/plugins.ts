// All plugins by kind and name: those of Seiryu and those a pipeline file names under `plugins:`.
import { fileURLToPath } from 'node:url';
import { createJiti } from 'jiti';
import { compiledFile } from '../compiled.ts';
import { PipelineError } from '../errors.ts';
import { loaders } from '../loaders.gen.ts';
import type { DeduperPlugin, FilterPlugin, Plugin, SinkPlugin, SourcePlugin, SurveyPlugin } from './define.ts';

export interface Registry {
  readonly source: ReadonlyMap<string, SourcePlugin>;
  readonly filter: ReadonlyMap<string, FilterPlugin>;
  readonly deduper: ReadonlyMap<string, DeduperPlugin>;
  readonly survey: ReadonlyMap<string, SurveyPlugin>;
  readonly sink: ReadonlyMap<string, SinkPlugin>;
  /** The names of all plugins there are, sorted, loaded or not. */
  readonly names: Readonly<Record<Kind, readonly string[]>>;
}

export type Kind = 'source' | 'filter' | 'deduper' | 'survey' | 'sink';

function isPlugin(value: unknown): value is Plugin {
  if (typeof value !== 'object' || value === null || !('kind' in value) || !('name' in value) || !('options' in value))
    return false;
  return (
    ['source', 'filter', 'deduper', 'survey', 'sink'].includes(String(value.kind)) && typeof value.name === 'string'
  );
}

/**
 * Loads the user's plugin files (TypeScript or JavaScript) and joins them with the built-in plugins: those named in
 * `wanted`, or all. Loading all takes half a second of CPU time, in each worker.
 */
export async function loadRegistry(files: readonly string[], wanted?: ReadonlySet<string>): Promise<Registry> {
  const [source, filter, deduper, survey, sink] = await Promise.all([
    load(loaders.source, wanted),
    load(loaders.filter, wanted),
    load(loaders.deduper, wanted),
    load(loaders.survey, wanted),
    load(loaders.sink, wanted),
  ]);
  const add = (plugin: Plugin): void => {
    if (plugin.kind === 'source') source.set(plugin.name, plugin);
    else if (plugin.kind === 'filter') filter.set(plugin.name, plugin);
    else if (plugin.kind === 'deduper') deduper.set(plugin.name, plugin);
    else if (plugin.kind === 'survey') survey.set(plugin.name, plugin);
    else sink.set(plugin.name, plugin);
  };
  for (const file of files) (await loadPluginFile(file)).forEach(add);
  const namesOf = (built: object, known: ReadonlyMap<string, unknown>): string[] =>
    [...new Set([...Object.keys(built), ...known.keys()])].sort();
  const names = {
    source: namesOf(loaders.source, source),
    filter: namesOf(loaders.filter, filter),
    deduper: namesOf(loaders.deduper, deduper),
    survey: namesOf(loaders.survey, survey),
    sink: namesOf(loaders.sink, sink),
  };
  return { source, filter, deduper, survey, sink, names };
}

async function load<P>(
  all: Readonly<Record<string, () => Promise<P>>>,
  wanted: ReadonlySet<string> | undefined,
): Promise<Map<string, P>> {
  const named = Object.entries(all).filter(([name]) => wanted?.has(name) ?? true);
  return new Map(await Promise.all(named.map(async ([name, one]): Promise<[string, P]> => [name, await one()])));
}

/** The plugins that a file of the user's exports. `file` is absolute. */
export async function loadPluginFile(file: string): Promise<Plugin[]> {
  // A plugin file may lie where neither package is installed (`npx seiryu`): it gets ours.
  const zod = fileURLToPath(import.meta.resolve('zod'));
  const jiti = createJiti(import.meta.url, { alias: { seiryu: compiledFile('index.js'), zod } });
  let exported: unknown;
  try {
    exported = await jiti.import(file);
  } catch (error) {
    throw new PipelineError(
      `The plugin file ${file} does not load: ${error instanceof Error ? error.message : String(error)}`,
      {
        code: 'plugin.load',
        fix: 'Check the path under `plugins:` (it is relative to the pipeline file) and run the file through your compiler.',
        cause: error,
      },
    );
  }
  const found = typeof exported === 'object' && exported !== null ? Object.values(exported).filter(isPlugin) : [];
  if (found.length === 0) {
    throw new PipelineError(`The plugin file ${file} exports no plugin.`, {
      code: 'plugin.none',
      fix: 'Export what define({ kind, name, … }) returns.',
    });
  }
  return found;
}
