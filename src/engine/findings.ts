// What the surveys of a run found: counted in its own pass one, or read from files that the pipeline names.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { systemCode } from '../errors.ts';
import type { JsonObject } from '../pipeline/define.ts';
import type { Plan, PlannedPlugin } from '../pipeline/plan.ts';
import type { Registry } from '../pipeline/plugins.ts';
import { framed, unframed } from './frame.ts';
import type { LabelledFilter } from './open-plugins.ts';
import type { RunPaths } from './run-folder.ts';
import { type ListedShard, listedShardSchema } from './stream.ts';

/** A survey whose pass one is done. Plain data: it crosses into workers. */
export interface Judged {
  readonly survey: PlannedPlugin;
  readonly found: Uint8Array;
}

export interface Findings {
  readonly judged: readonly Judged[];
  /** The shards that were counted; pass two reads the same. Undefined when nothing was. */
  readonly shards: readonly ListedShard[] | undefined;
  /** By label, for run.json. */
  readonly facts: Readonly<Record<string, JsonObject>>;
}

export const noFindings: Findings = { judged: [], shards: undefined, facts: {} };

const headSchema = z.object({
  identity: z.string(),
  shards: z.array(listedShardSchema),
  labels: z.array(z.string()),
  facts: z.record(z.string(), z.record(z.string(), z.json())),
});

/** Surveys that have no file to go by. */
export function uncounted({ surveys }: Pick<Plan, 'surveys'>, registry: Registry): PlannedPlugin[] {
  return surveys.filter((survey) => fileOf(survey, registry) === undefined);
}

function fileOf({ name, options }: PlannedPlugin, registry: Registry): string | undefined {
  const plugin = registry.survey.get(name);
  return plugin?.file?.(plugin.options.parse(options));
}

/** What the surveys' own files hold. */
export async function findingsInFiles(plan: Pick<Plan, 'surveys' | 'baseDir'>, registry: Registry): Promise<Judged[]> {
  const judged: Judged[] = [];
  for (const survey of plan.surveys) {
    const file = fileOf(survey, registry);
    if (file !== undefined) judged.push({ survey, found: await readFile(resolve(plan.baseDir, file)) });
  }
  return judged;
}

/** What a run of this plan found before, together with its files; undefined when its pass one is not done. */
export async function readFindings(
  plan: Plan,
  registry: Registry,
  paths: Pick<RunPaths, 'findings'>,
): Promise<Findings | undefined> {
  const given = await findingsInFiles(plan, registry);
  const wanted = uncounted(plan, registry);
  if (wanted.length === 0) return { ...noFindings, judged: given };
  const read = await readFramed(paths.findings);
  const head = headSchema.safeParse(read?.head);
  if (read === undefined || !head.success || head.data.identity !== plan.identity) return undefined;
  const { labels, shards, facts } = head.data;
  const own = wanted.flatMap((survey): Judged[] => {
    const found = read.parts[labels.indexOf(survey.label)];
    return found === undefined ? [] : [{ survey, found: Uint8Array.from(found) }];
  });
  return own.length < wanted.length ? undefined : { judged: inOrder(plan, [...given, ...own]), shards, facts };
}

export function findingsFile({ identity }: Pick<Plan, 'identity'>, { judged, shards, facts }: Findings): Buffer {
  const labels = judged.map(({ survey }) => survey.label);
  return framed(
    { identity, shards, labels, facts },
    judged.map(({ found }) => found),
  );
}

/** As the pipeline file has them: they act one after another. */
export const inOrder = ({ surveys }: Pick<Plan, 'surveys'>, judged: readonly Judged[]): Judged[] =>
  judged.toSorted(
    (a, b) =>
      surveys.findIndex(({ label }) => label === a.survey.label) -
      surveys.findIndex(({ label }) => label === b.survey.label),
  );

/** The filters of pass two. */
export function openJudged(judged: readonly Judged[], registry: Registry): LabelledFilter[] {
  return judged.map(({ survey, found }) => {
    const plugin = registry.survey.get(survey.name);
    if (plugin === undefined) throw new Error(`the plan names an unknown survey: ${survey.name}`);
    return { label: survey.label, filter: plugin.createFilter(plugin.options.parse(survey.options), found) };
  });
}

/** Undefined when there is no such file, or not all of it is as it was written. */
export async function readFramed(path: string): Promise<ReturnType<typeof unframed>> {
  try {
    return unframed(await readFile(path));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
