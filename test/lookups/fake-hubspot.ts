import type http from 'node:http';
import type { Json } from '../../src/model/json.ts';
import { startHttpServer } from '../delivery/local-server.ts';

/** What it does with a request; `ok` answers it. */
export type Mood = 'ok' | 'busy' | 'daily' | 'missing' | 'broken' | 'slow' | 'cut' | 'forbidden';

export interface FakeHubspot {
  readonly origin: string;
  /** Paths that were asked, in order. */
  readonly asked: () => readonly string[];
  /** The most requests in any window of ten seconds, by the clock of the test. */
  readonly mostInWindow: () => number;
}

const windowMs = 10_000;

/** HubSpot's contacts API, as strict about its window as the real one: what is too much is answered 429. */
export async function startFakeHubspot(
  mood: (contact: string, count: number) => Mood,
  clock: { now(): Date } = { now: () => new Date() },
): Promise<FakeHubspot> {
  const times: number[] = [];
  const counts = new Map<string, number>();
  let most = 0;
  const server = await startHttpServer((response, request) => {
    const nowMs = clock.now().getTime();
    times.push(nowMs);
    most = Math.max(most, times.filter((time) => time > nowMs - windowMs).length);
    const contact = /contacts\/(\w+)/.exec(request.url ?? '')?.[1] ?? '';
    counts.set(contact, (counts.get(contact) ?? 0) + 1);
    answer(response, mood(contact, counts.get(contact) ?? 1), contact);
  });
  return { origin: server.origin, asked: () => server.requests.map(({ url }) => url ?? ''), mostInWindow: () => most };
}

function answer(response: http.ServerResponse, mood: Mood, contact: string): void {
  const json = (status: number, body: Json): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  const limit = { status: 'error', message: 'limit', errorType: 'RATE_LIMIT' };
  switch (mood) {
    case 'ok':
      return json(200, contactOf(contact));
    case 'busy':
      return json(429, { ...limit, policyName: 'TEN_SECONDLY_ROLLING' });
    case 'daily':
      return json(429, { ...limit, policyName: 'DAILY' });
    case 'missing':
      return json(404, { status: 'error', message: 'resource not found' });
    case 'forbidden':
      return json(403, { status: 'error', message: 'MISSING_SCOPES' });
    case 'broken':
      return json(502, { status: 'error', message: 'bad gateway' });
    case 'slow':
      return undefined;
    case 'cut':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"id":"65');
      response.destroy();
      return undefined;
  }
}

const contactOf = (id: string): Json => ({
  id,
  properties: { email: `c${id}@example.com`, lifecyclestage: 'salesqualifiedlead', app_user_id: null },
  propertiesWithHistory: {
    lifecyclestage: [
      { value: 'lead', timestamp: '2026-11-01T00:00:00Z', sourceType: 'CRM_UI' },
      { value: 'salesqualifiedlead', timestamp: '2026-11-21T00:00:00Z', sourceType: 'CRM_UI' },
    ],
  },
  createdAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-11-21T00:00:00Z',
  archived: false,
});
