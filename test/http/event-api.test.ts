import { describe, expect, it } from 'vitest';
import type { ApiValues } from '../../src/api-shapes/values.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';

const mapping = `version: 1
name: Paid
source: stripe
when: =data.object.customer != ""
event:
  name: Paid
  user: { id: =data.object.customer }
  attributes: { coupon: =data.object.coupn.id }
destinations: [segment]
`;
const forOthers = mapping.replace('source: stripe', 'source: stripe\nevents: invoice.paid');
const skipping = mapping.replace('!= ""', '= ""');
const writeKey = 'write-key-of-the-test';
const segment = { type: 'segment', url: 'http://127.0.0.1:9', write_key: writeKey, allow_private_address: true };

async function gatewayWith(mappings: Readonly<Record<string, string>>): Promise<TestGateway & { readonly id: string }> {
  const gateway = await testGateway({ destinations: { segment }, mappings });
  await gateway.send('evt_1');
  const { items } = await gateway.get<{ items: { id: string }[] }>('/api/events');
  return { ...gateway, id: `${items[0]?.id}` };
}

const problem = { error: { code: expect.any(String) } };

describe('GET /api/events/:id/values', () => {
  it('tells every value of a mapping in force with its expression, and why nothing came of one', async () => {
    const { get, id } = await gatewayWith({ 'paid.yaml': mapping });
    const { items } = await get<ApiValues>(`/api/events/${id}/values`);
    expect(items).toMatchObject([
      {
        mapping: 'paid.yaml',
        outcome: 'translated',
        message: null,
        fields: [
          { path: 'when', expression: 'data.object.customer != ""', result: 'value', value: true },
          { path: 'event.name', expression: null, result: 'value', value: 'Paid' },
          { path: 'event.user.id', expression: 'data.object.customer', result: 'value', value: 'cus_evt_1' },
          { path: 'event.attributes.coupon', result: 'nothing', value: null, why: expect.stringContaining('coupn') },
        ],
      },
    ]);
    expect(items[0]?.version).toMatch(/^[0-9a-f]{12}$/);
  });

  it('tells what a condition came to where it ends the mapping', async () => {
    const { get, id } = await gatewayWith({ 'paid.yaml': skipping });
    const { items } = await get<ApiValues>(`/api/events/${id}/values`);
    expect(items).toMatchObject([
      { outcome: 'skipped', message: expect.any(String), fields: [{ path: 'when', value: false }, {}, {}, {}] },
    ]);
    expect(items[0]?.fields[1]?.result).toBe('value');
    expect(items[0]?.fields[2]?.result).toBe('not_evaluated');
  });

  it('says nothing of mappings for other events', async () => {
    const { get, id } = await gatewayWith({ 'paid.yaml': mapping, 'others.yaml': forOthers });
    const { items } = await get<ApiValues>(`/api/events/${id}/values`);
    expect(items.map(({ mapping: file }) => file)).toEqual(['paid.yaml']);
  });

  it('refuses an event that is not there', async () => {
    const { get } = await gatewayWith({});
    expect(await get('/api/events/evt_none/values')).toMatchObject({ ...problem, error: { code: 'event_not_found' } });
  });
});

describe('GET /api/deliveries/:id/request', () => {
  it('shows the request that carries the payload, without the secret in it', async () => {
    const { get, id } = await gatewayWith({ 'paid.yaml': mapping });
    const delivery = await untilThere(() => firstDelivery({ get, id }));
    const { request } = await get<{ request: { url: string; body: string } }>(`/api/deliveries/${delivery}/request`);
    expect(request).toMatchObject({ method: 'POST', url: 'http://127.0.0.1:9/v1/track' });
    expect(JSON.parse(request.body)).toMatchObject({ userId: 'cus_evt_1', event: 'Paid' });
    expect(JSON.stringify(request)).not.toContain(writeKey);
    expect(JSON.stringify(request)).not.toContain(Buffer.from(`${writeKey}:`).toString('base64'));
  });

  it('refuses a delivery that is not there', async () => {
    const { get } = await gatewayWith({});
    expect(await get('/api/deliveries/dlv_none/request')).toMatchObject({ error: { code: 'delivery_not_found' } });
  });
});

async function firstDelivery({ get, id }: Pick<TestGateway, 'get'> & { readonly id: string }) {
  const { deliveries } = await get<{ deliveries: readonly { readonly id: string }[] }>(`/api/events/${id}`);
  return deliveries[0]?.id;
}

async function untilThere(look: () => Promise<string | undefined>): Promise<string> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
  }
}
