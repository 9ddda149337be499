import type { RequestListener } from 'node:http';
import express, { type Express, type RequestHandler } from 'express';
import type { Log } from '../log.ts';
import { GatewayError } from '../model/error.ts';
import { type Audience, problemHandler } from './problem.ts';

const notFound: RequestHandler = (_request, _response, next) => next(new GatewayError('NOT_FOUND', 'no such path'));

/** An Express app that answers whatever comes itself, in JSON, and tells nothing of what it runs on. */
export function createApp(log: Log, audience: Audience, addRoutes: (app: Express) => void): RequestListener {
  const app = express();
  app.disable('x-powered-by');
  app.enable('strict routing');
  app.enable('case sensitive routing');
  addRoutes(app);
  app.use(notFound);
  app.use(problemHandler(log, audience));
  return (request, response) => {
    // No sender has a reason to write more than a path; where that is no URL, Express's own error page would answer.
    if (!request.url?.startsWith('/')) request.url = '/';
    app(request, response);
  };
}
