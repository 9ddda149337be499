import { problemFrom, unreachable, unreadable } from './problem.ts';
import { closeSession } from './session.ts';

export interface ApiCall {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/**
 * Asks the API; `path` starts after `/api`. Throws ApiProblem, and AbortError where the caller has gone away.
 * Where no session is open any more, the frame shows the login page and comes back here afterwards.
 */
export async function api<T>(path: string, { method = 'GET', body, signal: aborted }: ApiCall = {}): Promise<T> {
  const response = await fetch(`/api${path}`, {
    method,
    credentials: 'same-origin',
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(aborted === undefined ? {} : { signal: aborted }),
  }).catch((error: unknown) => {
    throw isAbort(error) ? error : unreachable();
  });
  if (response.status === 204) return undefined as T;
  const answer = await jsonOf(response);
  if (response.ok && answer === undefined) throw unreadable(response.status);
  if (response.ok) return answer as T;
  const problem = problemFrom(response.status, answer);
  if (problem.code === 'unauthorized' || problem.code === 'session_ended') closeSession();
  throw problem;
}

/** What has not been answered by then will not be. */
const patienceMs = 60_000;

/** Until whoever asked has gone away, and not forever. */
export const patiently = (leaving: AbortSignal): AbortSignal =>
  AbortSignal.any([leaving, AbortSignal.timeout(patienceMs)]);

/** A path with those of the parameters that say something. */
export function pathWith(
  path: string,
  parameters: Readonly<Record<string, string | number | null | undefined>>,
): string {
  const said = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null && value !== '');
  if (said.length === 0) return path;
  return `${path}?${new URLSearchParams(said.map(([name, value]) => [name, String(value)]))}`;
}

export const isAbort = (error: unknown): boolean => error instanceof DOMException && error.name === 'AbortError';

async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch (error) {
    if (isAbort(error)) throw error;
    // Something before the gateway has answered in its place; the status says enough.
    return undefined;
  }
}
