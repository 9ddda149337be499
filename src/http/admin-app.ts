import express, { type Express } from 'express';
import type { Log } from '../log.ts';
import { apiRouter, type ApiDependencies } from './api.ts';
import { requireToken } from './auth.ts';
import type { Metrics } from './metrics.ts';
import { notFound, problemHandler } from './problem.ts';

export interface AdminDependencies extends ApiDependencies {
  readonly token: string;
  readonly metrics: Pick<Metrics, 'text' | 'contentType'>;
  readonly log: Log;
}

/** The operator's side: `/api/*` and `/metrics`, behind the bearer token on any address. */
export function adminApp(dependencies: AdminDependencies): Express {
  const { token, clock, metrics, log } = dependencies;
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('query parser', false);

  const authorized = requireToken(token, clock);
  app.use('/api', authorized, apiRouter(dependencies));
  app.get('/metrics', authorized, async (_request, response) => {
    response.setHeader('Content-Type', metrics.contentType);
    response.end(await metrics.text());
  });
  app.use(notFound);
  app.use(problemHandler(log, { publicly: false }));
  return app;
}
