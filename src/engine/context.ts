// What a plan's plugins are given: one way to make it, so that every command treats servers as the pipeline file says.
import type { Context } from '../pipeline/define.ts';
import type { Plan } from '../pipeline/plan.ts';
import { fetchSettings } from '../sources/fetch/settings.ts';

export const contextOf = (
  { language, baseDir, fetch, stream }: Plan,
  effects: Pick<Context, 'env' | 'signal' | 'interrupt'>,
): Context => ({ language, baseDir, fetch: fetchSettings(fetch, stream.open), ...effects });
