import { describe, expect, it } from 'vitest';
import { request } from '../support/http-client.ts';
import { signedPost, testReceiver } from '../support/receiver.ts';
import { connect, exchange } from '../support/wire.ts';
import { stripe } from '../../src/sources/stripe.ts';
import { callrail } from '../../src/sources/callrail.ts';

describe('probe', () => {
  it('posts', async () => {
    const r = await testReceiver();
    console.log(await r.post(stripe, '{"id":"evt_1","type":"x"}'));
    const long = 'a'.repeat(2_000_000);
    console.log(await request(`${r.url}/in/stripe`, { method: 'POST', body: long }).catch(String));
    console.log(await request(`${r.url}/in/stripe`, { method: 'POST', headers: { 'transfer-encoding': 'chunked' }, body: 'a'.repeat(64_000_000) }).catch(String));
    console.log('taken', r.bytesTaken());
    console.log(await request(`${r.url}/in/unknown`, { method: 'POST', headers: { 'transfer-encoding': 'chunked' }, body: 'a'.repeat(64_000_000) }).catch(String));
    console.log('taken', r.bytesTaken());
    for (const text of [
      'POST http://evil.example/in/callrail HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}',
      'POST http://evil.example:99999999/in/callrail HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}',
      'OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
      'OPTIONS /in/stripe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
      'OPTIONS /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
      'HEAD /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
      'GET /in/%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
      'POST /in/%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
      'POST /in/stripe/%ff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
      'POST /in/stripe?x=%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
      'POST /in/stripe HTTP/1.1\r\nConnection: close\r\n\r\n',
      'TRACE /in/stripe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
      'CONNECT x:80 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
      'POST /in/stripe HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: foo\r\nContent-Length: 2\r\n\r\n{}',
      'POST /in/stripe HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 20000000\r\n\r\n',
      'POST /in/stripe HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      'GET /\r\n\r\n',
      'garbage\r\n\r\n',
    ]) {
      const wire = await connect(r.port);
      wire.send(text);
      const answer = await Promise.race([wire.closed(), new Promise((res) => setTimeout(() => res('STILL OPEN ' + wire.received()), 500))]);
      console.log(JSON.stringify(text.slice(0, 60)), '\n   ', JSON.stringify(answer));
      wire.end();
    }
  });
});
