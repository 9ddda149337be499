import type { FailureReason } from '../model/attempt.ts';

/** Why a request got no complete answer. */
export interface SendFailure {
  readonly reason: Extract<FailureReason, 'timeout' | 'unreachable' | 'invalid_payload'>;
  /** For people; names hosts and addresses, never a path or a query. */
  readonly message: string;
  /** False when the request has certainly not left; true when the other side may have received it. */
  readonly sent: boolean;
}

/** What Node adds to its network errors. */
interface NetworkError extends Error {
  readonly code?: string;
  readonly syscall?: string;
  readonly address?: string;
  readonly port?: number;
  readonly hostname?: string;
  /** OpenSSL's own words, where `message` is a dump of its error queue. */
  readonly reason?: string;
}

/** The guard's refusal of an address, carried through the resolver's callback. */
export class RefusedAddress extends Error {
  override readonly name = 'RefusedAddress';
}

/** A network error in words a person can act on: `ECONNREFUSED 127.0.0.1:3000`, `TLS: certificate has expired`. */
export function networkFailure(error: unknown): SendFailure {
  const causes = rootCauses(error);
  return {
    reason: 'unreachable',
    message: [...new Set(causes.map(describe))].join(', '),
    sent: !causes.every(happensBeforeSending),
  };
}

/** Below a client's wrapper, and one per address where several were tried. */
function rootCauses(error: unknown): NetworkError[] {
  if (error instanceof AggregateError) return error.errors.flatMap(rootCauses);
  if (!(error instanceof Error)) return [{ name: 'Error', message: String(error) }];
  return error.cause instanceof Error ? rootCauses(error.cause) : [error];
}

function describe(error: NetworkError): string {
  const { code, address, port, hostname, reason, message } = error;
  if (error.name === 'HTTPParserError') return notHttp(/\((.+)\)$/.exec(message)?.[1] ?? message);
  if (code === undefined) return message;
  if (isCertificateError(code)) return `TLS: ${message}`;
  if (tlsError.test(code)) return `TLS: ${reason ?? message}`;
  if (code.startsWith('HPE_')) return notHttp(reason ?? message);
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return notHttp('Header overflow');
  if (connectionEnded.has(code)) return `ECONNRESET: ${message}`;
  if (address !== undefined) return `${code} ${address}${port === undefined ? '' : `:${port}`}`;
  if (hostname !== undefined) return `${code} ${hostname}`;
  return `${code}: ${message}`;
}

const notHttp = (reason: string): string => `not an HTTP answer: ${reason}`;

/** undici's names for a connection that the other side closed before its answer was complete. */
const connectionEnded = new Set(['UND_ERR_SOCKET', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH']);

const tlsError = /^(?:EPROTO$|ERR_SSL_|ERR_TLS_)/;

/** OpenSSL's names for a certificate that does not hold, and Node's for one that names another host. */
const certificateError =
  /^(?:CERT_|CRL_|DEPTH_ZERO_|ERR_TLS_CERT_|HOSTNAME_MISMATCH|INVALID_|PATH_LENGTH|SELF_SIGNED_|UNABLE_TO_)/;
const isCertificateError = (code: string): boolean => certificateError.test(code);

function happensBeforeSending(error: NetworkError): boolean {
  const { code = '', syscall = '' } = error;
  return error instanceof RefusedAddress || isCertificateError(code) || ['connect', 'getaddrinfo'].includes(syscall);
}
