// Weights of others from safetensors files: one file or shards with an index, 16 or 32 bits a number.
import { existsSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { PipelineError } from '../../errors.ts';

const entry = z.object({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});
type Entry = z.output<typeof entry>;
const index = z.object({ weight_map: z.record(z.string(), z.string()) });

/** Longer headers mean that the file is none. */
const LONGEST_HEADER = 1 << 28;

const invalid = (path: string, why: string, cause?: unknown) =>
  new PipelineError(`${path} cannot be read as safetensors: ${why}`, {
    code: 'import.invalid',
    fix: 'Fetch the file again; Git LFS pointers must be replaced by the files that they name (git lfs pull).',
    cause,
  });

/** Half-precision numbers by their bits: IEEE 754 binary16. */
function halfTable(): Float32Array {
  const table = new Float32Array(65_536);
  for (let bits = 0; bits < table.length; bits++) {
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    const sign = bits < 32_768 ? 1 : -1;
    if (exponent === 31) table[bits] = fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    else table[bits] = sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
  }
  return table;
}
let halves: Float32Array | undefined;

/** Numbers of 16 or 32 bits, little-endian, as 32-bit floats. Undefined for a type that holds no such numbers. */
export function asFloats(bytes: Uint8Array, dtype: string): Float32Array | undefined {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : Uint8Array.from(bytes);
  const { buffer, byteOffset, byteLength } = aligned;
  if (dtype === 'F32') return new Float32Array(buffer, byteOffset, byteLength / 4);
  if (dtype !== 'F16' && dtype !== 'BF16') return undefined;
  const bits = new Uint16Array(buffer, byteOffset, byteLength / 2);
  if (dtype === 'F16') {
    halves ??= halfTable();
    const table = halves;
    return Float32Array.from(bits, (half) => table[half] ?? Number.NaN);
  }
  const out = new Float32Array(bits.length);
  const words = new Uint32Array(out.buffer);
  for (const [at, half] of bits.entries()) words[at] = half << 16;
  return out;
}

/** The tensors of a folder by name; each is read when it is asked for. */
export class StoredTensors {
  readonly #places: ReadonlyMap<string, { path: string; begin: number; entry: Entry }>;

  private constructor(places: ReadonlyMap<string, { path: string; begin: number; entry: Entry }>) {
    this.#places = places;
  }

  /**
   * `model.safetensors`, or the shards of `model.safetensors.index.json`, in the folder `dir`.
   * @throws PipelineError `import.no_weights` when it has neither, `import.invalid` when one is damaged or missing.
   */
  static async open(dir: string): Promise<StoredTensors> {
    const places = new Map<string, { path: string; begin: number; entry: Entry }>();
    for (const path of await filesOf(dir))
      for (const [name, found] of await headerOf(path)) places.set(name, { path, ...found });
    return new StoredTensors(places);
  }

  /** First of `names` that there is. */
  find(names: readonly string[]): string | undefined {
    return names.find((name) => this.#places.has(name));
  }

  shape(name: string): readonly number[] | undefined {
    return this.#places.get(name)?.entry.shape;
  }

  /** @throws PipelineError `import.invalid` for a tensor that is cut off or of no floating type. */
  async read(name: string): Promise<Float32Array> {
    const place = this.#places.get(name);
    if (place === undefined) throw new Error(`no tensor ${name}`);
    const {
      path,
      begin,
      entry: {
        dtype,
        shape,
        data_offsets: [from, to],
      },
    } = place;
    const bytes = new Uint8Array(to - from);
    const file = await open(path, 'r');
    try {
      for (let at = 0; at < bytes.length; ) {
        const wanted = Math.min(2 ** 28, bytes.length - at);
        const { bytesRead } = await file.read(bytes, at, wanted, begin + from + at);
        if (bytesRead === 0) throw invalid(path, `it ends before ${name} does`);
        at += bytesRead;
      }
    } finally {
      await file.close();
    }
    const values = asFloats(bytes, dtype);
    if (values === undefined) throw invalid(path, `${name} is of type ${dtype}, not F32, F16 or BF16`);
    if (values.length !== shape.reduce((a, b) => a * b, 1))
      throw invalid(path, `${name} has not the length of its shape`);
    return values;
  }
}

async function filesOf(dir: string): Promise<string[]> {
  const indexPath = join(dir, 'model.safetensors.index.json');
  if (existsSync(indexPath)) {
    try {
      const { weight_map: places } = index.parse(JSON.parse(await readFile(indexPath, 'utf8')));
      return [...new Set(Object.values(places))].map((name) => {
        if (/[\\/]/.test(name)) throw new Error(`it names a file outside its folder: ${name}`);
        return join(dir, name);
      });
    } catch (error) {
      throw invalid(indexPath, error instanceof Error ? error.message : 'it is not JSON', error);
    }
  }
  const single = join(dir, 'model.safetensors');
  if (existsSync(single)) return [single];
  throw new PipelineError(`${dir} holds no model.safetensors.`, {
    code: 'import.no_weights',
    fix: 'Give a folder in the layout of the Hugging Face hub; older models that have only pytorch_model.bin: `model.save_pretrained(DIR)` in Python writes safetensors.',
  });
}

async function headerOf(path: string): Promise<[string, { begin: number; entry: Entry }][]> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, 'r');
  } catch (error) {
    throw invalid(path, 'the file is not there', error);
  }
  try {
    const size = Buffer.alloc(8);
    if ((await file.read(size, 0, 8, 0)).bytesRead < 8) throw invalid(path, 'it is shorter than a header');
    const length = Number(size.readBigUInt64LE());
    if (length > LONGEST_HEADER || length > (await file.stat()).size)
      throw invalid(path, `its header claims ${length} bytes`);
    const text = Buffer.alloc(length);
    if ((await file.read(text, 0, length, 8)).bytesRead < length) throw invalid(path, 'it ends in its header');
    const { __metadata__: _, ...entries } = z.record(z.string(), z.unknown()).parse(JSON.parse(text.toString('utf8')));
    const begin = 8 + length;
    return Object.entries(entries).map(([name, value]) => [name, { begin, entry: entry.parse(value) }]);
  } catch (error) {
    throw error instanceof PipelineError ? error : invalid(path, 'its header cannot be read', error);
  } finally {
    await file.close();
  }
}
