// Which TensorFlow.js backend computes: each is tried in turn, and the reason for every refusal is kept.
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { errorMessage, PipelineError, systemCode } from '../errors.ts';
import { type BackendName, backendName } from './options.ts';

// No greetings on stderr.
tf.enableProdMode();

export interface BackendChoice {
  readonly name: BackendName;
  /** Why this one, for a person. */
  readonly why: string;
  readonly refused: readonly { readonly name: BackendName; readonly why: string }[];
}

/** Fastest first. */
const ORDER: readonly BackendName[] = backendName.options;

/** Folder whose node_modules may hold the optional packages, beside those that Seiryu itself is installed with. */
const elsewhere = (): string | undefined => process.env.SEIRYU_BACKENDS;

/** Where a package is, looked for from Seiryu's own place first; undefined when it is nowhere. */
function resolved(name: string): string | undefined {
  const folder = elsewhere();
  const places = [import.meta.url, ...(folder === undefined ? [] : [join(resolve(folder), 'package.json')])];
  for (const place of places) {
    try {
      return createRequire(place).resolve(name);
    } catch (error) {
      if (systemCode(error) !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  return undefined;
}

/** A package that a user may have added; the compiler must not look for it. Copies of TensorFlow.js share one engine. */
async function optionalPackage(name: string): Promise<unknown> {
  const path = resolved(name);
  if (path === undefined) {
    const folder = elsewhere();
    const where = folder === undefined ? '' : `, neither here nor in ${folder}`;
    throw new Error(`not installed${where} (npm install ${name})`);
  }
  try {
    return await import(pathToFileURL(path).href);
  } catch (error) {
    throw new Error(`does not load: ${errorMessage(error).split('\n')[0]}`, { cause: error });
  }
}

async function activate(name: string): Promise<void> {
  if (!(await tf.setBackend(name))) throw new Error('TensorFlow.js could not start it');
  await tf.ready();
}

/** tfjs-node 4.22 calls two functions that Node 23 took out of `node:util`. */
function giveBackOldUtilities(): void {
  const old: Readonly<Record<string, (value: unknown) => boolean>> = {
    isArray: (value) => Array.isArray(value),
    isNullOrUndefined: (value) => value === null || value === undefined,
  };
  for (const [name, test] of Object.entries(old)) if (!(name in util)) Reflect.set(util, name, test);
}

async function nativeAddon(packageName: string): Promise<void> {
  giveBackOldUtilities();
  // TensorFlow greets with a dozen lines on stderr.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  await optionalPackage(packageName);
  await activate('tensorflow');
}

/** The parts of the npm package `webgpu` (Dawn) and of the WebGPU standard that are needed to find out what is there. */
interface Adapter {
  readonly info?: { readonly vendor?: string; readonly architecture?: string; readonly description?: string };
}
interface Gpu {
  requestAdapter(options?: object): Promise<Adapter | null>;
}

const isGpu = (value: unknown): value is Gpu =>
  typeof value === 'object' &&
  value !== null &&
  'requestAdapter' in value &&
  typeof value.requestAdapter === 'function';

/** Vulkan drivers that compute on the CPU. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe/i;

async function webgpu(wanted: Wanted): Promise<string> {
  const dawn = await optionalPackage('webgpu');
  if (typeof dawn !== 'object' || dawn === null || !('create' in dawn) || typeof dawn.create !== 'function') {
    throw new Error('the package webgpu is not the one that binds Dawn');
  }
  if ('globals' in dawn && typeof dawn.globals === 'object') Object.assign(globalThis, dawn.globals);
  const gpu: unknown = dawn.create([]);
  if (!isGpu(gpu)) throw new Error('the package webgpu gives no GPU object');
  const adapter = await gpu.requestAdapter();
  if (adapter === null) {
    throw new Error(
      'Dawn finds no GPU: it needs a Vulkan driver and libvulkan.so.1 (Debian: mesa-vulkan-drivers, libvulkan1)',
    );
  }
  const { vendor = '', architecture = '', description = '' } = adapter.info ?? {};
  const device = [vendor, architecture, description].filter((text) => text !== '').join(', ');
  if (wanted === 'any' && SOFTWARE.test(device)) {
    throw new Error(
      `Dawn finds only ${device}, which computes on the CPU, slower than WebAssembly; --backend webgpu forces it`,
    );
  }
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
  await import('@tensorflow/tfjs-backend-webgpu');
  await activate('webgpu');
  return `Dawn on ${device}`;
}

/** Whether a backend is tried in its turn, or asked for by name. */
type Wanted = 'any' | 'this';

const START: Readonly<Record<BackendName, (wanted: Wanted) => Promise<string>>> = {
  'node-gpu': async () => {
    await nativeAddon('@tensorflow/tfjs-node-gpu');
    const backend: object = tf.backend();
    if (!('isUsingGpuDevice' in backend) || backend.isUsingGpuDevice !== true) {
      throw new Error(
        'it loads but sees no GPU: it needs NVIDIA’s driver and the CUDA and cuDNN that its libtensorflow names',
      );
    }
    return 'libtensorflow on the GPU';
  },
  node: async () => {
    await nativeAddon('@tensorflow/tfjs-node');
    return 'libtensorflow on the CPU';
  },
  webgpu,
  wasm: async () => {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
    setWasmPaths(`${dirname(main)}/`);
    await activate('wasm');
    return (await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')) ? 'WebAssembly with SIMD' : 'WebAssembly without SIMD';
  },
  cpu: async () => {
    await import('@tensorflow/tfjs-backend-cpu');
    await activate('cpu');
    return 'plain JavaScript, slow: for tests';
  },
};

/** A backend that loads may still compute nothing: the product of two small matrices must be right. */
async function checkProduct(): Promise<void> {
  const product = tf.tidy(() => tf.matMul(tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor2d([5, 6, 7, 8], [2, 2])));
  const values = await product.data();
  product.dispose();
  if (Array.from(values).join() !== '19,22,43,50') throw new Error(`it computes wrongly: ${Array.from(values).join()}`);
}

/**
 * Starts the wanted backend, or with `auto` the first that works, and makes it TensorFlow.js' current one.
 * @throws PipelineError `backend.unavailable` when the wanted one does not work.
 */
export async function chooseBackend(wanted: BackendName | 'auto'): Promise<BackendChoice> {
  const refused: { name: BackendName; why: string }[] = [];
  for (const name of wanted === 'auto' ? ORDER : [wanted]) {
    try {
      const what = await START[name](wanted === 'auto' ? 'any' : 'this');
      await checkProduct();
      const why = wanted === 'auto' ? `${what}; the first that works of ${ORDER.join(', ')}` : `${what}; asked for`;
      return { name, why, refused };
    } catch (error) {
      refused.push({ name, why: errorMessage(error) });
    }
  }
  throw new PipelineError(
    `No backend can compute here: ${refused.map(({ name, why }) => `${name}: ${why}`).join('; ')}.`,
    { code: 'backend.unavailable', fix: 'Set trainer.backend (or --backend) to auto, or add what the message names.' },
  );
}

/**
 * Tries every backend on its own, for `seiryu doctor`: what each is, or why it does not work. Leaves TensorFlow.js on the
 * last that worked: call it in a process that trains nothing.
 */
export async function surveyBackends(): Promise<{ name: BackendName; works: boolean; why: string }[]> {
  const found: { name: BackendName; works: boolean; why: string }[] = [];
  for (const name of ORDER) {
    try {
      const why = await START[name]('any');
      await checkProduct();
      found.push({ name, works: true, why });
    } catch (error) {
      found.push({ name, works: false, why: errorMessage(error) });
    }
  }
  return found;
}
