import type { RequestListener } from 'node:http';
import { GatewayError } from '../model/error.ts';
import type { Store } from '../store/store.ts';
import { createApp } from './app.ts';
import { bridge } from './bridge.ts';
import { type ReadinessDependencies, readiness } from './readiness.ts';
import { greet, type ReceiveDependencies, receive } from './receive.ts';
import { sendJson } from './send-json.ts';

export interface ReceiverDependencies extends ReceiveDependencies, Omit<ReadinessDependencies, 'store'> {
  readonly store: Pick<Store, 'recordRequest' | 'ping' | 'condition'>;
}

const kindPattern = /^[a-z0-9_]{1,64}$/;

/** The public side: `/in/*`, `/bridge.js`, `/healthz`, `/readyz` and nothing else. */
export function receiverApp(dependencies: ReceiverDependencies): RequestListener {
  const handle = receive(dependencies);
  const isGreeted = greet(dependencies);
  return createApp(dependencies.log, 'internet', {
    hot: (router) => {
      router.post('/in/:source', handle);
      router.post('/in/:source/:kind', (request, response) => {
        if (!kindPattern.test(request.params.kind)) throw new GatewayError('NOT_FOUND', 'no such kind');
        return handle(request, response);
      });
      router.all(['/in/:source', '/in/:source/:kind'], (request, response) => {
        if ((request.method === 'GET' || request.method === 'HEAD') && isGreeted(request, response)) return;
        response.setHeader('Allow', 'POST');
        throw new GatewayError('METHOD_NOT_ALLOWED', 'use POST');
      });
    },
    others: (app) => {
      app.get('/bridge.js', bridge());
      app.all('/bridge.js', (_request, response) => {
        response.setHeader('Allow', 'GET, HEAD');
        throw new GatewayError('METHOD_NOT_ALLOWED', 'use GET');
      });
      app.get('/healthz', (_request, response) => sendJson(response, 200, { status: 'ok' }));
      app.get('/readyz', readiness(dependencies, 'internet'));
    },
  });
}
