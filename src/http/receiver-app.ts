import express, { type Express, type Request, type Response } from 'express';
import type { Store } from '../store/store.ts';
import { GatewayError } from '../model/error.ts';
import { notFound, problemHandler, sendJson } from './problem.ts';
import { type ReceiveDependencies, receive } from './receive.ts';

export interface ReceiverDependencies extends ReceiveDependencies {
  readonly store: Pick<Store, 'recordRequest' | 'ping'>;
  /** Why no traffic must come here now; undefined when all is well. */
  readonly notReady: () => string | undefined;
}

const kindPattern = /^[a-z0-9_]{1,64}$/;

/** The public side: `/in/*`, `/healthz`, `/readyz` and nothing else. */
export function receiverApp(dependencies: ReceiverDependencies): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('query parser', false);
  app.enable('strict routing');
  app.enable('case sensitive routing');

  const handle = receive(dependencies);
  app.post('/in/:source', handle);
  app.post('/in/:source/:kind', (request, response) => {
    if (!kindPattern.test(request.params.kind)) throw new GatewayError('NOT_FOUND', 'no such kind');
    return handle(request, response);
  });
  app.all(['/in/:source', '/in/:source/:kind'], (_request, response) => {
    response.setHeader('Allow', 'POST');
    throw new GatewayError('METHOD_NOT_ALLOWED', 'use POST');
  });
  app.get('/healthz', (_request, response) => sendJson(response, 200, { status: 'ok' }));
  app.get('/readyz', readiness(dependencies));
  app.use(notFound);
  app.use(problemHandler(dependencies.log, { publicly: true }));
  return app;
}

function readiness({ store, notReady }: ReceiverDependencies): (request: Request, response: Response) => Promise<void> {
  return async (_request, response) => {
    if (notReady() !== undefined) return sendJson(response, 503, { status: 'not_ready' });
    await store.ping();
    sendJson(response, 200, { status: 'ready' });
  };
}
