import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { definitionOf } from '../mapping/definitions.ts';
import { type Translator, translatorOf } from '../support/translator.ts';

const mapping = definitionOf(`
event:
  name: =name
  user: { id: u1, email: =email }
stitch: [email]
destinations: [segment]
`);

/** In the order in which they were queued. */
function namesOf({ dataDir }: Translator): readonly string[] {
  const db = new Database(join(dataDir, 'hookstitch.db'), { readonly: true });
  const payloads = db.prepare<[], string>('select payload from delivery order by seq').pluck().all();
  db.close();
  return payloads.map((payload) => JSON.parse(payload).event);
}

it('what arrives while a batch is evaluated follows it, without being looked for', async () => {
  const translator = await translatorOf(mapping);
  await translator.work();
  for (const name of ['first', 'second', 'third']) {
    await translator.send({ name });
    await translator.work();
  }
  await translator.translateAll();

  expect(namesOf(translator)).toEqual(['first', 'second', 'third']);
});

it('a burst that arrives while the line is looked through keeps its order, though only some of it can be handed over', async () => {
  const translator = await translatorOf(mapping);
  const names = Array.from({ length: 650 }, (_, n) => `event ${n}`);
  const sendFrom = (from: number, to: number) => names.slice(from, to).map((name) => translator.send({ name }));
  // A full batch, after which the next one begins at once.
  await Promise.all(sendFrom(0, 200));
  await translator.work();
  const looking = translator.work();
  await Promise.all([...sendFrom(200, 650), looking]);
  await translator.translateAll();

  expect(namesOf(translator)).toEqual(names);
});

it('what was handed over goes back in line behind a batch that could not be settled', async () => {
  const translator = await translatorOf(mapping);
  const { store } = translator;
  await translator.work();
  const beside = new Database(join(translator.dataDir, 'hookstitch.db'));
  beside.exec('alter table identity_link rename to gone');
  for (const name of ['first', 'second']) {
    await translator.send({ name, email: 'ada@example.com' });
    await translator.work();
  }
  await translator.send({ name: 'third', email: 'ada@example.com' });
  await expect(translator.work()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  await translator.send({ name: 'fourth', email: 'ada@example.com' });
  expect((await store.stats()).events.received).toBe(4);

  beside.exec('alter table gone rename to identity_link');
  beside.close();
  await translator.translateAll();
  expect(namesOf(translator)).toEqual(['first', 'second', 'third', 'fourth']);
});
