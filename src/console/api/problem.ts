/** What the API refuses, in its own words; `unreachable` where it did not answer at all. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  readonly code: string;
  readonly hint: string | null;

  constructor(told: {
    readonly status: number;
    readonly code: string;
    readonly message: string;
    readonly hint?: string | null;
  }) {
    super(told.message);
    this.status = told.status;
    this.code = told.code;
    this.hint = told.hint ?? null;
  }
}

/** Reads `{"error":{"code","message","hint"}}`; whatever else answered in the gateway's place has only its status. */
export function problemFrom(status: number, body: unknown): ApiProblem {
  const error = isRecord(body) && isRecord(body.error) ? body.error : {};
  const { code, message, hint } = error;
  return new ApiProblem({
    status,
    code: typeof code === 'string' ? code : `http_${status}`,
    message: typeof message === 'string' ? message : `the gateway answered ${status}`,
    hint: typeof hint === 'string' ? hint : null,
  });
}

export const unreachable = (): ApiProblem =>
  new ApiProblem({
    status: 0,
    code: 'unreachable',
    message: 'the gateway does not answer',
    hint: 'is it running, and is this device still connected? The console tries again by itself',
  });

/** A proxy that wants us to log in again answers a page of its own, and with success. */
export const unreadable = (status: number): ApiProblem =>
  new ApiProblem({
    status,
    code: 'unreadable',
    message: 'what answered is not the gateway',
    hint: 'a proxy before it may want you to log in again: load the page anew',
  });

/** Anything caught, as a problem that can be shown. */
export const asProblem = (error: unknown): ApiProblem =>
  error instanceof ApiProblem
    ? error
    : new ApiProblem({ status: 0, code: 'console', message: error instanceof Error ? error.message : String(error) });

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
