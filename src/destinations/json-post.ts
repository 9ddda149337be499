import type { OutboundRequest } from './destination.ts';
import { userAgent } from './user-agent.ts';

/** A JSON request as every vendor here takes it; `headers` are the vendor's own, credentials mostly. */
export const jsonPost = (
  url: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): OutboundRequest => ({
  method: 'POST',
  url,
  headers: { 'content-type': 'application/json', 'user-agent': userAgent, ...headers },
  body,
});
