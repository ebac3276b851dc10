// What a user's own plugin imports: `import { define } from 'seiryu'`.
export type {
  Context,
  Decision,
  DeduperPlugin,
  DedupIndex,
  Document,
  Filter,
  FilterExample,
  FilterPlugin,
  Json,
  JsonObject,
  Plugin,
  Shard,
  Signer,
  Sink,
  SinkBatch,
  SinkContext,
  SinkPlugin,
  Source,
  SourcePlugin,
  Transport,
} from './pipeline/define.ts';
export { define } from './pipeline/define.ts';
