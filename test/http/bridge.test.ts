import { describe, expect, it } from 'vitest';
import { request } from '../support/http-client.ts';
import { readProjectFile } from '../support/project-files.ts';
import { testReceiver } from '../support/receiver.ts';

const script = readProjectFile('src/bridge/bridge.min.js');

describe('/bridge.js', () => {
  it('is the script, for pages of any origin, to be kept for an hour', async () => {
    const { url } = await testReceiver();
    expect(await request(`${url}/bridge.js`)).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'text/javascript; charset=utf-8',
        'content-length': String(Buffer.byteLength(script)),
        'cache-control': 'public, max-age=3600',
        etag: expect.stringMatching(/^"[\w-]{22}"$/),
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'cross-origin',
        'access-control-allow-origin': '*',
      },
      text: script,
    });
  });

  it('is there without a source and while the gateway is draining, whatever the query', async () => {
    const { url } = await testReceiver({ sources: [], notReady: () => 'draining' });
    expect(await request(`${url}/bridge.js?v=2`)).toMatchObject({ status: 200, text: script });
  });

  it('is not sent again to who has it', async () => {
    const { url } = await testReceiver();
    const { headers } = await request(`${url}/bridge.js`);
    const etag = headers.etag ?? '';
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const answer = await request(`${url}/bridge.js`, { headers: { 'if-none-match': known } });
      expect(answer).toMatchObject({
        status: 304,
        headers: { etag, 'cache-control': 'public, max-age=3600' },
        text: '',
      });
    }
    for (const known of ['"other"', 'x', '']) {
      const answer = await request(`${url}/bridge.js`, { headers: { 'if-none-match': known } });
      expect(answer).toMatchObject({ status: 200, text: script });
    }
  });

  it('is answered to HEAD without the script', async () => {
    const { url } = await testReceiver();
    const get = await request(`${url}/bridge.js`);
    const head = await request(`${url}/bridge.js`, { method: 'HEAD' });
    expect(head).toEqual({ status: 200, headers: { ...get.headers, date: head.headers.date }, text: '' });
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('takes no %s', async (method) => {
    const { url } = await testReceiver();
    expect(await request(`${url}/bridge.js`, { method })).toMatchObject({
      status: 405,
      headers: { allow: 'GET, HEAD' },
      text: '{"error":{"code":"method_not_allowed","message":"use GET"}}',
    });
  });

  it.each(['/bridge.js/', '/Bridge.js', '/bridge', '/bridge/bridge.min.js', '/bridge.min.js'])(
    'is not at %s',
    async (path) => {
      const { url } = await testReceiver();
      expect((await request(`${url}${path}`)).status).toBe(404);
    },
  );
});
