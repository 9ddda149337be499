import type { RawRequest } from '../../model/event.ts';
import { sortedForm } from '../form.ts';
import type { SignedDescriptor } from './descriptor.ts';
import { placeholder, type SignedPart } from './descriptor-checks.ts';
import type { Signed } from './digest.ts';

export type SignedRequest = Pick<RawRequest, 'method' | 'url' | 'body'>;

/** What a template is filled with beside the request. */
export interface Given {
  readonly timestamp: string;
  readonly id: string;
  readonly secret: string;
}

/** What the sender has signed; undefined where the body is no form of the one spelling that counts. */
export type Fill = (request: SignedRequest, given: Given) => Signed | undefined;

type Text = (request: SignedRequest, given: Given) => string | undefined;

/** A template as a function. */
export function compileTemplate({ signed, percent_decode }: Pick<SignedDescriptor, 'signed' | 'percent_decode'>): Fill {
  if (signed === '{body}') return ({ body }) => [body];
  const parts = partsOf(signed, percent_decode ?? []);
  return (request, given) => {
    const filled: (string | Uint8Array)[] = [];
    for (const part of parts) {
      const value = part === 'body' ? request.body : part(request, given);
      if (value === undefined) return undefined;
      filled.push(value);
    }
    return filled;
  };
}

function partsOf(template: string, escapes: readonly string[]): readonly ('body' | Text)[] {
  // A pattern with one group splits into literals and, at odd places, names.
  return template.split(placeholder).flatMap((piece, at): ('body' | Text)[] => {
    if (at % 2 === 0) return piece === '' ? [] : [() => piece];
    return piece === 'body' ? ['body'] : [textOf(piece as Exclude<SignedPart, 'body'>, escapes)];
  });
}

function textOf(part: Exclude<SignedPart, 'body'>, escapes: readonly string[]): Text {
  switch (part) {
    case 'timestamp':
      return (_request, { timestamp }) => timestamp;
    case 'id':
      return (_request, { id }) => id;
    case 'secret':
      return (_request, { secret }) => secret;
    case 'method':
      return ({ method }) => method;
    case 'url':
      return urlText(escapes);
    case 'form_sorted':
      return ({ body }) => sortedForm(body);
  }
}

function urlText(escapes: readonly string[]): Text {
  if (escapes.length === 0) return ({ url }) => url;
  const characters = new Map(escapes.map((code) => [code, String.fromCharCode(Number.parseInt(code.slice(1), 16))]));
  const decode = (code: string): string => characters.get(code) ?? code;
  return ({ url }) => (url.includes('%') ? url.replace(/%[0-9A-F]{2}/g, decode) : url);
}
