// `seiryu sources`: every corpus with its licence and what it needs; with a name or a pipeline file, its shards.
import { Command } from 'commander';
import { parse } from 'yaml';
import { contextOf } from '../engine/context.ts';
import { createSources } from '../engine/shards.ts';
import { errorMessage, PipelineError } from '../errors.ts';
import type { JsonObject, Source, SourcePlugin } from '../pipeline/define.ts';
import { accessText } from '../pipeline/describe.ts';
import { knownKeysOf, loadPlan } from '../pipeline/load.ts';
import { nearestName } from '../pipeline/nearest-name.ts';
import { loadRegistry } from '../pipeline/plugins.ts';
import { problemsOf } from '../pipeline/problems.ts';
import { pipelineSchema } from '../pipeline/schema.ts';
import { formatBytes } from '../pipeline/units.ts';
import { type Survey, surveyOf } from '../sources/survey.ts';
import { collect, pipelineFile } from './arguments.ts';

interface SourcesFlags {
  language?: string;
  option: string[];
  mirror?: string;
  set: string[];
  sizes: boolean;
  json: boolean;
}

/** Above this many shards of unknown size, the server is only asked for each when told to. */
const ASKED = 64;

export const sourcesCommand = new Command('sources')
  .summary('list the corpora; with a name or a pipeline file, their shards without reading them')
  .description(
    'Lists every corpus with its licence, its size and what it needs. With the name of one, or a pipeline file, lists the shards that it would read: how many, how long and where, without downloading them.',
  )
  .argument('[name]', 'a source, e.g. mc4, or a pipeline file')
  .option('--language <code>', 'language of the corpus (default: ja)')
  .option(
    '-o, --option <name=value>',
    'an option of the source, e.g. split=validation; may be given several times',
    collect,
    [],
  )
  .option('--mirror <base>', 'read the list from another base, a URL or a folder, as `mirror:` does')
  .option('--set <a.b=c>', 'override an option of the pipeline file; may be given several times', collect, [])
  .option('--sizes', `ask the server for sizes that its list does not tell, even of more than ${ASKED} shards`, false)
  .option('--json', 'the same as JSON', false)
  .addHelpText(
    'after',
    '\nExamples:\n  seiryu sources mc4 --language ja -o split=validation\n  seiryu sources oscar -o version=2019 -o deduplicated=false\n  seiryu sources wikipedia -o date=20250601 --mirror /data/dumps\n  seiryu sources pipelines/ja-gpt.yaml',
  )
  .action(async (name: string | undefined, flags: SourcesFlags) => {
    if (name === undefined) return listCorpora(flags);
    const opened = /[./\\]/.test(name) ? await ofPipeline(name, flags) : [await ofName(name, flags)];
    const surveys: { label: string; source: Source; survey: Survey }[] = [];
    for (const { label, source } of opened) {
      // The list of a large corpus comes in many pages.
      if (process.stderr.isTTY && /^https?:/.test(source.transport.base))
        process.stderr.write(`asking ${source.transport.base} what ${label} holds\n`);
      const survey = await surveyOf(source, { asked: flags.sizes ? Number.POSITIVE_INFINITY : ASKED });
      surveys.push({ label, source, survey });
    }
    const text = flags.json
      ? JSON.stringify(surveys.map(surveyJson), null, 2)
      : surveys.map(({ label, source, survey }) => surveyLines(label, source, survey).join('\n')).join('\n\n');
    process.stdout.write(`${text}\n`);
  });

async function listCorpora({ json }: SourcesFlags): Promise<void> {
  const { source } = await loadRegistry([]);
  const corpora = [...source.values()];
  if (json) {
    const list = corpora.map(({ name, summary, reference, licence, access, size, languages }) => ({
      name,
      summary,
      reference,
      licence,
      access,
      size,
      languages,
    }));
    process.stdout.write(`${JSON.stringify(list, null, 2)}\n`);
    return;
  }
  process.stdout.write(
    `${corpora.map(corpusLines).join('\n\n')}\n\n\`seiryu sources NAME\` lists the shards of one.\n`,
  );
}

function corpusLines({ name, summary, licence, access, size, languages, reference }: SourcePlugin): string {
  const facts: [string, string | undefined][] = [
    ['licence', licence],
    ['access', accessText(access)],
    ['size', size],
    ['languages', languages],
    ['page', reference],
  ];
  const lines = facts.flatMap(([fact, text]) => (text === undefined ? [] : [`  ${fact.padEnd(11)}${text}`]));
  return `${name}: ${summary}\n${lines.join('\n')}`;
}

const effects = { env: process.env, signal: new AbortController().signal };

