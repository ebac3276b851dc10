// The model card (README.md of a published model): what it is, how to use it, and where its data came from.
import type { ModelOptions } from '../model-options.ts';
import { parameterCount } from '../weights.ts';

/** Where the training text came from, as run.json and the pipeline file tell it. */
export interface Provenance {
  readonly seiryu: string;
  readonly pipeline: { readonly name: string; readonly sha256: string };
  readonly documents: {
    readonly read: number;
    readonly kept: number;
    readonly dropped: Readonly<Record<string, number>>;
    readonly quarantined: number;
  };
  readonly bytesKept: number;
  readonly sources: readonly {
    readonly name: string;
    readonly read: number;
    readonly kept: number;
    /** Undefined when it is a source that this version does not know. */
    readonly licence: string | undefined;
    readonly page: string | undefined;
  }[];
  /** Names of the filters that acted, in order, and of the dedupers. */
  readonly filters: readonly string[];
  readonly dedupers: readonly string[];
  readonly unicode: string;
}

export interface CardFacts {
  readonly name: string;
  readonly language: string | undefined;
  readonly options: ModelOptions;
  readonly vocabulary: number;
  readonly steps: number;
  readonly tokens: number;
  /** On held-out documents; null where it was not measured. */
  readonly perplexity: { readonly first: number | null; readonly last: number | null };
  readonly beginsWith: string;
  /** Undefined when the folder holds no record of a run. */
  readonly provenance: Provenance | undefined;
}

const number = (value: number): string => value.toLocaleString('en-US');
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function modelTable({ options, vocabulary, steps, tokens, perplexity }: CardFacts): string {
  const { architecture, layers, width, heads, context } = options;
  const { first, last } = perplexity;
  return table(
    ['what', 'value'],
    [
      ['architecture', architecture],
      ['parameters', number(parameterCount(options, vocabulary))],
      ['layers, width, heads', `${layers}, ${width}, ${heads}`],
      ['context', `${number(context)} tokens`],
      ['vocabulary', `${number(vocabulary)} tokens`],
      ['trained for', `${number(steps)} steps, ${number(tokens)} tokens`],
      ...(last === null
        ? []
        : [
            [
              'perplexity a token, held-out documents',
              first === null ? last.toFixed(2) : `${last.toFixed(2)} (${first.toFixed(2)} before training)`,
            ],
          ]),
    ],
  );
}

function data(provenance: Provenance | undefined): string {
  if (provenance === undefined)
    return 'The folder that this model was exported from holds no record of the run that made its data.';
  const { documents, sources, filters, dedupers, bytesKept } = provenance;
  const dropped = Object.entries(documents.dropped).filter(([, count]) => count > 0);
  const removed = dropped.sort(([, a], [, b]) => b - a).map(([reason, count]) => [reason, number(count)]);
  const names = (list: readonly string[]) =>
    list.length === 0 ? 'none' : list.map((name) => `\`${name}\``).join(', ');
  return [
    `${number(documents.read)} documents were read, ${number(documents.kept)} kept (${number(bytesKept)} bytes of text), ${number(documents.quarantined)} put aside as unreadable.`,
    table(
      ['source', 'read', 'kept', 'licence'],
      sources.map(({ name, read, kept, licence, page }) => [
        page === undefined ? name : `[${name}](${page})`,
        number(read),
        number(kept),
        licence ?? 'unknown to this version of Seiryu: ask whoever made the pipeline',
      ]),
    ),
    `Filters, in order: ${names(filters)}. Deduplication: ${names(dedupers)}.`,
    ...(removed.length === 0 ? [] : [table(['dropped because of', 'documents'], removed)]),
    `Made by Seiryu ${provenance.seiryu} from the pipeline \`${provenance.pipeline.name}\` (SHA-256 \`${provenance.pipeline.sha256}\`), Unicode ${provenance.unicode}.`,
  ].join('\n\n');
}

const CAUTION =
  'The model repeats what web text says, errors and prejudices included, and may write out passages of it. The sources’ licences and terms hold for the text; read them before you publish or sell what is made with it.';

/** Markdown with the metadata block that model hubs read. */
export function modelCard(facts: CardFacts): string {
  const { name, language, beginsWith, provenance } = facts;
  const metadata = [
    '---',
    ...(language === undefined ? [] : [`language: ${language}`]),
    'library_name: transformers',
    'pipeline_tag: text-generation',
    'tags: [seiryu]',
    '---',
  ].join('\n');
  const use = [
    '```python',
    'from transformers import AutoModelForCausalLM, AutoTokenizer',
    '',
    'tokenizer = AutoTokenizer.from_pretrained("PATH")',
    'model = AutoModelForCausalLM.from_pretrained("PATH")',
    `# Documents began with ${beginsWith} in training, so a prompt does, too.`,
    'ids = tokenizer(tokenizer.bos_token + "昔々", return_tensors="pt").input_ids',
    'print(tokenizer.decode(model.generate(ids, max_new_tokens=100)[0]))',
    '```',
  ].join('\n');
  const parts = [
    metadata,
    `# ${name}`,
    modelTable(facts),
    '## Use',
    use,
    '## Data',
    data(provenance),
    '## Limits',
    CAUTION,
  ];
  return `${parts.join('\n\n')}\n`;
}
