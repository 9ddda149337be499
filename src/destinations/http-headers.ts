import { z } from 'zod';

/** RFC 9110, 5.6.2. */
const token = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;

/** They decide where a request goes and where it ends, for the next hop alone. */
const framing = [
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];
/** They would be stored with the request and shown with it. */
const credentials = ['authorization', 'cookie', 'proxy-authorization'];

/** Why a header of this name is not for a template to set; undefined where it is. */
function nameProblem(name: string): string | undefined {
  const known = name.toLowerCase();
  if (!token.test(name)) return 'is not a header name';
  if (framing.includes(known)) return 'is not for a destination to set: it decides where the request goes or ends';
  if (known === 'accept-encoding') return 'is not for a destination to set: the gateway reads answers as they are';
  return credentials.includes(known)
    ? 'is a credential: say it with auth, which is neither stored nor shown'
    : undefined;
}

/** A header that a setting names. */
export const headerName = z
  .string()
  .regex(/^[a-z][a-z\d-]*$/, 'must be a header name in lower case')
  .refine((name) => !framing.includes(name), { error: 'decides where the request goes or ends' });

/** The value of a header; a line break in it would end the header and begin another one. */
export const headerText = z.string().regex(/^[\x20-\x7e]*$/, 'must be one line of printable ASCII');

/** A block of headers whose values look like this, each name once and one that may be set. */
export const headersOf = <T extends z.ZodType>(value: T) =>
  z.record(z.string(), value).superRefine((headers, context) => {
    const names = Object.keys(headers);
    for (const [index, name] of names.entries()) {
      const isTwice = names.slice(0, index).some((other) => other.toLowerCase() === name.toLowerCase());
      const message = nameProblem(name) ?? (isTwice ? 'is there a second time' : undefined);
      if (message !== undefined) context.addIssue({ code: 'custom', path: [name], message });
    }
  });
