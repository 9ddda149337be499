import type { GetRequest } from '../delivery/send.ts';
import type { Answer } from '../model/attempt.ts';
import type { JsonObject } from '../model/json.ts';
import type { SourceApi } from '../model/source-api.ts';
import { bodyOf, readObject } from './answer.ts';
import type { Reading } from './lookup.ts';

export function hubspotRequest(path: string, { url, token }: Pick<SourceApi, 'url' | 'token'>): GetRequest {
  return {
    method: 'GET',
    url: `${url}${path}`,
    headers: { accept: 'application/json', authorization: `Bearer ${token}` },
  };
}

/** What HubSpot's own client waits after each refusal in a row: the length of its window. */
const windowPause = { ms: 10_000, grows: true };
/** The day's limit ends at midnight of the account's time zone, which nobody tells: asked again hour by hour. */
const dayPause = { ms: 3_600_000, grows: false };

/** `scope` is what the token must be allowed to read. */
export function readHubspot(answer: Answer, scope: string, now: Date): { readonly body: JsonObject } | Reading {
  switch (answer.status) {
    case 401:
      return {
        kind: 'fail',
        message:
          'HubSpot refused the token (401): set access_token to the access token of a private app of the account',
      };
    case 403:
      return { kind: 'fail', message: `HubSpot refused the token (403): give its private app the scope ${scope}` };
    case 429:
      return bodyOf(answer)?.policyName === 'DAILY'
        ? { kind: 'retry', message: "the HubSpot account's requests of today are used up (429)", pause: dayPause }
        : { kind: 'retry', message: 'HubSpot is asked too often (429)', pause: windowPause };
    default:
      return readObject(answer, 'HubSpot', now);
  }
}
