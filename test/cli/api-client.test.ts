import type http from 'node:http';
import { describe, expect, it } from 'vitest';
import { createApiClient } from '../../src/cli/api-client.ts';
import { startHttpServer } from '../delivery/local-server.ts';

const patienceMs = 200;
const answer = (response: http.ServerResponse, value: unknown): void => {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
};

describe('a client of the API', () => {
  it('says that nothing answers where there is no gateway', async () => {
    await expect(createApiClient('http://127.0.0.1:9', 't').get('/stats')).rejects.toMatchObject({
      code: 'GATEWAY_UNREACHABLE',
      message: 'no gateway answers at http://127.0.0.1:9',
    });
  });

  it('says of a gateway that is there, and silent, that it has not answered in time', async () => {
    const server = await startHttpServer(() => undefined);
    await expect(createApiClient(server.origin, 't', { patienceMs }).get('/stats')).rejects.toMatchObject({
      code: 'GATEWAY_SILENT',
      message: `the gateway at ${server.origin} has not answered within 0.2 seconds`,
    });
  });

  it.each([
    ['before', (response: http.ServerResponse) => response.destroy()],
    ['amid', (response: http.ServerResponse) => response.writeHead(200).write('{"a":', () => response.destroy())],
  ])('says of a gateway that goes away %s its answer that it did', async (_, goAway) => {
    const server = await startHttpServer(goAway);
    await expect(createApiClient(server.origin, 't').post('/replays', {})).rejects.toMatchObject({
      code: 'GATEWAY_SILENT',
      message: `the gateway at ${server.origin} went away before it had answered`,
    });
  });

  it('waits for what it has asked to be done as long as that takes', async () => {
    const { promise: working, resolve: begun } = Promise.withResolvers<http.ServerResponse>();
    const server = await startHttpServer((response, { method }) => {
      if (method === 'POST') begun(response);
    });
    const api = createApiClient(server.origin, 't', { patienceMs });
    const plan = api.post('/replays', { dry_run: true });
    const response = await working;
    await expect(api.get('/stats')).rejects.toMatchObject({ code: 'GATEWAY_SILENT' });
    answer(response, { events: 3 });
    expect(await plan).toEqual({ events: 3 });
    expect(server.requests[0]).toMatchObject({
      headers: { authorization: 'Bearer t', 'content-type': 'application/json' },
    });
    expect(String(server.requests[0]?.body)).toBe('{"dry_run":true}');
  });
});
