import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach } from 'vitest';
import type { StandIn } from '../../../src/demo/stand-ins/stand-in.ts';

/** Sends recorded requests as they were sent: `fetch` would always add a User-Agent of its own. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A header of null is not sent; a string is sent as it is, anything else as JSON. */
export async function post(
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string | null>> = {},
): Promise<Reply> {
  const sent = Object.entries({ 'content-type': 'application/json', 'user-agent': chrome, ...headers });
  const outgoing = request(url, { method: 'POST', agent: false });
  for (const [name, value] of sent) if (value !== null) outgoing.setHeader(name, value);
  outgoing.end(typeof body === 'string' ? body : JSON.stringify(body));
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
}

export const chrome =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';

export type RecordedHeaders = Readonly<Record<string, string | null>>;

/** `<chrome>` stands for a real browser in the recordings. */
export const recorded = (headers: RecordedHeaders): RecordedHeaders =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value === '<chrome>' ? chrome : value]));

export function casesOf<Case>(file: string): readonly Case[] {
  const url = new URL(`../../fixtures/stand-ins/${file}`, import.meta.url);
  return (JSON.parse(readFileSync(url, 'utf8')) as { readonly cases: readonly Case[] }).cases;
}

/** Closes what a test has started. */
export function closesStandIns(): (starting: Promise<StandIn>) => Promise<StandIn> {
  const open: StandIn[] = [];
  afterEach(() => Promise.all(open.splice(0).map((standIn) => standIn.close())));
  return async (starting) => {
    const standIn = await starting;
    open.push(standIn);
    return standIn;
  };
}
