import type { IncomingMessage, ServerResponse } from 'node:http';
import type { z } from 'zod';
import { GatewayError } from '../model/error.ts';
import type { Json } from '../model/json.ts';
import { parseBody } from '../sources/parse-body.ts';
import type { BodyReader } from './read-body.ts';

/** A mapping and an event; sampled events are far below it. */
const bodyBytesMax = 512 * 1024;

/** The JSON body of a request to the API. Throws REQUEST_INVALID and BODY_TOO_LARGE. */
export async function jsonIn(request: IncomingMessage, response: ServerResponse, bodies: BodyReader): Promise<Json> {
  if (Number(request.headers['content-length']) > bodyBytesMax) throw tooLarge();
  const bytes = await bodies.read(request, response);
  if (bytes.length > bodyBytesMax) throw tooLarge();
  const body = parseBody(bytes);
  if ('unusable' in body) throw new GatewayError('REQUEST_INVALID', body.unusable.message);
  return body.json;
}

/** The same where it may be left out: then it is an empty object. */
export async function optionalJsonIn(
  request: IncomingMessage,
  response: ServerResponse,
  bodies: BodyReader,
): Promise<Json> {
  const { 'content-length': length = '0', 'transfer-encoding': chunked } = request.headers;
  return length === '0' && chunked === undefined ? {} : await jsonIn(request, response, bodies);
}

const tooLarge = (): GatewayError =>
  new GatewayError('BODY_TOO_LARGE', `the body is larger than ${bodyBytesMax / 1024} KB`);

/** The body as it has to be. Throws REQUEST_INVALID with all that is wrong. */
export function parsedAs<T extends z.ZodType>(shape: T, json: Json): z.output<T> {
  const result = shape.safeParse(json);
  if (result.success) return result.data;
  const complaints = result.error.issues.map(({ path, message }) =>
    [path.join('.'), message].filter(Boolean).join(': '),
  );
  throw new GatewayError('REQUEST_INVALID', complaints.join('; '));
}
