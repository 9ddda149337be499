import { appendFile, chmod, mkdir, rename, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { FolderWatch } from '../../src/mapping/watch.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Without patience every look finds at once what has changed since the look before. */
const impatient = { stillMs: 0, patienceMs: 0 };

async function watched(files: Readonly<Record<string, string>>) {
  const folder = await temporaryFolder(files);
  // Long ago, so that no change falls into the same tick of the clock.
  for (const name of Object.keys(files)) await utimes(join(folder, name), 1, 1);
  const watch = new FolderWatch(folder, impatient);
  const changed = async (): Promise<readonly string[]> => {
    const { due } = await watch.look(0);
    watch.dealtWith(due);
    return due.map(({ name, stamp }) => (stamp === null ? `${name} gone` : name));
  };
  expect(await changed()).toEqual(Object.keys(files).filter(isWatched).toSorted());
  return { folder, watch, changed, path: (name: string) => join(folder, name) };
}

const isWatched = (name: string): boolean => /^[^./]+\.ya?ml$/.test(name);

describe('a look at the folder', () => {
  it.each<[string, (path: string) => Promise<unknown>]>([
    ['written', (path) => writeFile(path, 'two')],
    ['written at the same size', (path) => writeFile(path, 'ONE')],
    ['appended to', (path) => appendFile(path, '!')],
    ['emptied', (path) => truncate(path)],
    ['touched', (path) => utimes(path, 2, 2)],
    ['allowed to be read', (path) => chmod(path, 0o640)],
  ])('finds a file that was %s', async (_what, change) => {
    const { changed, path } = await watched({ 'a.yaml': 'one', 'b.yaml': 'one' });
    await change(path('a.yaml'));
    expect(await changed()).toEqual(['a.yaml']);
    expect(await changed()).toEqual([]);
  });

  it('finds a file that another was renamed over, also one of the same size and time', async () => {
    const { changed, path } = await watched({ 'a.yaml': 'one', 'a.yaml~': 'two' });
    await rename(path('a.yaml~'), path('a.yaml'));
    expect(await changed()).toEqual(['a.yaml']);
  });

  it('finds new files and those that are gone', async () => {
    const { changed, path } = await watched({ 'a.yaml': 'one' });
    await writeFile(path('b.yml'), 'one');
    expect(await changed()).toEqual(['b.yml']);
    await rename(path('a.yaml'), path('c.yaml'));
    expect(await changed()).toEqual(['a.yaml gone', 'c.yaml']);
    await rm(path('c.yaml'));
    expect(await changed()).toEqual(['c.yaml gone']);
  });

  it('finds links, for someone has to be told of them, and does not follow them', async () => {
    const { changed, path } = await watched({ 'a.yaml': 'one', 'elsewhere/b.yaml': 'one' });
    await symlink(path('elsewhere/b.yaml'), path('link.yaml'));
    expect(await changed()).toEqual(['link.yaml']);
    await writeFile(path('elsewhere/b.yaml'), 'two, and longer');
    expect(await changed()).toEqual([]);
  });

  it('finds a change of gateway.yaml', async () => {
    const { changed, path } = await watched({ 'gateway.yaml': 'version: 1' });
    await writeFile(path('gateway.yaml'), 'version: 2');
    expect(await changed()).toEqual(['gateway.yaml']);
    await rm(path('gateway.yaml'));
    expect(await changed()).toEqual(['gateway.yaml gone']);
  });

  it('passes over what is no mapping', async () => {
    const { changed, path } = await watched({ 'a.yaml': 'one' });
    for (const name of ['notes.md', 'a.yaml~', '.a.yaml.swp', '.a.yaml', 'a.json']) await writeFile(path(name), 'x');
    await mkdir(path('folder.yaml'));
    await symlink('nobody@nowhere', path('.#a.yaml'));
    expect(await changed()).toEqual([]);
  });

  it('finds changes of the fixtures it follows, and of no others', async () => {
    const { changed, path, watch } = await watched({
      'a.yaml': 'one',
      'fixtures/a.json': '{}',
      'fixtures/b.json': '{}',
    });
    await watch.follow(new Set(['fixtures/a.json', 'fixtures/later.json']));
    expect(await changed()).toEqual([]);
    await writeFile(path('fixtures/a.json'), '{"a":1}');
    await writeFile(path('fixtures/b.json'), '{"b":1}');
    expect(await changed()).toEqual(['fixtures/a.json']);
    await writeFile(path('fixtures/later.json'), '{}');
    expect(await changed()).toEqual(['fixtures/later.json']);
  });

  it('does not lose a change of a fixture that happens while another is taken into view', async () => {
    const { changed, path, watch } = await watched({ 'a.yaml': 'one', 'fixtures/a.json': '{}' });
    await watch.follow(new Set(['fixtures/a.json']));
    await writeFile(path('fixtures/a.json'), '{"a":1}');
    await watch.follow(new Set(['fixtures/a.json', 'fixtures/b.json']));
    expect(await changed()).toEqual(['fixtures/a.json']);
  });

  it('takes a folder that is not there for an empty one, until it is there', async () => {
    const folder = join(await temporaryFolder(), 'later');
    const watch = new FolderWatch(folder, impatient);
    expect(await watch.look(0)).toEqual({ due: [], waiting: false });
    await mkdir(folder);
    await writeFile(join(folder, 'a.yaml'), 'one');
    expect(await watch.look(0)).toMatchObject({ due: [{ name: 'a.yaml' }] });
  });

  it('fails for a folder that was there, and goes on when it is back', async () => {
    const { changed, folder } = await watched({ 'a.yaml': 'one' });
    await rename(folder, `${folder}-away`);
    await expect(changed()).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(changed()).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await rename(`${folder}-away`, folder);
    expect(await changed()).toEqual([]);
  });

  it('copes with a thousand files', async () => {
    const names = Array.from({ length: 1_000 }, (_, index) => `m${index}.yaml`);
    const { changed, path } = await watched(Object.fromEntries(names.map((name) => [name, name])));
    await writeFile(path('m500.yaml'), 'changed');
    expect(await changed()).toEqual(['m500.yaml']);
  });
});

/** Resolves when the watch has begun to listen; the function then tells whether there has been an event since. */
async function listening(watch: FolderWatch): Promise<() => Promise<void>> {
  const told = vi.fn();
  onTestFinished(() => watch.stop());
  await watch.start(told);
  const isTold = () => vi.waitFor(() => expect(told).toHaveBeenCalled(), { timeout: 20_000 });
  await isTold();
  told.mockClear();
  return isTold;
}

describe('the events of the file system', () => {
  it.each<[string, (path: (name: string) => string) => Promise<unknown>]>([
    ['a file is written', (path) => writeFile(path('a.yaml'), 'two')],
    ['a file is new', (path) => writeFile(path('b.yaml'), 'one')],
    ['a file is renamed over another', (path) => rename(path('a.tmp'), path('a.yaml'))],
    ['a file goes', (path) => rm(path('a.yaml'))],
    ['gateway.yaml is written', (path) => writeFile(path('gateway.yaml'), 'version: 2')],
  ])('tell when %s', async (_what, change) => {
    const { path, watch } = await watched({ 'a.yaml': 'one', 'a.tmp': 'two', 'gateway.yaml': 'version: 1' });
    const isTold = await listening(watch);
    await change(path);
    await isTold();
  });

  it('tell of a folder that is reached by a link', async () => {
    const folder = await temporaryFolder({ 'mappings/a.yaml': 'one' });
    await symlink(join(folder, 'mappings'), join(folder, 'link'));
    const isTold = await listening(new FolderWatch(join(folder, 'link')));
    await writeFile(join(folder, 'mappings/a.yaml'), 'two');
    await isTold();
  });

  it('are not needed: a folder that cannot be watched is looked at all the same', async () => {
    const watch = new FolderWatch(join(await temporaryFolder(), 'not', 'there'));
    await listening(watch);
    expect(await watch.look(0)).toEqual({ due: [], waiting: false });
  });
});
