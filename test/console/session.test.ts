import { expect, it, onTestFinished } from 'vitest';
import { describeInBrowser, launchBrowser } from '../support/browser.ts';
import { violationsIn } from '../support/console.ts';
import { ConsoleVisitor } from '../support/console-visitor.ts';
import { testGateway } from '../support/gateway.ts';
import { request } from '../support/http-client.ts';

const password = 'correct horse battery';

/** A gateway that has just started, and a browser in which nobody has been yet. */
async function firstVisit() {
  const gateway = await testGateway({ destinations: {}, mappings: {} });
  const browser = await launchBrowser(Number(new URL(gateway.adminUrl).port));
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  const faults: string[] = [];
  page.on('pageerror', ({ message }) => faults.push(message));
  const heading = (name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
  const isIn = () => page.getByRole('button', { name: 'Log out' }).waitFor();
  const alert = page.getByRole('alert');
  const setUp = async (link = gateway.setupUrl, text = password): Promise<void> => {
    await page.goto(link ?? '');
    await heading('Set your password');
    await page.getByLabel('New password').fill(text);
    await page.getByLabel('The same again').fill(text);
    await page.keyboard.press('Enter');
  };
  const logIn = async (text: string): Promise<void> => {
    await heading('Log in');
    await page.getByLabel('Password').fill(text);
    await page.keyboard.press('Enter');
  };
  const cookies = async () => (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
  return { gateway, page, faults, heading, isIn, alert, setUp, logIn, cookies };
}

describeInBrowser('whoever opens the console', () => {
  it('sets its password by the link of the log, which leaves no trace in the address', async () => {
    const { gateway, page, faults, heading, isIn, setUp } = await firstVisit();
    await setUp();
    await isIn();
    expect(new URL(page.url()).search).toBe('');
    await page.goBack().catch(() => null);
    expect(page.url()).not.toContain('token');
    await page.goto(`${gateway.adminUrl}/settings`);
    await heading('Settings');
    expect(faults).toEqual([]);
  });

  it('has nothing in the way when setting a password and logging in, whatever they see or use', async () => {
    const { gateway, page, heading, isIn, alert, setUp, logIn } = await firstVisit();
    await page.goto(gateway.setupUrl ?? '');
    await heading('Set your password');
    expect(await violationsIn(page)).toEqual([]);
    await setUp();
    await isIn();
    await page.getByRole('button', { name: 'Log out' }).click();
    await heading('Log in');
    expect(await violationsIn(page)).toEqual([]);
    await logIn('not the password');
    await alert.filter({ hasText: 'this is not the password' }).waitFor();
    expect(await violationsIn(page)).toEqual([]);
  });

  it('is told what is wrong with a password, and comes in with the right one', async () => {
    const { page, isIn, alert, setUp, logIn } = await firstVisit();
    await setUp();
    await page.getByRole('button', { name: 'Log out' }).click();
    await logIn('not the password');
    await alert.filter({ hasText: 'this is not the password' }).waitFor();
    await logIn(password);
    await isIn();
  });

  it('logs in again where a session has ended, and is where they were', async () => {
    const { gateway, page, heading, isIn, setUp, logIn, cookies } = await firstVisit();
    await setUp();
    await isIn();
    await page.goto(`${gateway.adminUrl}/sources`);
    await heading('Sources');

    const other = new ConsoleVisitor({ url: gateway.adminUrl });
    other.cookie = await cookies();
    expect((await other.send('DELETE', '/api/session')).status).toBe(200);

    await logIn(password);
    await heading('Sources');
    expect(new URL(page.url()).pathname).toBe('/sources');
  });

  it('sets another password by a new link, logged in or not', async () => {
    const { gateway, page, heading, isIn, setUp, logIn } = await firstVisit();
    await setUp();
    await isIn();
    const newLink = async (): Promise<string> => {
      const headers = { authorization: `Bearer ${gateway.token}` };
      const made = await request(`${gateway.adminUrl}/api/setup-links`, { method: 'POST', headers });
      return JSON.parse(made.text).url;
    };
    await setUp(await newLink(), 'another long password');
    await isIn();
    await page.getByRole('button', { name: 'Log out' }).click();
    await heading('Log in');
    await setUp(await newLink(), 'yet another password');
    await isIn();
    await page.getByRole('button', { name: 'Log out' }).click();
    await logIn('yet another password');
    await isIn();
  });

  it('is told when a link was used already', async () => {
    const { gateway, page, isIn, alert, setUp } = await firstVisit();
    const link = gateway.setupUrl;
    await setUp();
    await isIn();
    await page.context().clearCookies();
    await setUp(link, 'another long password');
    await alert.filter({ hasText: 'hookstitch setup password' }).waitFor();
  });
});
