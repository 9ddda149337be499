import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import express, { type Express, type Request, type RequestHandler, type Response, Router } from 'express';
import type { Log } from '../log.ts';
import { GatewayError } from '../model/error.ts';
import { type Audience, problemAnswerer } from './problem.ts';

/** What a handler of a hot route is given: Node's own request, with what the router knows of its path. */
export type RoutedRequest = IncomingMessage & Pick<Request, 'method' | 'params' | 'originalUrl'>;

export interface Routes {
  /**
   * Asked first, by a router without an app around it: what the app does to every request and response costs as much
   * as all the rest of answering. Their handlers take a `RoutedRequest` and a `ServerResponse`, and nothing of Express's.
   */
  readonly hot?: (router: Router) => void;
  readonly others: (app: Express) => void;
}

const notFound: RequestHandler = (_request, _response, next) => next(new GatewayError('NOT_FOUND', 'no such path'));

/** An Express app that answers whatever comes itself, in JSON, and tells nothing of what it runs on. */
export function createApp(log: Log, audience: Audience, { hot, others }: Routes): RequestListener {
  const answerProblem = problemAnswerer(log, audience);
  const app = express();
  app.disable('x-powered-by');
  app.enable('strict routing');
  app.enable('case sensitive routing');
  others(app);
  app.use(notFound);
  // biome-ignore lint/complexity/useMaxParams: Express knows an error handler by its four parameters
  app.use((fault: unknown, _request: Request, response: Response, _next: unknown) => answerProblem(fault, response));
  const answer = hot === undefined ? app : hotRoutes(hot, app, answerProblem);
  return (request, response) => {
    // No sender has a reason to write more than a path; where that is no URL, Express's own error page would answer.
    if (!request.url?.startsWith('/')) request.url = '/';
    answer(request, response);
  };
}

function hotRoutes(
  addRoutes: (router: Router) => void,
  app: RequestListener,
  answerProblem: (fault: unknown, response: ServerResponse) => void,
): RequestListener {
  const router = Router({ strict: true, caseSensitive: true });
  addRoutes(router);
  return (request, response) => {
    router(request as Request, response as Response, (fault: unknown) => {
      if (fault === undefined) app(request, response);
      else answerProblem(fault, response);
    });
  };
}
