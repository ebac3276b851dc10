import type { Plugin } from './pipeline/define.ts';
import { jsonl } from './sinks/jsonl.ts';
import { text } from './sinks/text.ts';
export const plugins: readonly Plugin[] = [text, jsonl];
