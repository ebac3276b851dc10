// What the trainer and its reading thread say to each other.
import type { MessagePort } from 'node:worker_threads';
import type { EncodedDocument } from '../batches/batches.ts';
import type { FeedDocument } from '../protocol.ts';

export interface NumberedDocument extends FeedDocument {
  readonly number: number;
}

export interface ReaderData {
  readonly socketPath: string;
  /** Number of the first document. */
  readonly from: number;
  readonly port: MessagePort;
}

export type Request =
  /** Some texts, please. */
  | { readonly kind: 'texts' }
  /** Encode from now on: `first`, then the feed, `ahead` bytes of text at most before they are taken. */
  | {
      readonly kind: 'encode';
      readonly tokenizer: string;
      readonly heldOut: number;
      readonly ahead: number;
      readonly first: readonly NumberedDocument[];
    }
  /** The oldest `encoded` answer is used up. */
  | { readonly kind: 'taken' };

export type Answer =
  | { readonly kind: 'texts'; readonly documents: readonly NumberedDocument[] }
  | { readonly kind: 'encoded'; readonly documents: readonly EncodedDocument[] }
  | { readonly kind: 'end' }
  | { readonly kind: 'error'; readonly message: string; readonly code?: string; readonly fix?: string };
