import { expect, it, vi } from 'vitest';
import { describeInBrowser } from '../support/browser.ts';
import type { TestGateway } from '../support/gateway.ts';
import { deliveriesAre, mapping, operatorStory } from '../support/operator-story.ts';

/** A browser, a gateway, axe in two schemes: more than other tests, on whatever machine. */
vi.setConfig({ testTimeout: 120_000 });

describeInBrowser('what an operator repairs in the console', () => {
  it('replays a group of dead deliveries once the mapping is corrected, as planned, and shows them delivered', async () => {
    const { page, gateway, taken, save, open, shoot, violations, faults } = await operatorStory(mapping('forty-two'));
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
    const { page, gateway, save, taken, open, shoot, violations, faults } = await operatorStory(
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
    const { page, gateway, save, open, shoot } = await operatorStory(mapping('forty-two'));
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
    const { page, gateway, open } = await operatorStory(mapping('forty-two'));
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

  it('is done with the keyboard alone: find what died, see why, redeliver it', async () => {
    const { page, gateway, open } = await operatorStory(mapping('forty-two'));
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
