import { randomBytes } from 'node:crypto';
import { link, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Writes a whole file or nothing of it, whatever happens in between. With `isNew` it never takes the place of another;
 * false then says that there is one.
 */
export async function replaceFile(path: string, text: string, isNew: boolean): Promise<boolean> {
  // Hidden: nobody who looks at the folder takes it for a mapping.
  const draft = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await written(draft, text, isNew ? undefined : (await stat(path)).mode & 0o777);
    return isNew ? await linked(draft, path) : await renamed(draft, path);
  } finally {
    await rm(draft, { force: true });
    await kept(dirname(path));
  }
}

async function written(path: string, text: string, mode: number | undefined): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(text);
    if (mode !== undefined) await file.chmod(mode);
    await file.sync();
  } finally {
    await file.close();
  }
}

const renamed = async (draft: string, path: string): Promise<true> => {
  await rename(draft, path);
  return true;
};

async function linked(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    // Somebody else has made it meanwhile.
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** The folder's own entry is on disk, too, where the system can do that. */
async function kept(folder: string): Promise<void> {
  const opened = await open(folder, 'r').catch(() => undefined);
  await opened?.sync().catch(() => undefined);
  await opened?.close();
}
