import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Json, JsonObject } from '../../src/model/json.ts';

/** What HubSpot's and Stripe's own APIs know. */
export interface KnownToApis {
  /** HubSpot's contacts by id, with their properties. */
  readonly contacts: Readonly<Record<string, JsonObject>>;
  /** Stripe's customers by id. */
  readonly customers: Readonly<Record<string, JsonObject>>;
}

/** Both at one address; whoever has no token is turned away as by the real ones. */
export async function startSourceApis({
  contacts,
  customers,
}: KnownToApis): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    const answer = (status: number, body: Json): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    const { pathname } = new URL(request.url ?? '', 'http://localhost');
    if (!/^Bearer (pat|rk)[-_]/.test(request.headers.authorization ?? '')) return answer(401, { message: 'no token' });
    const [, kind, id = ''] = /^\/(?:crm\/v3\/objects\/(contacts)|v1\/(?:customers))\/(.+)$/.exec(pathname) ?? [];
    const contact = contacts[id];
    if (kind === 'contacts' && contact !== undefined) return answer(200, contactOf(id, contact));
    const found = pathname.startsWith('/v1/customers/') ? customers[id] : undefined;
    if (found !== undefined) return answer(200, { id, object: 'customer', ...found });
    return answer(404, { message: 'resource not found' });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const contactOf = (id: string, properties: JsonObject): Json => ({
  id,
  properties,
  propertiesWithHistory: {
    lifecyclestage: [
      { value: 'salesqualifiedlead', timestamp: '2026-11-21T00:00:00Z', sourceType: 'CRM_UI' },
      { value: 'lead', timestamp: '2026-11-01T00:00:00Z', sourceType: 'CRM_UI' },
    ],
  },
});
