// Which run a command means: a folder, or the one that a pipeline file runs in.
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { loadPlan } from '../pipeline/load.ts';
import { pipelineFile } from './arguments.ts';

export async function runFolder(given: string): Promise<string> {
  if (existsSync(given) && (await stat(given)).isDirectory()) return given;
  const plan = await loadPlan(pipelineFile(given));
  return join('runs', plan.name);
}
