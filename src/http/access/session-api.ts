import { type Request, type RequestHandler, type Response, Router } from 'express';
import { z } from 'zod';
import type { Log } from '../../log.ts';
import type { Session } from '../../model/access.ts';
import { GatewayError } from '../../model/error.ts';
import type { Json } from '../../model/json.ts';
import { BodyReader } from '../read-body.ts';
import { jsonIn, parsedAs } from '../request-json.ts';
import { sendJson } from '../send-json.ts';
import { ends } from './changes.ts';
import type { Doorkeeper, Opened } from './doorkeeper.ts';
import { type KnownHosts, requireKnownHost, requireOwnOrigin } from './hosts.ts';
import { passwordLength } from './password.ts';
import { type AdminProxy, userOfProxy } from './proxy.ts';
import { clearSessionCookie, secretIn, setSessionCookie } from './session-cookie.ts';
import { visitorOf } from './visitor.ts';

export interface SessionDependencies {
  readonly doorkeeper: Doorkeeper;
  readonly hosts: KnownHosts;
  readonly proxy: AdminProxy | undefined;
  readonly log: Log;
  /** For everything that tries a password or a link: one count of what was wrong. */
  readonly limited: RequestHandler;
}

const { min, max } = passwordLength;
const given = z.string().max(max, { error: `must have at most ${max} characters` });
const chosen = given.min(min, { error: `must have at least ${min} characters` });
const login = z.strictObject({ password: given });
const setup = z.strictObject({ token: z.string().max(200), password: chosen });
const change = z.strictObject({ current: given, password: chosen });

/** What whoever is not in yet may ask: whether they are, to be let in, to set the first password, and to leave. */
export function sessionRouter({ doorkeeper, hosts, proxy, log, limited }: SessionDependencies): Router {
  const router = Router({ strict: true, caseSensitive: true });
  const bodies = new BodyReader();
  const ofOurPages = (request: Request, _response: Response, next: () => void): void => {
    requireOwnOrigin(request, hosts);
    if (proxy?.userHeader !== undefined) throw passwordsOff();
    next();
  };
  const letIn = (request: Request, response: Response, { session, secret }: Opened): void => {
    setSessionCookie(request, response, secret);
    sendJson(response, 200, openJson(session));
  };

  router.use(['/session', '/setup'], (request, _response, next) => {
    requireKnownHost(request, hosts);
    next();
  });

  router.get('/session', async (request, response) => {
    const user = userOfProxy(request, proxy);
    if (user !== undefined) return sendJson(response, 200, { status: 'open', by: 'proxy', user });
    const secret = secretIn(request);
    const session = secret === undefined ? undefined : await doorkeeper.visit(secret);
    if (session !== undefined) return sendJson(response, 200, openJson(session));
    const isSetUp = proxy?.userHeader !== undefined || (await doorkeeper.hasPassword());
    sendJson(response, 200, { status: isSetUp ? 'login_needed' : 'setup_needed' });
  });

  router.post('/session', ofOurPages, limited, async (request, response) => {
    const { password } = parsedAs(login, await jsonIn(request, response, bodies));
    letIn(request, response, await doorkeeper.logIn(password));
  });

  router.delete('/session', ofOurPages, async (request, response) => {
    const secret = secretIn(request);
    if (secret !== undefined) await doorkeeper.logOut(secret);
    clearSessionCookie(request, response);
    sendJson(response, 200, { status: 'login_needed' });
  });

  router.post('/setup', ofOurPages, limited, async (request, response) => {
    const { token, password } = parsedAs(setup, await jsonIn(request, response, bodies));
    const opened = await doorkeeper.setUp(token, password);
    log.write('password.set', {});
    letIn(request, response, opened);
  });

  return router;
}

export interface PasswordDependencies extends Omit<SessionDependencies, 'hosts'> {
  /** The address of the page that takes a link's secret. */
  readonly setupUrl: (secret: string) => string;
}

/** What changes who may enter: the password for whoever has entered by it, a new setup link for scripts. */
export function passwordRouter(dependencies: PasswordDependencies): Router {
  const { doorkeeper, proxy, log, limited, setupUrl } = dependencies;
  const router = Router({ strict: true, caseSensitive: true });
  const bodies = new BodyReader();

  router.put('/password', limited, async (request, response) => {
    const visitor = visitorOf(request);
    if (visitor.by !== 'password') throw passwordsOff();
    const { current, password } = parsedAs(change, await jsonIn(request, response, bodies));
    const { session, secret } = await doorkeeper.changePassword(visitor.session, { now: current, next: password });
    log.write('password.set', {});
    setSessionCookie(request, response, secret);
    sendJson(response, 200, openJson(session));
  });

  router.post('/setup-links', async (request, response) => {
    // A session may be stolen, and must not last longer than it does.
    if (visitorOf(request).by !== 'token')
      throw new GatewayError('UNAUTHORIZED', 'a setup link is made with the token');
    if (proxy?.userHeader !== undefined) throw passwordsOff();
    const { secret, endsAt } = await doorkeeper.makeSetupLink({ isOnly: false });
    sendJson(response, 200, { url: setupUrl(secret), expires_at: endsAt.toISOString() });
  });

  return router;
}

function openJson(session: Session): Json {
  const { idleAt, at } = ends(session);
  const times = { expires_at: at.toISOString(), idle_expires_at: idleAt.toISOString() };
  return { status: 'open', by: 'password', user: 'admin', ...times };
}

const passwordsOff = (): GatewayError =>
  new GatewayError('PASSWORDS_OFF', 'this console is not entered by password here', {
    hint: 'log in and out where you were let in',
  });
