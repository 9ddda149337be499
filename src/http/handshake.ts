import type { ServerResponse } from 'node:http';
import type { Log } from '../log.ts';
import type { Clock } from '../model/clock.ts';
import { GatewayError } from '../model/error.ts';
import type { ConfiguredSource, HandshakeAnswer } from '../sources/source.ts';
import { send, sendEmpty } from './send-json.ts';

/** A secret that a sender has told while it was being set up. */
export interface ToldSecret {
  readonly secret: string;
  readonly at: Date;
  /** How many others were told before. Each but one is somebody else's, who could sign with it once it is set. */
  readonly others: number;
}

/**
 * By source, the last one. Only in memory and only as long as the source has none: it is for the operator, who sets it.
 * Nothing proves who has told it, so that it is told as well whether there were others.
 */
export type ToldSecrets = Map<string, ToldSecret>;

interface AnswerContext {
  readonly source: ConfiguredSource;
  readonly dependencies: { readonly log: Log; readonly clock: Clock; readonly toldSecrets?: ToldSecrets };
}

/** Throws SIGNATURE_REFUSED. */
export function answerAsked(
  response: ServerResponse,
  answer: HandshakeAnswer,
  { source: { name, settings }, dependencies: { log, clock, toldSecrets } }: AnswerContext,
): void {
  if (answer.kind === 'refused') {
    log.write('request.refused', { source: name, reason: answer.reason });
    throw new GatewayError('SIGNATURE_REFUSED', answer.reason);
  }
  const { status, headers, type, text, toldSecret } = answer;
  const isKept = toldSecret !== null && settings.secret.length === 0 && toldSecrets !== undefined;
  if (isKept) {
    const before = toldSecrets.get(name);
    const isOther = before !== undefined && before.secret !== toldSecret;
    toldSecrets.set(name, { secret: toldSecret, at: clock.now(), others: (before?.others ?? 0) + (isOther ? 1 : 0) });
  }
  for (const [header, value] of Object.entries(headers)) response.setHeader(header, value);
  if (status === 204) sendEmpty(response, status);
  else send(response, status, { cache: 'no-store', type, text });
  log.write('request.asked', { source: name, told_secret: isKept });
}