async function ofPipeline(file: string, flags: SourcesFlags): Promise<{ label: string; source: Source }[]> {
  const given = ['language', 'mirror'].filter((flag) => Reflect.get(flags, flag) !== undefined);
  if (given.length > 0 || flags.option.length > 0) {
    throw new PipelineError(`A pipeline file says itself which sources it reads and how (${file}).`, {
      code: 'arguments.sources',
      fix: 'Override an option of the file with --set, e.g. --set sources.0.mc4.shards=0-3.',
    });
  }
  const plan = await loadPlan(pipelineFile(file), flags.set);
  const sources = createSources(plan, await loadRegistry(plan.plugins), contextOf(plan, effects));
  return [...sources].map(([label, source]) => ({ label, source }));
}

async function ofName(name: string, flags: SourcesFlags): Promise<{ label: string; source: Source }> {
  const { source: known } = await loadRegistry([]);
  const plugin = known.get(name);
  if (plugin === undefined) {
    const nearest = nearestName(name, [...known.keys()]);
    throw new PipelineError(`There is no source "${name}".`, {
      code: 'source.unknown',
      fix: nearest === undefined ? `Known: ${[...known.keys()].join(', ')}.` : `Did you mean ${nearest}?`,
    });
  }
  if (flags.set.length > 0) {
    throw new PipelineError('--set overrides options of a pipeline file.', {
      code: 'arguments.sources',
      fix: 'Options of a source are given with -o, e.g. -o split=validation.',
    });
  }
  const language = pipelineSchema.shape.language.safeParse(flags.language);
  if (!language.success) {
    throw new PipelineError(`"${flags.language}" is no language code.`, {
      code: 'arguments.language',
      fix: 'For example --language ja.',
    });
  }
  const options = optionsOf(plugin, flags);
  return {
    label: name,
    source: plugin.create(options, { language: language.data, baseDir: process.cwd(), ...effects }),
  };
}

/** The options given on the command line, checked as those of a pipeline file are. */
function optionsOf(plugin: SourcePlugin, { option, mirror }: SourcesFlags): unknown {
  const given: JsonObject = mirror === undefined ? {} : { mirror };
  for (const text of option) {
    const at = text.indexOf('=');
    if (at <= 0) {
      throw new PipelineError(`-o ${text} is not of the form name=value.`, {
        code: 'arguments.option',
        fix: 'For example -o split=validation.',
      });
    }
    given[text.slice(0, at)] = optionValue(text.slice(at + 1));
  }
  const checked = plugin.options.safeParse(given);
  if (checked.success) return checked.data;
  const problems = problemsOf(checked.error, given, [], knownKeysOf(plugin.options), () => undefined);
  const lines = problems.map(({ path, message }) => `\n  ${path === '' ? '' : `${path}: `}${message}`);
  throw new PipelineError(`The options of ${plugin.name} do not fit:${lines.join('')}`, {
    code: 'arguments.option',
    fix: `Give them with -o name=value; \`seiryu plugins ${plugin.name}\` lists them.`,
  });
}

function optionValue(text: string): JsonObject[string] {
  try {
    return parse(text);
  } catch (error) {
    throw new PipelineError(`"${text}" is no value: ${errorMessage(error)}`, {
      code: 'arguments.option',
      fix: 'Values are written as in a pipeline file.',
    });
  }
}

function surveyJson({ label, source, survey }: { label: string; source: Source; survey: Survey }): JsonObject {
  return {
    source: label,
    base: source.transport.base,
    count: survey.shards.length,
    bytes: survey.unknown === survey.shards.length ? null : survey.bytes,
    unknown: survey.unknown,
    shards: survey.shards.map(({ shard: { id, path, codec, format }, bytes }) => ({
      id,
      path,
      codec,
      format,
      bytes: bytes ?? null,
    })),
  };
}

function surveyLines(label: string, source: Source, { shards, bytes, unknown }: Survey): string[] {
  const width = Math.max(0, ...shards.map(({ shard }) => shard.path.length));
  const count = `${shards.length.toLocaleString('en')} shard${shards.length === 1 ? '' : 's'}`;
  const known = unknown < shards.length ? `, ${formatBytes(bytes)}` : '';
  const missing =
    unknown === 0
      ? ''
      : `, size not known${unknown < shards.length ? ` of ${unknown.toLocaleString('en')} more` : ''}${unknown > ASKED ? ' (--sizes asks for each)' : ''}`;
  return [
    `${label}: ${count}${known}${missing}, below ${source.transport.base}`,
    ...shards.map(
      ({ shard, bytes: each }) => `  ${shard.path.padEnd(width)}  ${each === undefined ? '–' : formatBytes(each)}`,
    ),
  ];
}
