// The bytes that each token of a tokenizer.json stands for, from its decoder.
import { z } from 'zod';
import { CHARACTER_TO_BYTE } from './pre-tokens.ts';

const decoderStep = z.discriminatedUnion('type', [
  z.object({ type: z.literal('Metaspace'), replacement: z.string().default('▁') }),
  z.object({ type: z.literal('Replace'), pattern: z.object({ String: z.string() }), content: z.string() }),
  z.object({ type: z.literal('WordPiece'), prefix: z.string().default('##') }),
  z.object({ type: z.literal('ByteFallback') }),
  z.object({ type: z.literal('ByteLevel') }),
]);
type DecoderStep = z.output<typeof decoderStep>;
const sequence = z.object({ type: z.literal('Sequence'), decoders: z.array(z.unknown()) });

const BYTE = /^<0x([\dA-F]{2})>$/;

/**
 * UTF-8 bytes of each token; undefined for special ones. What a decoder does to a whole text (leaving out its first space)
 * is not part of any token.
 */
export function tokenBytesOf(
  tokens: readonly string[],
  how: { special: ReadonlySet<number>; alphabet: 'bytes' | 'characters'; decoder: unknown },
): (Uint8Array | undefined)[] {
  const steps = stepsOf(how.decoder);
  const inBytes = how.alphabet === 'bytes' || steps.some(({ type }) => type === 'ByteLevel');
  return tokens.map((token, number) => {
    if (how.special.has(number)) return undefined;
    if (inBytes) return fromByteCharacters(token) ?? Buffer.from(token, 'utf8');
    const byte = BYTE.exec(token)?.[1];
    if (byte !== undefined && steps.some(({ type }) => type === 'ByteFallback'))
      return Uint8Array.of(parseInt(byte, 16));
    return Buffer.from(steps.reduce(spelled, token), 'utf8');
  });
}

function stepsOf(decoder: unknown): DecoderStep[] {
  const list = sequence.safeParse(decoder);
  if (list.success) return list.data.decoders.flatMap(stepsOf);
  const step = decoderStep.safeParse(decoder);
  return step.success ? [step.data] : [];
}

function spelled(token: string, step: DecoderStep): string {
  switch (step.type) {
    case 'Metaspace':
      return token.replaceAll(step.replacement, () => ' ');
    case 'Replace':
      return token.replaceAll(step.pattern.String, () => step.content);
    case 'WordPiece':
      return token.startsWith(step.prefix) ? token.slice(step.prefix.length) : ` ${token}`;
    default:
      return token;
  }
}

/** Undefined where a character writes no byte: tokens added in plain text. */
function fromByteCharacters(token: string): Uint8Array | undefined {
  const bytes = Array.from(token, (character) => CHARACTER_TO_BYTE.get(character));
  return bytes.includes(undefined) ? undefined : Uint8Array.from(bytes, (byte) => byte ?? 0);
}
