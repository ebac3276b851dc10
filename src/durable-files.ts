// Writes that survive a crash: all bytes or an error, and renames that stay renamed.
import { type FileHandle, open, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { asDiskError, systemCode } from './errors.ts';

/** Writes all of `bytes`: on a full volume a single write may take only a part and say so nowhere else. */
export async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  let at = 0;
  while (at < bytes.length) at += (await file.write(bytes, at)).bytesWritten;
}

/** Makes renames in a folder durable. */
export async function syncFolder(dir: string): Promise<void> {
  const folder = await open(dir, 'r');
  await folder.sync().finally(() => folder.close());
}

/** Replaces a file at once: a reader or a crash sees the old content or the new, never a part. */
export async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const part = `${path}.part`;
  try {
    const file = await open(part, 'w');
    await writeAll(file, bytes)
      .then(() => file.sync())
      .finally(() => file.close());
    await rename(part, path);
    await syncFolder(dirname(path));
  } catch (error) {
    throw asDiskError(error, path);
  }
}

/** Size of a file in bytes; undefined when there is none. */
export async function fileSize(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ size }) => size,
    (error: unknown) => {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw error;
    },
  );
}
