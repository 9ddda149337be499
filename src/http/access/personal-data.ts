import type { Request, RequestHandler } from 'express';
import type { Log } from '../../log.ts';
import { maskPersonal } from '../../mapping/pseudonymize/mask.ts';
import { GatewayError } from '../../model/error.ts';
import { isJsonObject, type Json } from '../../model/json.ts';
import { changeJson } from '../send-json.ts';
import { nameOf, visitorOf } from './visitor.ts';

/** What an operator has written or chosen, and may save again: it has to stay as it is. */
const asWritten =
  /^\/api\/(mappings|drafts|fixtures|lineage|language|settings|diagnostics|sources|series|stats|store)(\/|$)/;

/** As written, too, but for what destinations have answered: that may repeat what they were sent. */
const withAnswers = /^\/api\/destinations(\/|$)/;

/** Paths of ours; whatever else somebody has asked for is not repeated. */
const ourPath = /^\/api(\/[a-z-]+(\/(evt|dlv|rep)_\w{1,40}(\/[a-z-]+)?)?)?$/;

/**
 * Hides what is personal in answers to people until they ask to see it with `reveal=true`, which is written down. Scripts are
 * answered as it is unless they ask with `reveal=false`.
 */
export function maskPersonalData(log: Log): RequestHandler {
  return (request, response, next) => {
    const visitor = visitorOf(request);
    const isRevealed = takeReveal(request) ?? visitor.by === 'token';
    if (!isRevealed && !asWritten.test(request.path))
      changeJson(response, withAnswers.test(request.path) ? maskedMessages : masked);
    if (isRevealed && visitor.by !== 'token') {
      const { path } = request;
      log.write('data.revealed', { by: nameOf(visitor), path: ourPath.test(path) ? path : '/api/…' });
    }
    next();
  };
}

/** Takes the parameter out of the address, so that it is one of every call. */
function takeReveal(request: Request): boolean | undefined {
  const [path = '', query] = request.url.split(/\?(.*)/s);
  const parameters = new URLSearchParams(query);
  const values = parameters.getAll('reveal');
  if (values.length === 0) return undefined;
  const [value] = values;
  if (values.length > 1 || (value !== 'true' && value !== 'false'))
    throw new GatewayError('REQUEST_INVALID', 'reveal: must be true or false');
  parameters.delete('reveal');
  request.url = parameters.size === 0 ? path : `${path}?${parameters}`;
  return value === 'true';
}

function masked(body: Json): Json {
  const { value, isMasked } = maskPersonal(body);
  return isMasked && isJsonObject(value) ? { masked: true, ...value } : value;
}

function maskedMessages(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(maskedMessages);
  if (!isJsonObject(value)) return value;
  const members = Object.entries(value).map(([key, member = null]): [string, Json] => [
    key,
    key === 'message' ? maskPersonal(member).value : maskedMessages(member),
  ]);
  return Object.fromEntries(members);
}
