// Prompts from a file, continuations to a file: a line in, a line out, in the same order.
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { writeAll } from '../../durable-files.ts';
import { asDiskError, errorMessage, PipelineError } from '../../errors.ts';
import type { Model } from '../model.ts';
import { type Continuation, type GenerateOptions, generateAll, type Vocabulary } from './generate.ts';

export interface PromptFile {
  readonly model: Model;
  readonly tokenizer: Vocabulary;
  /** Lines of text, or JSON lines with a `prompt` (or `text`) when the name ends in .jsonl. */
  readonly prompts: string;
  /** JSON lines: the prompt's own fields, `prompt`, `text`, `tokens`, `finish`. Without it they go to stdout as they come. */
  readonly out: string | undefined;
  readonly options: GenerateOptions & { readonly seed: number; readonly batch: number };
}

interface Prompt {
  readonly prompt: string;
  readonly fields: object;
}

/** Continues every prompt; the output file appears when it is whole. Memory: the prompts of a batch. */
export async function continueFile({ model, tokenizer, prompts, out, options }: PromptFile) {
  const read: Prompt[] = [];
  const texts = async function* () {
    for await (const prompt of readPrompts(prompts)) {
      read.push(prompt);
      yield prompt.prompt;
    }
  };
  const total = { prompts: 0, tokens: 0 };
  const output = await openOutput(out);
  try {
    for await (const continuation of generateAll(model, tokenizer, texts(), options, options)) {
      // Continuations come in the order of the prompts.
      const prompt = read.shift();
      if (prompt === undefined) throw new Error('a continuation without a prompt');
      await output.write(lineOf(prompt, continuation));
      total.prompts++;
      total.tokens += continuation.tokens;
    }
    await output.finish();
  } finally {
    await output.close();
  }
  return total;
}

const lineOf = ({ prompt, fields }: Prompt, { text, tokens, finish }: Continuation): string =>
  `${JSON.stringify({ ...fields, prompt, text, tokens, finish })}\n`;

/** Empty lines of a text file are no prompts. */
async function* readPrompts(path: string): AsyncGenerator<Prompt> {
  const invalid = (why: string, line?: number, cause?: unknown) =>
    new PipelineError(`${path}${line === undefined ? '' : `, line ${line}`}: ${why}`, {
      code: 'prompts.invalid',
      fix: 'One prompt a line; in a .jsonl file an object with a string `prompt` (or `text`).',
      cause,
    });
  const file = createReadStream(path, 'utf8');
  let number = 0;
  try {
    for await (const line of createInterface({ input: file, crlfDelay: Number.POSITIVE_INFINITY })) {
      number++;
      if (line.trim() === '') continue;
      if (!path.endsWith('.jsonl')) {
        yield { prompt: line, fields: {} };
        continue;
      }
      let value: unknown;
      try {
        value = JSON.parse(line);
      } catch (error) {
        throw invalid(`not JSON: ${errorMessage(error)}`, number, error);
      }
      if (typeof value !== 'object' || value === null) throw invalid('no object', number);
      const prompt: unknown = Reflect.get(value, 'prompt') ?? Reflect.get(value, 'text');
      if (typeof prompt !== 'string') throw invalid('no string `prompt`', number);
      yield { prompt, fields: value };
    }
  } catch (error) {
    throw error instanceof PipelineError ? error : invalid(`cannot be read: ${errorMessage(error)}`, undefined, error);
  } finally {
    file.destroy();
  }
}

interface Output {
  write(line: string): Promise<void>;
  /** The file takes its name. */
  finish(): Promise<void>;
  /** What was not finished goes. */
  close(): Promise<void>;
}

async function openOutput(path: string | undefined): Promise<Output> {
  if (path === undefined) {
    return {
      write: async (line) => void process.stdout.write(line),
      finish: async () => undefined,
      close: async () => undefined,
    };
  }
  const part = `${path}.part`;
  const failed = (error: unknown): never => {
    throw asDiskError(error, path);
  };
  let file: FileHandle | undefined = await open(part, 'w').catch((error: unknown) => {
    throw new PipelineError(`${path} cannot be written: ${errorMessage(error)}`, {
      code: 'arguments.out',
      fix: 'Check the folder of --out.',
      cause: error,
    });
  });
  return {
    write: (line) => (file === undefined ? Promise.resolve() : writeAll(file, Buffer.from(line)).catch(failed)),
    finish: async () => {
      await file?.close();
      file = undefined;
      await rename(part, path).catch(failed);
    },
    close: async () => {
      if (file === undefined) return;
      await file.close();
      await rm(part, { force: true });
    },
  };
}
