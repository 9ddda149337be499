import { expect, it, vi } from 'vitest';
import { describeInBrowser } from '../support/browser.ts';
import { deliveriesAre, mapping, operatorStory } from '../support/operator-story.ts';
import { postStripe, stripeBody } from '../support/stripe-sender.ts';

/** A browser, a gateway, axe in two schemes: more than other tests, on whatever machine. */
vi.setConfig({ testTimeout: 120_000 });

describeInBrowser('what an operator does in the console', () => {
  it('pauses a destination, sees its deliveries wait, resumes it and sees them go', async () => {
    const { page, gateway, taken, open, shoot, violations, faults } = await operatorStory(mapping('=42'));
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
    const { page, open, shoot } = await operatorStory(mapping('=42'));
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

  it('looks a person up, and forgets them only when that is typed', async () => {
    const { page, gateway, open, shoot, violations, faults } = await operatorStory(mapping('=42'));
    const email = 'ada@example.com';
    await postStripe(gateway.url, stripeBody('evt_ada', 'check.event', { email, customer: 'usr_ada' }));
    await gateway.send('evt_other');
    await deliveriesAre(gateway, { delivered: 2 });

    await open('/people', 'People');
    await shoot('people-none');
    await page.keyboard.press('/');
    await page.keyboard.insertText(email);
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
    const { page, gateway, open, shoot, violations, faults } = await operatorStory(mapping('=42'));
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
    const { page, save, open, shoot, violations, faults } = await operatorStory(mapping('=42'));
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
    const { page, open, password } = await operatorStory(mapping('=42'));
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
});
