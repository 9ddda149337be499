import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { describeInBrowser } from '../support/browser.ts';
import { openConsole, type TestConsole } from '../support/console.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';
import { particularDestination, type Taken } from '../support/particular-destination.ts';
import { postStripe, stripeBody } from '../support/stripe-sender.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const mapping = (amount: string): string => `version: 1
name: everything
source: stripe
event:
  name: Happened
  id: =id
  user: { id: =data.object.customer, email: =data.object.email }
  attributes: { event: =id, amount: "${amount}" }
stitch: [email]
destinations: [segment]
`;

interface Story extends TestConsole {
  readonly gateway: TestGateway;
  readonly taken: readonly Taken[];
  /** Saves the mapping and waits until it is in force, or refused. */
  save(text: string, until?: 'mapping.loaded' | 'mapping.refused'): Promise<void>;
}

async function story(text: string): Promise<Story> {
  const { url, taken } = await particularDestination();
  const segment = { type: 'segment', url, write_key: 'write-key-of-many-characters', allow_private_address: true };
  const folder = await temporaryFolder({ 'all.yaml': text });
  const gateway = await testGateway({ destinations: { segment }, mappings: { folder } });
  const save: Story['save'] = async (later, until = 'mapping.loaded') => {
    const loads = () => gateway.logged.filter(({ event }) => event === until).length;
    const before = loads();
    await writeFile(join(folder, 'all.yaml'), later);
    await vi.waitFor(() => expect(loads()).toBeGreaterThan(before), { timeout: 10_000, interval: 20 });
  };
  return { ...(await openConsole(gateway)), gateway, taken, save };
}

const deliveriesAre = (gateway: TestGateway, expected: object): Promise<void> =>
  vi.waitFor(async () => expect(await gateway.get('/api/stats')).toMatchObject({ deliveries: expected }), {
    timeout: 10_000,
    interval: 20,
  });

/** A browser, a gateway, axe in two schemes: more than other tests, on whatever machine. */
vi.setConfig({ testTimeout: 120_000 });

describeInBrowser('what an operator does in the console', () => {
  it('pauses a destination, sees its deliveries wait, resumes it and sees them go', async () => {
    const { page, gateway, taken, open, shoot, violations, faults } = await story(mapping('=42'));
    await open('/destinations', 'Destinations');
    await page.getByRole('link', { name: 'segment' }).click();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Deliveries wait in order until it is resumed').waitFor();

    for (const id of ['evt_1', 'evt_2', 'evt_3']) await gateway.send(id);
    const pending = page.locator('.tile', { hasText: 'Pending' }).locator('.figure');
    await pending.getByText('3', { exact: true }).waitFor();
    expect(taken).toEqual([]);
    expect(await violations()).toEqual([]);
    await shoot('destination-paused');

    await page.getByRole('button', { name: 'Resume' }).click();
    await page.locator('.tile', { hasText: 'Delivered' }).locator('.figure').getByText('3', { exact: true }).waitFor();
    expect(taken.map(({ event }) => event)).toEqual(['evt_1', 'evt_2', 'evt_3']);
    const chart = page.getByRole('region', { name: 'Deliveries' });
    await chart.getByRole('img', { name: '3 delivered, 0 failed attempts, 0 dead' }).waitFor();
    await shoot('destination-chart');
    await chart.getByRole('button', { name: 'Table' }).click();
    await chart.getByRole('cell', { name: '3', exact: true }).waitFor();
    expect(await violations()).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('sends a test event to a destination and shows what came of it', async () => {
    const { page, open, shoot } = await story(mapping('=42'));
    await open('/destinations/segment', 'segment');
    await page.getByRole('button', { name: 'Send test event' }).click();
    await page
      .getByRole('region', { name: 'Test event' })
      .getByText('properties.amount is not a number')
      .first()
      .waitFor();
    await page.getByText('Settings in gateway.yaml').click();
    await page.getByText('••••••••ters').waitFor();
    await shoot('destination');
  });

  it('replays a group of dead deliveries once the mapping is corrected, as planned, and shows them delivered', async () => {
    const { page, gateway, taken, save, open, shoot, violations, faults } = await story(mapping('forty-two'));
    for (let n = 0; n < 12; n += 1) await gateway.send(`evt_${n}`);
    await deliveriesAre(gateway, { dead: 12 });

    await open('/problems', 'Problems');
    expect(await violations()).toEqual([]);
    await shoot('problems');
    await page.getByRole('row', { name: 'segment' }).getByRole('link').click();
    await page.getByRole('heading', { level: 1, name: 'Dead at segment' }).waitFor();
    await page.getByText('12 deliveries', { exact: true }).waitFor();
    expect(await violations()).toEqual([]);
    await shoot('problem');
    await save(mapping('=42'));
    await page.getByRole('button', { name: 'Plan a replay' }).click();
    const plan = page.getByRole('dialog', { name: 'Plan of the replay' });
    await plan.getByText('12 payloads would differ from what was sent').waitFor();
    await expectText(plan.locator('.diff').first(), ['properties.amount: "forty-two"', 'properties.amount: 42']);
    expect(taken).toEqual([]);
    expect(await violations()).toEqual([]);
    await shoot('replay-plan');

    await plan.getByRole('button', { name: 'Replay 12 events' }).click();
    await page.getByRole('heading', { level: 1, name: 'Replay' }).waitFor();
    await page.getByText('Nothing of the group is dead any more.').waitFor();
    await page.getByText('what was made has been delivered').waitFor();
    expect(taken).toHaveLength(12);
    await deliveriesAre(gateway, { dead: 0, delivered: 12, pending: 0 });
    expect(await violations()).toEqual([]);
    await shoot('replay');
    await page.getByRole('link', { name: 'Problems' }).first().click();
    await page.getByText('No dead deliveries, no failed events').waitFor();
    await shoot('problems-none');
    expect(faults).toEqual([]);
  });

  it('replays events that a mapping failed, after it is corrected', async () => {
    const { page, gateway, save, taken, open, shoot, violations, faults } = await story(
      mapping("=$require(data.object.amount, 'no amount')"),
    );
    for (const id of ['evt_1', 'evt_2']) await gateway.send(id);
    await open('/problems?reason=mapping_failed', 'Problems');
    await page.getByRole('row', { name: 'stripe' }).getByRole('link').click();
    await page.getByRole('heading', { level: 1, name: 'Failed from stripe' }).waitFor();
    await page.getByText('2 events', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Open one in the playground' }).waitFor();
    expect(await violations()).toEqual([]);
    await shoot('problem-failed');

    await page.getByRole('button', { name: 'Plan a replay' }).click();
    const plan = page.getByRole('dialog', { name: 'Plan of the replay' });
    await plan.getByText('2 events would fail').waitFor();
    await plan.getByRole('button', { name: 'Leave it' }).click();
    await save(mapping('=42'));
    await page.getByRole('button', { name: 'Plan a replay' }).click();
    await plan.getByText('2 deliveries would be made').waitFor();
    await shoot('replay-plan-new');
    await plan.getByRole('button', { name: 'Replay 2 events' }).click();
    await page.getByText('finished', { exact: true }).waitFor();
    await page.getByText('what was made has been delivered').waitFor();
    expect(taken).toHaveLength(2);
    expect(faults).toEqual([]);
  });

  it('replays no faster than it is told to, and cancels what has not begun', async () => {
    const { page, gateway, save, open, shoot } = await story(mapping('forty-two'));
    for (let n = 0; n < 30; n += 1) await gateway.send(`evt_${n}`);
    await deliveriesAre(gateway, { dead: 30 });
    await save(mapping('=42'));
    await open('/problems', 'Problems');
    await page.getByRole('row', { name: 'segment' }).getByRole('link').click();
    await page.getByRole('button', { name: 'Plan a replay' }).click();
    await page.getByLabel('At most this many events a second').fill('1');
    await page.getByText('takes at least 30 s').waitFor();
    await page.getByRole('button', { name: 'Replay 30 events' }).click();
    await page.getByText('running', { exact: true }).waitFor();
    await page.getByText('of the group are dead').waitFor();
    await shoot('replay-running');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('It was cancelled').waitFor();
    expect(await gateway.get('/api/replays')).toMatchObject({
      items: [{ status: 'cancelled', events: { total: 30 } }],
    });
    await page.getByRole('link', { name: 'See the group' }).waitFor();
  });

  it('redelivers or gives up a group of dead deliveries', async () => {
    const { page, gateway, open } = await story(mapping('forty-two'));
    for (const id of ['evt_1', 'evt_2']) await gateway.send(id);
    await deliveriesAre(gateway, { dead: 2 });
    await open('/destinations/segment', 'segment');
    await page.getByText('dead: rejected').waitFor();
    await page.getByRole('link', { name: 'See its group' }).click();

    await page.getByRole('button', { name: 'Redeliver 2 deliveries' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Redeliver', exact: true }).click();
    await page.getByRole('link', { name: 'See segment' }).waitFor();
    await vi.waitFor(() => expect(attempts(gateway)).toHaveLength(4), { timeout: 10_000, interval: 20 });
    await deliveriesAre(gateway, { dead: 2 });

    await page.getByRole('button', { name: 'Give up 2 deliveries' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Give up', exact: true }).click();
    await page.getByText('Nothing of this group is dead any more').waitFor();
    await deliveriesAre(gateway, { dead: 0, cancelled: 2 });
  });

  it('looks a person up, and forgets them only when that is typed', async () => {
    const { page, gateway, open, shoot, violations, faults } = await story(mapping('=42'));
    const email = 'ada@example.com';
    await postStripe(gateway.url, stripeBody('evt_ada', 'check.event', { email, customer: 'usr_ada' }));
    await gateway.send('evt_other');
    await deliveriesAre(gateway, { delivered: 2 });

    await open('/people', 'People');
    await shoot('people-none');
    await page.getByRole('searchbox', { name: 'Identifier' }).fill(email);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'User usr_ada' }).waitFor();
    expect(new URL(page.url()).search).toBe('?identifier=ada%40example.com');
    await page.getByText('via email').waitFor();
    await page.getByText('Personal data is masked.').waitFor();
    expect(await page.getByRole('table').first().innerText()).not.toContain(email);
    await page.getByRole('button', { name: 'Reveal' }).click();
    await page.getByRole('link', { name: email }).waitFor();
    expect(gateway.logged.map(({ event }) => event)).toContain('data.revealed');
    expect(await violations()).toEqual([]);
    await shoot('person');

    await page.getByRole('button', { name: 'Forget this person' }).click();
    const dialog = page.getByRole('dialog', { name: 'Forget this person?' });
    const forget = dialog.getByRole('button', { name: 'Forget', exact: true });
    expect(await forget.isDisabled()).toBe(true);
    await dialog.getByLabel('Type forget to go on').fill('forget');
    expect(await violations()).toEqual([]);
    await shoot('person-forgetting');
    await forget.click();
    await page.getByText('Verified: the files of the store hold none of the identifiers.').waitFor();
    expect(await violations()).toEqual([]);
    await shoot('person-forgotten');
    expect(await gateway.get('/api/events')).toMatchObject({ items: [{ external_id: 'evt_other' }] });

    await page.goto(`${gateway.adminUrl}/people?identifier=${email}`);
    await page.getByText('Nobody is known by this identifier').waitFor();
    expect(faults.filter((fault) => !fault.includes('404'))).toEqual([]);
  });

  it('sends a sample to a source, and sees refused requests by reason', async () => {
    const { page, gateway, open, shoot, violations, faults } = await story(mapping('=42'));
    await fetch(`${gateway.url}/in/stripe`, { method: 'POST', body: '{}' });
    await open('/sources', 'Sources');
    await page.getByRole('link', { name: 'stripe' }).click();
    await page.getByText('missing_signature').waitFor();
    await page.getByRole('button', { name: 'Send sample' }).click();
    await page.getByRole('link', { name: 'See the event' }).waitFor();
    await page.locator('.tile', { hasText: 'translated' }).locator('.figure').getByText('1', { exact: true }).waitFor();
    await page.getByText('Website snippet').click();
    await page.getByText('data-usermaven-key="UMxxxxxxxx"').waitFor();
    expect(await violations()).toEqual([]);
    await shoot('source');
    await open('/sources', 'Sources');
    await page.getByText('/in/stripe').waitFor();
    expect(await violations()).toEqual([]);
    await shoot('sources');
    expect(faults).toEqual([]);
  });

  it('shows in the settings what is wrong in a file, at its line', async () => {
    const { page, save, open, shoot, violations, faults } = await story(mapping('=42'));
    await open('/settings', 'Settings');
    await page.getByText('KEEP_DELIVERED_DAYS').waitFor();
    await page.getByText('live', { exact: true }).first().waitFor();
    await save(mapping('=$nosuch(id)'), 'mapping.refused');
    await page.getByText(/^all\.yaml:8:\d+$/).waitFor();
    await page.getByText('refused', { exact: true }).waitFor();
    expect(await violations()).toEqual([]);
    await shoot('settings');
    const downloading = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download diagnostics' }).click();
    expect((await downloading).suggestedFilename()).toBe('hookstitch-diagnostics.json');
    expect(faults).toEqual([]);
  });

  it('changes the password, which the current one is needed for', async () => {
    const { page, open, password } = await story(mapping('=42'));
    await open('/settings', 'Settings');
    await page.getByLabel('New password').fill('another horse battery staple');
    await page.getByLabel('Current password').fill('not this one');
    await page.getByRole('button', { name: 'Change password' }).click();
    await page
      .getByRole('alert')
      .getByText(/password/)
      .waitFor();
    await page.getByLabel('Current password').fill(password);
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.locator('.toast', { hasText: 'The password is changed' }).waitFor();
  });

  it('is done with the keyboard alone: find what died, see why, redeliver it', async () => {
    const { page, gateway, open } = await story(mapping('forty-two'));
    await gateway.send('evt_1');
    await deliveriesAre(gateway, { dead: 1 });
    await open('/sources', 'Sources');
    const press = async (...keys: readonly string[]): Promise<void> => {
      for (const key of keys) await page.keyboard.press(key);
    };
    await press('g', 'p');
    await page.getByRole('heading', { level: 1, name: 'Problems' }).waitFor();
    await page.getByRole('row', { name: 'segment' }).waitFor();
    await press('j', 'Enter');
    await page.getByRole('heading', { level: 1, name: 'Dead at segment' }).waitFor();
    await page.getByText('answered 400: {"message":"properties.amount is not a number"}').waitFor();
    const focused = () => page.evaluate('document.activeElement.textContent');
    for (let tabs = 0; tabs < 15 && (await focused()) !== 'Redeliver 1 delivery'; tabs += 1) await press('Tab');
    await press('Enter');
    await page.getByRole('dialog', { name: 'Redeliver 1 delivery to segment?' }).waitFor();
    for (let tabs = 0; tabs < 5 && (await focused()) !== 'Redeliver'; tabs += 1) await press('Tab');
    await press('Enter');
    await page.getByRole('link', { name: 'See segment' }).waitFor();
    await vi.waitFor(() => expect(attempts(gateway)).toHaveLength(2), { timeout: 10_000, interval: 20 });
  });
});

const attempts = ({ logged }: TestGateway) => logged.filter(({ event }) => event === 'delivery.attempted');

async function expectText(locator: { innerText(): Promise<string> }, parts: readonly string[]): Promise<void> {
  const text = await locator.innerText();
  for (const part of parts) expect(text).toContain(part);
}
