import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { definitionOf } from '../mapping/definitions.ts';
import { translatorOf } from '../support/translator.ts';

const mapping = definitionOf(`
when: =user = true
event:
  name: =name
  user: { id: u1, email: =email }
stitch: [email]
destinations: [segment]
`);

it('a batch waits behind one that could not be settled, so that events keep their order', async () => {
  const translator = await translatorOf(mapping);
  const { store } = translator;
  const beside = new Database(join(translator.dataDir, 'hookstitch.db'));
  beside.exec('alter table identity_link rename to gone');

  await translator.send({ name: 'first', email: 'ada@example.com', user: true });
  await translator.work();
  await translator.send({ name: 'second' });
  await translator.work();
  await expect(translator.work()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  const someTurns = async (): Promise<void> => {
    for (let turn = 0; turn < 8; turn += 1) await translator.work().catch(() => undefined);
  };
  await someTurns();
  expect((await store.stats()).events).toMatchObject({ received: 2, unmatched: 0 });

  beside.exec('alter table gone rename to identity_link');
  beside.close();
  await someTurns();
  expect((await store.stats()).events).toMatchObject({ received: 0, translated: 1, unmatched: 1 });
});

it('what has to be looked up goes back in line with a batch that could not be settled', async () => {
  const translator = await translatorOf(
    definitionOf(`
lookup:
  contact:
    hubspot.contact: { id: =contact, properties: [email] }
    source: crm
    optional: true
event:
  name: =name
  user: { id: u1, email: =email }
stitch: [email]
destinations: [segment]
`),
  );
  const { store } = translator;
  const beside = new Database(join(translator.dataDir, 'hookstitch.db'));
  beside.exec('alter table identity_link rename to gone');
  await translator.send({ name: 'first', email: 'ada@example.com' });
  await translator.send({ name: 'second', contact: '651' });
  await translator.work();
  await expect(translator.work()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });

  beside.exec('alter table gone rename to identity_link');
  beside.close();
  await translator.translateAll();
  expect((await store.stats()).events).toMatchObject({ received: 0, translated: 2 });
});
