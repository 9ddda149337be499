import { createHmac } from 'node:crypto';
import type { Json } from '../../model/json.ts';
import type { Asked, HandshakeAnswer } from '../source.ts';
import { sha256 } from '../verify/digest.ts';
import { matchesAnySecret } from '../verify/signature.ts';
import type { Handshake } from './preset-file.ts';
import { queryOf, requestBindings, textEvaluator } from './value.ts';

/** What is asked, with what can prove it. */
export interface Provable extends Asked {
  readonly secrets: readonly string[];
  readonly verifyTokens: readonly string[];
}

/**
 * What is given back is only what senders make up for this: one word, of characters that are text to whoever reads it. It
 * goes out as plain text or JSON, and never as anything that a browser would run.
 */
const challenge = /^[\w.~:+/=|-]{1,1024}$/;

/** The answer to what a sender asks before it sends; undefined where it asks nothing. */
export function answerHandshake(handshakes: readonly Handshake[], asked: Provable): HandshakeAnswer | undefined {
  const { request, body } = asked;
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  for (const handshake of handshakes) {
    if (handshake.method !== method) continue;
    const input = method === 'GET' ? queryOf(request.url) : body;
    const evaluate = (text: string): Json | undefined => textEvaluator(text)(input, requestBindings(request, body));
    if (handshake.when !== undefined && evaluate(handshake.when) !== true) continue;
    const refusal = refusalOf(handshake, asked, evaluate);
    return refusal ?? answerOf(handshake, evaluate, asked.secrets);
  }
  return undefined;
}

type Evaluate = (text: string) => Json | undefined;

function refusalOf(handshake: Handshake, asked: Provable, evaluate: Evaluate): HandshakeAnswer | undefined {
  switch (handshake.proof) {
    case 'none':
      return undefined;
    case 'signature':
      return asked.isVerified ? undefined : { kind: 'refused', reason: 'bad_signature' };
    case 'token': {
      const given = handshake.token === undefined ? undefined : evaluate(handshake.token);
      if (typeof given !== 'string') return { kind: 'refused', reason: 'missing_signature' };
      // Hashes, because what is compared in constant time has to be of one length.
      const isRight = matchesAnySecret([sha256([given])], asked.verifyTokens, (token) => sha256([token]));
      return isRight ? undefined : { kind: 'refused', reason: 'bad_signature' };
    }
  }
}

function answerOf(handshake: Handshake, evaluate: Evaluate, secrets: readonly string[]): HandshakeAnswer {
  const { status, text, json = {}, headers = {}, secret } = handshake;
  const word = (expression: string): string | undefined => challengeOf(evaluate(expression));
  const members = Object.entries(json).map(([name, value]) => {
    const given = word(typeof value === 'string' ? value : value.hmac);
    return [name, typeof value === 'string' || given === undefined ? given : hexHmac(given, secrets)] as const;
  });
  const named = Object.entries(headers).map(([name, value]) => [name, word(value)] as const);
  const said = text === undefined ? '' : word(text);
  if ([said, ...[...members, ...named].map(([, value]) => value)].includes(undefined))
    return { kind: 'refused', reason: 'malformed_signature' };
  return {
    kind: 'answered',
    status,
    headers: Object.fromEntries(named) as Record<string, string>,
    ...(members.length === 0
      ? { type: 'text/plain; charset=utf-8', text: said ?? '' }
      : { type: 'application/json; charset=utf-8', text: JSON.stringify(Object.fromEntries(members)) }),
    toldSecret: secret === undefined ? null : (word(secret) ?? null),
  };
}

/** Numbers come from JSON bodies; everything else is no challenge. */
function challengeOf(value: Json | undefined): string | undefined {
  const text = typeof value === 'number' ? `${value}` : value;
  return typeof text === 'string' && challenge.test(text) ? text : undefined;
}

/** Under the first secret: while rotating, that is the one in force. */
const hexHmac = (text: string, [secret = '']: readonly string[]): string =>
  createHmac('sha256', secret).update(text).digest('hex');
