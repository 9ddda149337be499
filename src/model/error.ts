/**
 * The fault catalogue: everything an operator must fix. What the business counts (a refused signature, an unmatched
 * event, a failed attempt) is a value and never thrown. docs/errors.md explains each; a test compares the two lists.
 */
export const faults = {
  CONFIG_INVALID: { status: 500 },
  MAPPING_INVALID: { status: 500 },
  SOURCE_UNKNOWN: { status: 404 },
  DESTINATION_UNKNOWN: { status: 404 },
  DESTINATION_OFF: { status: 409 },
  NOT_FOUND: { status: 404 },
  METHOD_NOT_ALLOWED: { status: 405 },
  SIGNATURE_REFUSED: { status: 401 },
  UNAUTHORIZED: { status: 401 },
  TOO_MANY_FAILURES: { status: 429 },
  SESSION_ENDED: { status: 401 },
  PASSWORD_REFUSED: { status: 401 },
  SETUP_NEEDED: { status: 409 },
  SETUP_LINK_REFUSED: { status: 401 },
  PASSWORDS_OFF: { status: 409 },
  ORIGIN_REFUSED: { status: 403 },
  HOST_REFUSED: { status: 403 },
  BODY_TOO_LARGE: { status: 413 },
  ENCODING_UNSUPPORTED: { status: 415 },
  REQUEST_INVALID: { status: 400 },
  SOURCE_NOT_CONFIGURED: { status: 503 },
  CERTIFICATE_UNAVAILABLE: { status: 503 },
  STORE_UNAVAILABLE: { status: 503 },
  STORE_IN_USE: { status: 503 },
  STORE_UNSAFE: { status: 503 },
  EVALUATOR_UNAVAILABLE: { status: 503 },
  MAPPING_NOT_FOUND: { status: 404 },
  MAPPING_CHANGED: { status: 409 },
  MAPPING_REFUSED: { status: 422 },
  EDITING_OFF: { status: 403 },
  EVENT_NOT_FOUND: { status: 404 },
  DELIVERY_NOT_FOUND: { status: 404 },
  DELIVERY_NOT_MOVABLE: { status: 409 },
  EVENT_NOT_REPLAYABLE: { status: 409 },
  REPLAY_NOT_FOUND: { status: 404 },
  REPLAY_ENDED: { status: 409 },
  PERSON_NOT_FOUND: { status: 404 },
  PERSON_AMBIGUOUS: { status: 409 },
  GATEWAY_UNREACHABLE: { status: 503 },
  GATEWAY_SILENT: { status: 504 },
  INTERNAL: { status: 500 },
} as const satisfies Record<string, { status: number }>;

export type FaultCode = keyof typeof faults;

/** A place in something a person wrote; line and column count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface FaultDetails {
  readonly at?: Position;
  /** One sentence: what to do next. */
  readonly hint?: string;
  readonly cause?: unknown;
}

export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: FaultCode;
  readonly at: Position | undefined;
  readonly hint: string | undefined;

  constructor(code: FaultCode, message: string, details: FaultDetails = {}) {
    super(message, details.cause === undefined ? {} : { cause: details.cause });
    this.code = code;
    this.at = details.at;
    this.hint = details.hint;
  }

  get status(): number {
    return faults[this.code].status;
  }
}
