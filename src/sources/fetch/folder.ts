// A transport over a local folder: what a mirror on disk and the user's own files are read through.
import { constants, createReadStream } from 'node:fs';
import { access, open, readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { errorMessage, SeiryuError, SourceError, systemCode } from '../../errors.ts';
import type { Transport } from '../../pipeline/define.ts';
import { byName, segmentsOf } from './paths.ts';

const READ = 256 * 1024;

const below = (dir: string, name: string): string => (dir === '' ? name : `${dir.replace(/\/$/, '')}/${name}`);

export function openFolder(folder: string, stop?: AbortSignal): Transport {
  const base = resolve(folder);
  const at = (path: string): string => join(base, ...segmentsOf(path, base));

  return {
    base,

    async *open(path, { start = 0, signal } = {}) {
      const file = at(path);
      stop?.throwIfAborted();
      signal?.throwIfAborted();
      const stream = createReadStream(file, { start, highWaterMark: READ });
      try {
        for await (const chunk of stream) {
          yield chunk;
          stop?.throwIfAborted();
          signal?.throwIfAborted();
        }
      } catch (error) {
        throw await described(error, base, path);
      }
    },

    async list(dir) {
      const entries = await readdir(at(dir), { withFileTypes: true }).catch(async (error) => {
        throw await described(error, base, dir);
      });
      const files: { path: string; size: number }[] = [];
      for (const entry of entries) {
        if (!entry.isFile() && !entry.isSymbolicLink()) continue;
        const path = below(dir, entry.name);
        const found = await stat(join(at(dir), entry.name)).catch(() => undefined);
        if (found?.isFile() === true) files.push({ path, size: found.size });
      }
      return files.sort(byName);
    },

    async folders(dir) {
      const entries = await readdir(at(dir), { withFileTypes: true }).catch(async (error) => {
        throw await described(error, base, dir);
      });
      const found: string[] = [];
      for (const entry of entries) {
        const link = entry.isSymbolicLink() ? await stat(join(at(dir), entry.name)).catch(() => undefined) : entry;
        if (link?.isDirectory() === true) found.push(below(dir, entry.name));
      }
      return found.sort();
    },

    async size(path) {
      const found = await stat(at(path)).catch(async (error) => {
        throw await described(error, base, path);
      });
      return found.size;
    },

    async range(path, start, end, signal) {
      stop?.throwIfAborted();
      signal?.throwIfAborted();
      try {
        const file = await open(at(path), 'r');
        try {
          const size = Math.max(0, Math.min(end, (await file.stat()).size) - start);
          const buffer = new ArrayBuffer(size);
          let filled = 0;
          while (filled < size) {
            const { bytesRead } = await file.read(new Uint8Array(buffer), filled, size - filled, start + filled);
            if (bytesRead === 0) break;
            filled += bytesRead;
          }
          return filled === size ? buffer : buffer.slice(0, filled);
        } finally {
          await file.close();
        }
      } catch (error) {
        throw await described(error, base, path);
      }
    },
  };
}

async function described(error: unknown, base: string, path: string): Promise<unknown> {
  // An abort's own reason passes through.
  if (error instanceof SeiryuError) return error;
  const code = systemCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    const baseExists = await access(base, constants.F_OK).then(
      () => true,
      () => false,
    );
    if (!baseExists) {
      return new SourceError(`The folder ${base} does not exist.`, {
        code: 'fetch.not_found',
        fix: 'Check `mirror:` of the source: a folder is taken relative to the pipeline file.',
        cause: error,
      });
    }
    return new SourceError(`${join(base, path)} does not exist.`, {
      code: 'fetch.not_found',
      fix: `Put the file there (below ${base} the published paths are expected, here ${path}), or mend the source’s options.`,
      cause: error,
    });
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new SourceError(`${join(base, path)} may not be read by this user (${code}).`, {
      code: 'fetch.forbidden',
      fix: 'Change its permissions, or run as a user who may read it.',
      cause: error,
    });
  }
  if (code === undefined) return error;
  return new SourceError(`${join(base, path)} could not be read: ${errorMessage(error)}`, {
    code: 'fetch.failed',
    fix: 'Check the disk that holds it, then run the same command again: it goes on where it stopped.',
    cause: error,
  });
}
