import type { RawRequest } from '../../model/event.ts';
import type { SignedDescriptor } from './descriptor.ts';
import { decodeBase64, decodeHex } from './signature.ts';
import { singleHeader } from './single-header.ts';
import { type Checked, refuse } from './verification.ts';

type Headers = RawRequest['headers'];

/** What stands in the header of a signature. */
export interface ReadSignature {
  readonly signatures: readonly Uint8Array[];
  /** Where it stands beside the signatures. */
  readonly timestamp?: string;
}

/** While a secret is rolled senders write one signature per valid secret, so two; a limit keeps a header cheap. */
const signaturesMax = 16;

type Decode = (text: string) => Uint8Array | undefined;

/** How the signatures of a descriptor are read; `length` is their number of bytes where it is fixed. */
export function signatureReader(
  { signature, encoding, timestamp }: SignedDescriptor,
  length: number | undefined,
): (headers: Headers) => Checked<ReadSignature> {
  const decode = decoder(encoding, length);
  const { header, style, prefix = '', numbered, key = '', key_separator, tag = '', tag_separator } = signature;
  const separator = signature.separator ?? (style === 'list' ? ' ' : ',');
  const elements = (text: string): readonly string[] => text.split(separator, signaturesMax * 4);
  switch (style) {
    case 'plain':
      return numbered ? readNumbered(header, prefix, decode) : readPlain(header, prefix, decode);
    case 'key_value':
      return withHeader(header, (text) => {
        // An added space is the trace of two headers that a proxy has joined.
        if (!separator.includes(' ') && text.includes(`${separator} `)) return refuse('ambiguous_signature');
        const found = elements(text);
        const signatures = decodeAll(valuesOf(`${key}${key_separator}`, found), decode);
        if (timestamp?.key === undefined) return signaturesOf(signatures);
        const [time, ...others] = valuesOf(`${timestamp.key}${key_separator}`, found);
        if (others.length > 0) return refuse('ambiguous_signature');
        return time === undefined ? refuse('malformed_signature') : signaturesOf(signatures, time);
      });
    case 'list':
      return withHeader(header, (text) =>
        signaturesOf(decodeAll(valuesOf(`${tag}${tag_separator}`, elements(text)), decode)),
      );
    case 'positional':
      return withHeader(header, (text) => {
        const [time = '', ...others] = elements(text);
        return signaturesOf(decodeAll(others, decode), time);
      });
  }
}

function readPlain(header: string, prefix: string, decode: Decode): (headers: Headers) => Checked<ReadSignature> {
  return withHeader(header, (text) => {
    const bytes = text.startsWith(prefix) ? decode(text.slice(prefix.length)) : undefined;
    return bytes === undefined ? refuse('malformed_signature') : { ok: true, value: { signatures: [bytes] } };
  });
}

/** `<header>1`, `<header>2`, …, one for each secret that the sender knows. */
function readNumbered(header: string, prefix: string, decode: Decode): (headers: Headers) => Checked<ReadSignature> {
  return (headers) => {
    const texts: string[] = [];
    for (let number = 1; number <= signaturesMax; number += 1) {
      if (number > 1 && headers[`${header}${number}`] === undefined) break;
      const value = singleHeader(headers, `${header}${number}`);
      if (!value.ok) return value;
      if (value.value.startsWith(prefix)) texts.push(value.value.slice(prefix.length));
    }
    return signaturesOf(decodeAll(texts, decode));
  };
}

const withHeader =
  (header: string, read: (text: string) => Checked<ReadSignature>) =>
  (headers: Headers): Checked<ReadSignature> => {
    const found = singleHeader(headers, header);
    return found.ok ? read(found.value) : found;
  };

const valuesOf = (start: string, elements: readonly string[]): readonly string[] =>
  elements.filter((element) => element.startsWith(start)).map((element) => element.slice(start.length));

const decodeAll = (texts: readonly string[], decode: Decode): readonly Uint8Array[] =>
  texts
    .slice(0, signaturesMax)
    .map(decode)
    .filter((bytes) => bytes !== undefined);

const signaturesOf = (signatures: readonly Uint8Array[], timestamp?: string): Checked<ReadSignature> =>
  signatures.length === 0
    ? refuse('malformed_signature')
    : { ok: true, value: timestamp === undefined ? { signatures } : { signatures, timestamp } };

function decoder(encoding: SignedDescriptor['encoding'], length: number | undefined): Decode {
  switch (encoding) {
    case 'hex':
      return (text) => decodeHex(text, length);
    case 'base64':
    case 'base64url':
      return (text) => decodeBase64(text, length, encoding);
  }
}
