import { join } from 'node:path';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import type { Gateway } from '../../src/gateway.ts';
import { launchBrowser } from './browser.ts';

/** The console of a gateway in a real browser, as somebody sees it who is logged in. */

const password = 'correct horse battery staple';

export interface TestConsole {
  readonly page: Page;
  readonly password: string;
  /** What went wrong in the page without being shown in it. */
  readonly faults: readonly string[];
  /** Opens an address of the console, and waits for its heading. */
  open(path: string, heading: string): Promise<void>;
  /** What axe finds wrong with the view as it is now, in both schemes: the rule and where. */
  violations(): Promise<readonly string[]>;
  /**
   * With `SCREENSHOTS=<folder>` in the environment: the view as it is now, light and dark, on a wide and on a narrow screen.
   */
  shoot(name: string): Promise<void>;
}

export async function openConsole({
  adminUrl,
  setupUrl,
}: Pick<Gateway, 'adminUrl' | 'setupUrl'>): Promise<TestConsole> {
  const browser = await launchBrowser(Number(new URL(adminUrl).port));
  onTestFinished(() => browser.close());
  const context = await browser.newContext({ viewport: wide, reducedMotion: 'reduce' });
  const token = new URL(setupUrl ?? expect.fail('the gateway asks for no password')).searchParams.get('token');
  const entered = await context.request.post(`${adminUrl}/api/setup`, {
    data: { token, password },
    headers: { origin: adminUrl },
  });
  expect(entered.status()).toBe(200);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', ({ message }) => faults.push(message));
  page.on('console', (line) => {
    if (line.type() === 'error') faults.push(line.text());
  });
  return {
    page,
    password,
    faults,
    open: async (path, heading) => {
      await page.goto(`${adminUrl}${path}`);
      await page.getByRole('heading', { level: 1, name: heading }).waitFor();
    },
    violations: () => violationsIn(page),
    shoot: (name) => shoot(page, name),
  };
}

const wide = { width: 1280, height: 900 };
const narrow = { width: 375, height: 800 };

interface AxeResults {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
}

/** What axe finds wrong with a page as it is now, in both schemes: the rule and where. */
export async function violationsIn(page: Page): Promise<readonly string[]> {
  const found: string[] = [];
  // Not as a script of the page, which its content policy refuses.
  await page.evaluate(axe.source);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const { violations } = (await page.evaluate('axe.run()')) as AxeResults;
    found.push(...violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${colorScheme} ${id}: ${html}`)));
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  return found;
}

async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  if (folder === undefined) return;
  for (const colorScheme of ['light', 'dark'] as const)
    for (const size of [wide, narrow]) {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.evaluate("scrollTo({ top: 0, behavior: 'instant' })");
      await page.evaluate('new Promise(requestAnimationFrame)');
      expect(
        await page.evaluate('document.documentElement.scrollWidth - innerWidth'),
        `${name} is too wide`,
      ).toBeLessThanOrEqual(0);
      // As high as the page is: what sticks to the window ends with it, too.
      const height = (await page.evaluate('document.documentElement.scrollHeight')) as number;
      await page.setViewportSize({ width: size.width, height: Math.max(height, size.height) });
      await page.screenshot({ path: join(folder, `${name}-${size.width}-${colorScheme}.png`) });
    }
  await page.setViewportSize(wide);
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
}
