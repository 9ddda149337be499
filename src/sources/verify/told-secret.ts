import type { RawRequest } from '../../model/event.ts';
import type { Descriptor, SignedDescriptor } from './descriptor.ts';
import { sha256 } from './digest.ts';
import { decodeBase64, matchesAnySecret } from './signature.ts';
import type { Sign } from './signer.ts';
import { singleHeader } from './single-header.ts';
import { accepted, type Checked, refuse } from './verification.ts';
import type { Verify } from './verifier.ts';

/** Senders that do not sign but tell the secret itself: in a header, as a password, or in the URL. */
export type TellingDescriptor = Exclude<Descriptor, SignedDescriptor>;

export function compileTellingVerifier(descriptor: TellingDescriptor): Verify {
  const read = secretReader(descriptor);
  return (request, secrets) => {
    const told = read(request);
    if (!told.ok) return told;
    // Hashes, because what is compared in constant time has to be of one length.
    const isRight = matchesAnySecret([sha256([told.value])], secrets, (secret) => sha256([secret]));
    return isRight ? accepted : refuse('bad_signature');
  };
}

function secretReader(descriptor: TellingDescriptor): (request: RawRequest) => Checked<string> {
  switch (descriptor.method) {
    case 'token': {
      const { header, prefix = '' } = descriptor;
      return ({ headers }) => withoutPrefix(singleHeader(headers, header), prefix);
    }
    case 'basic':
      return ({ headers }) => {
        const told = withoutPrefix(singleHeader(headers, 'authorization'), 'Basic ');
        const text = told.ok ? decodeBase64(told.value)?.toString() : undefined;
        return told.ok && text !== undefined
          ? { ok: true, value: text }
          : told.ok
            ? refuse('malformed_signature')
            : told;
      };
    case 'secret_url':
      return ({ url }) => {
        const [told = '', ...others] = parametersOf(url).getAll(descriptor.query);
        if (others.length > 0) return refuse('ambiguous_signature');
        return told === '' ? refuse('missing_signature') : { ok: true, value: told };
      };
  }
}

const withoutPrefix = (header: Checked<string>, prefix: string): Checked<string> => {
  if (!header.ok) return header;
  return header.value.startsWith(prefix)
    ? { ok: true, value: header.value.slice(prefix.length) }
    : refuse('malformed_signature');
};

const parametersOf = (url: string): URLSearchParams =>
  new URLSearchParams(url.includes('?') ? url.slice(url.indexOf('?')) : '');

export function compileTellingSigner(descriptor: TellingDescriptor): Sign {
  switch (descriptor.method) {
    case 'token':
      return (_request, secret) => ({ [descriptor.header]: `${descriptor.prefix ?? ''}${secret}` });
    case 'basic':
      return (_request, secret) => ({ authorization: `Basic ${Buffer.from(secret).toString('base64')}` });
    case 'secret_url':
      return () => ({});
  }
}

/** The URL with the secret in it, as it is given to the sender. */
export function urlWithSecret(
  { query }: Extract<Descriptor, { method: 'secret_url' }>,
  url: string,
  secret: string,
): string {
  return `${url}${url.includes('?') ? '&' : '?'}${query}=${encodeURIComponent(secret)}`;
}

const concealed = '(secret)';

/** A request as it may be kept: whoever reads it could otherwise send in the sender's name. */
export function withoutToldSecret(descriptor: TellingDescriptor, request: RawRequest): RawRequest {
  switch (descriptor.method) {
    case 'token':
      return { ...request, headers: { ...request.headers, [descriptor.header]: [concealed] } };
    case 'basic':
      return { ...request, headers: { ...request.headers, authorization: [concealed] } };
    case 'secret_url': {
      const parameters = parametersOf(request.url);
      const told = parameters.get(descriptor.query) ?? '';
      parameters.set(descriptor.query, concealed);
      const url = `${request.url.slice(0, request.url.indexOf('?'))}?${parameters}`;
      return { ...request, url, headers: withoutTold(request.headers, told) };
    }
  }
}

/** Proxies repeat the address in headers of their own, such as X-Original-URI. */
function withoutTold(headers: RawRequest['headers'], told: string): RawRequest['headers'] {
  const spellings = [told, encodeURIComponent(told)];
  const tells = (value: string): boolean => told !== '' && spellings.some((spelling) => value.includes(spelling));
  return Object.fromEntries(
    Object.entries(headers).map(([name, values]) => [name, values.map((value) => (tells(value) ? concealed : value))]),
  );
}
