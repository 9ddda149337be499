import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { startReceiver } from '../support/receiver.ts';
import { serve } from '../support/served.ts';

/** A shop's web site with the bridge on its pages, in a real browser. */

const usermavenKey = 'UMabcDEFgh';
export const visitor = '5zdta4zak9';
/** What most tests configure. */
export const usermaven = `data-usermaven-key="${usermavenKey}"`;
export const usermavenCookie = `__eventn_id_${usermavenKey}`;

export const bridgeTag = (attributes: string = usermaven): string =>
  `<script defer src="http://hooks.example/bridge.js" ${attributes}></script>`;

export interface Visit {
  /** The page's HTML; `{bridge}` is the script tag. */
  readonly html: string;
  /** Of the script tag. */
  readonly attributes?: string;
  /** As they are in the header: `name=value`. */
  readonly cookies?: readonly string[];
  /** The page's Content-Security-Policy. */
  readonly policy?: string;
  /** Other pages and scripts, by URL without the scheme. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface Visited {
  readonly page: Page;
  /** What went wrong on the page: exceptions, refused scripts, errors on the console. */
  readonly complaints: readonly string[];
  /** Lets the page's timers run, without waiting. */
  passTime(ms: number): Promise<void>;
}

const visitorCookie = `${usermavenCookie}=${visitor}`;

/** Starts the site, the gateway's receiver and a browser for the tests of a file; returns how to visit a page. */
export function testSite(): (visit: Visit) => Promise<Visited> {
  let browser: Browser;
  let current: Visit = { html: '' };
  const stops: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    const receiver = await startReceiver();
    const site: RequestListener = (request, response) =>
      void answer(request, response, { receiver: receiver.url, current });
    const served = await serve(site);
    stops.push(receiver.stop, served.stop);
    browser = await launchBrowser(served.port);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    for (const stop of stops.toReversed()) await stop();
  });

  return async (visit) => {
    current = visit;
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', ({ message }) => complaints.push(message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('favicon')) complaints.push(message.text());
    });
    await page.clock.install();
    await context.addCookies((visit.cookies ?? [visitorCookie]).map(cookieAt));
    await page.goto('http://shop.example/');
    return { page, complaints, passTime: (ms) => page.clock.runFor(ms) };
  };
}

function cookieAt(cookie: string): { readonly name: string; readonly value: string; readonly url: string } {
  const at = cookie.indexOf('=');
  return { name: cookie.slice(0, at), value: cookie.slice(at + 1), url: 'http://shop.example/' };
}

interface Site {
  readonly receiver: string;
  readonly current: Visit;
}

async function answer(request: IncomingMessage, response: ServerResponse, { receiver, current }: Site): Promise<void> {
  const { host = '', 'if-none-match': tag } = request.headers;
  const path = request.url ?? '/';
  if (host === 'hooks.example') {
    const passed = await fetch(`${receiver}${path}`, { headers: tag === undefined ? {} : { 'if-none-match': tag } });
    response.writeHead(passed.status, Object.fromEntries(passed.headers)).end(await passed.text());
    return;
  }
  const file = current.files?.[`${host}${path}`];
  const html = file ?? (host === 'shop.example' && path === '/' ? current.html : undefined);
  response.writeHead(html === undefined ? 404 : 200, {
    'Content-Type': path.endsWith('.js') ? 'text/javascript' : 'text/html; charset=utf-8',
    ...(current.policy === undefined ? {} : { 'Content-Security-Policy': current.policy }),
  });
  response.end((html ?? '').replaceAll('{bridge}', bridgeTag(current.attributes)));
}

/** The parameter that a link carries to Stripe. */
export async function referenceOf(page: Page, selector = 'a'): Promise<string | null> {
  const href = (await page.locator(selector).getAttribute('href')) ?? '';
  return new URL(href, page.url()).searchParams.get('client_reference_id');
}

/** What a form's submission would carry in this field. */
export const submitted = (page: Page, field = 'usermaven_anonymous_id', selector = 'form'): Promise<unknown> =>
  page.evaluate(`new FormData(document.querySelector(${JSON.stringify(selector)})).get(${JSON.stringify(field)})`);
