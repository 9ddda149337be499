import { filled, type Judgement, readJson, received, refuse } from '../../src/demo/stand-ins/judgement.ts';
import { type StandIn, serveStandIn } from '../../src/demo/stand-ins/stand-in.ts';
import { isJsonObject } from '../../src/model/json.ts';

/** A Slack incoming webhook (docs.slack.dev, "Sending messages using incoming webhooks"): plain texts for answers. */
export const startSlack = (path: string): Promise<StandIn> =>
  serveStandIn('slack', (call): Judgement => {
    if (call.path !== path) return refuse(call, 'no_service', { status: 404, body: 'no_service' });
    const body = readJson(call.text);
    if (call.headers['content-type'] !== 'application/json' || !isJsonObject(body))
      return refuse(call, 'invalid_payload', { status: 400, body: 'invalid_payload' });
    const text = filled(body.text);
    if (text === null) return refuse(call, 'no_text', { status: 400, body: 'no_text' });
    if (/<!(channel|here|everyone)>/.test(text))
      return refuse(call, 'mention', { status: 403, body: 'action_prohibited' });
    return { answer: { status: 200, body: 'ok' }, fates: [received(body, { dedupeId: null, person: null })] };
  });
