import type { Answer, Verdict } from '../model/attempt.ts';
import { isJsonObject, type JsonObject } from '../model/json.ts';
import { advice, answeredObject, vendorText } from './answer.ts';
import { userAgent } from './user-agent.ts';

/**
 * What an answer to `POST /api/send` means. A 200 may be a dropped event, and every trouble is a 500, whether waiting
 * helps or not; undefined where the status says enough.
 */
export function readUmamiAnswer(answer: Answer): Verdict | undefined {
  const { status } = answer;
  if (status >= 200 && status <= 299) return readSuccess(answer);
  if (status === 400 && vendorText(answer) === 'Website not found.') {
    return rejected(
      'No website of this Umami has that website_id: create the website in Umami and copy its Website ID.',
      answer,
    );
  }
  if (status === 403) return rejected('Umami refuses the address of the sender or visitor: see its IGNORE_IP.', answer);
  return status === 500 ? readServerError(answer) : undefined;
}

function readSuccess(answer: Answer): Verdict {
  const body = answeredObject(answer);
  if (typeof body?.sessionId === 'string') return { kind: 'delivered' };
  if (body?.beep === 'boop') {
    const what = `Umami dropped the event as a bot's, by payload.userAgent or else our User-Agent "${userAgent}".`;
    return { kind: 'fail', reason: 'filtered', message: advice(what, answer.body) };
  }
  const what = 'The answer is not from Umami (no sessionId): check url.';
  return { kind: 'retry', reason: 'server_error', message: advice(what, answer.body) };
}

/** Prisma's codes for "no database", "no connection free" and "lost against another write". */
const transient = /^P10\d\d$|^P2024$|^P2034$/;

/** Without an error object the 500 is not from Umami's own code, but from something in front of it. */
function readServerError(answer: Answer): Verdict | undefined {
  const error = errorObject(answer);
  if (error === undefined || transient.test(String(error.code))) return undefined;
  return rejected(adviceOn(error), answer, reasonIn(error));
}

function errorObject(answer: Answer): JsonObject | undefined {
  const error = answeredObject(answer)?.error;
  const object = isJsonObject(error) ? error.errorObject : undefined;
  return isJsonObject(object) ? object : undefined;
}

function adviceOn(error: JsonObject): string {
  const message = String(error.message);
  if (error.code === 'ENOENT') {
    return "Umami has no geo database and fails on every visitor's address: give it one, or leave payload.ip out.";
  }
  const model = isJsonObject(error.meta) ? error.meta.modelName : undefined;
  if (model === 'EventData' || model === 'Revenue' || message.includes('prisma.revenue.create')) {
    return 'Umami stored the event but not all of its data; sending it again would count it twice.';
  }
  return 'Umami cannot store this payload; correct the mapping.';
}

/** What the database said, where Prisma passes it on; its own message wraps it in several lines of call site. */
function reasonIn({ meta, message }: JsonObject): string {
  const adapter = isJsonObject(meta) ? meta.driverAdapterError : undefined;
  const cause = isJsonObject(adapter) ? adapter.cause : undefined;
  const original = isJsonObject(cause) ? cause.originalMessage : undefined;
  return typeof original === 'string' ? original : String(message ?? '');
}

const rejected = (what: string, answer: Answer, said = vendorText(answer)): Verdict => ({
  kind: 'fail',
  reason: 'rejected',
  message: advice(what, said),
});
