// How signatures are compared outside a run's own index: the keys of their bands, and whether two of them agree.
import type { JsonObject, Matching } from '../../pipeline/define.ts';
import { hasTags, signatureWords } from '../index/near-index.ts';
import { agreement, bandHashes, leastAgreement, sketchShape } from '../index/sketch.ts';

/** Goes up when the same options begin to give other signatures. */
const SIGNATURES = 1;

/** Options that decide what is done with signatures, not what they are. Any other is a parameter, those of later versions too. */
const AFTER_SIGNING = new Set(['threshold', 'mode', 'memory', 'full']);

function parametersOf(options: Readonly<Record<string, unknown>>): JsonObject {
  const parameters: JsonObject = { version: SIGNATURES };
  for (const [name, value] of Object.entries(options)) {
    if (AFTER_SIGNING.has(name)) continue;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') parameters[name] = value;
    else if (value !== undefined) parameters[name] = JSON.stringify(value);
  }
  return parameters;
}

/** Signatures that are a hash: the first word is the key, and all words must be equal. */
export function equalityMatching(words: number, options: Readonly<Record<string, unknown>>): Matching {
  return {
    words,
    bands: 1,
    parameters: parametersOf(options),
    keys(signatures, at, out) {
      out[0] = signatures[at] ?? 0;
    },
    agrees(a, aAt, b, bAt) {
      for (let word = 0; word < words; word++) if (a[aAt + word] !== b[bAt + word]) return false;
      return true;
    },
  };
}

/** MinHash sketches: a key for each band, and an estimated Jaccard similarity of at least `threshold`. */
export function sketchMatching(
  options: Readonly<Record<string, unknown>> & {
    readonly bands: number;
    readonly rows: number;
    readonly threshold: number;
    readonly mode: 'exact' | 'bloom';
    readonly full: 'stop' | 'bloom' | 'spill';
  },
): Matching {
  const shape = sketchShape(options.bands, options.rows);
  const needed = leastAgreement(options.threshold, shape);
  return {
    words: signatureWords(options),
    bands: shape.bands,
    // The Bloom mode's signatures are longer, whatever else is equal.
    parameters: { ...parametersOf(options), ...(hasTags(options) ? { tags: true } : {}) },
    keys: (signatures, at, out) => bandHashes(signatures, at, shape, out),
    agrees: (a, aAt, b, bAt) => agreement(a, aAt, b, bAt, shape) >= needed,
  };
}
