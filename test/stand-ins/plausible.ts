import { isIP } from 'node:net';
import { isbot } from 'isbot';
import {
  type Call,
  dropped,
  filled,
  type Judgement,
  readJson,
  received,
  refuse,
} from '../../src/demo/stand-ins/judgement.ts';
import { type StandIn, serveStandIn } from '../../src/demo/stand-ins/stand-in.ts';
import { isJsonObject, type JsonObject } from '../../src/model/json.ts';

/**
 * Plausible's events API (plausible.io/docs/events-api): a 202 for everything well-formed, with a header where the event
 * was dropped all the same; who it was is a hash of the address and the browser that the headers name.
 */
export const startPlausible = (domain: string): Promise<StandIn> =>
  serveStandIn('plausible', (call): Judgement => {
    if (call.method !== 'POST' || call.path !== '/api/event') return refuse(call, 'path', { status: 404, body: '' });
    const body = readJson(call.text);
    if (!isJsonObject(body))
      return refuse(call, 'not_json', { status: 400, body: { errors: { request: ['no json'] } } });
    const missing = ['domain', 'name', 'url'].find((key) => filled(body[key]) === null);
    if (missing !== undefined)
      return refuse(call, 'missing', { status: 400, body: { errors: { [missing]: ["can't be blank"] } } });
    const reason = droppedFor(call, body, domain);
    if (reason !== undefined)
      return {
        answer: { status: 202, headers: { 'x-plausible-dropped': '1' }, body: 'ok' },
        fates: [dropped(body, reason)],
      };
    const person = `${call.headers['x-forwarded-for']} ${call.headers['user-agent']}`;
    return { answer: { status: 202, body: 'ok' }, fates: [received(body, { dedupeId: null, person })] };
  });

function droppedFor({ headers }: Call, body: JsonObject, domain: string): string | undefined {
  if (body.domain !== domain) return 'site_not_found';
  if (isbot(headers['user-agent'])) return 'bot';
  // From its own address, every event of a server would be one visitor's.
  return isIP(headers['x-forwarded-for'] ?? '') === 0 ? 'no_visitor' : undefined;
}
