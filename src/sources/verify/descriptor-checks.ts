import type { z } from 'zod';

/** What can stand in braces in `signed`. */
export const signedParts = ['body', 'timestamp', 'id', 'url', 'method', 'secret', 'form_sorted'] as const;
export type SignedPart = (typeof signedParts)[number];

/** As much of a descriptor as its parts have to agree on. */
interface Signed {
  readonly method?: string;
  readonly signature: {
    readonly style: string;
    readonly prefix?: string | undefined;
    readonly numbered: boolean;
    readonly key?: string | undefined;
    readonly tag?: string | undefined;
    readonly key_separator: string;
    readonly tag_separator: string;
    readonly separator?: string | undefined;
  };
  readonly timestamp?:
    | { readonly header?: string | undefined; readonly key?: string | undefined; readonly format: string }
    | undefined;
  readonly id_header?: string | undefined;
  readonly percent_decode?: readonly string[] | undefined;
  readonly signed: string;
}

/** Where a part of a template begins. */
export const placeholder = /\{([^{}]*)\}/g;

/** What is wrong with a descriptor although each of its values is one: above all, what it would let through unproved. */
export function checkSigned(value: Signed, context: z.core.$RefinementCtx): void {
  for (const problem of [...templateProblems(value), ...signatureProblems(value), ...timestampProblems(value)]) {
    const { path, message, hint } = problem;
    context.addIssue({ code: 'custom', path: [...path], message, params: { hint } });
  }
}

interface Misfit {
  readonly path: readonly string[];
  readonly message: string;
  readonly hint: string;
}

function templateProblems({ method, signed, timestamp, id_header, percent_decode }: Signed): readonly Misfit[] {
  const names = [...signed.matchAll(placeholder)].map(([, name = '']) => name);
  const has = (name: SignedPart): boolean => names.includes(name);
  const unknown = names.filter((name) => !signedParts.some((part) => part === name));
  const at = (isWrong: boolean, message: string, hint: string): Misfit[] =>
    isWrong ? [{ path: ['signed'], message, hint }] : [];
  return [
    ...unknown.map((name) => ({
      path: ['signed'],
      message: `{${name}} is nothing that can be signed`,
      hint: `there are ${signedParts.map((part) => `{${part}}`).join(', ')}`,
    })),
    ...at(
      !has('body') && !has('form_sorted'),
      'does not cover the body, so anybody could change what a genuine request says',
      'add {body}, as in signed: "{timestamp}.{body}"',
    ),
    ...at(
      has('timestamp') && timestamp === undefined,
      'covers a time that is not described',
      'add timestamp: { header: … }',
    ),
    ...at(
      !has('timestamp') && timestamp !== undefined,
      'does not cover the time, so anybody could renew an old request',
      'add {timestamp}, or remove timestamp:',
    ),
    ...at(has('id') && id_header === undefined, 'covers an id that no header is named for', 'add id_header: …'),
    ...at(!has('id') && id_header !== undefined, 'does not cover the id', 'add {id}, or remove id_header:'),
    ...at(
      percent_decode !== undefined && !has('url'),
      'does not cover the URL',
      'add {url}, or remove percent_decode:',
    ),
    ...at(
      method === 'hash' && !has('secret'),
      'does not cover the secret, so anybody could sign',
      'add {secret}, or use an HMAC',
    ),
    ...at(method !== 'hash' && has('secret'), 'covers the secret, which is the key already', 'remove {secret}'),
  ];
}

function signatureProblems({ signature }: Signed): readonly Misfit[] {
  const { style, key, tag, prefix, numbered, separator = style === 'list' ? ' ' : ',' } = signature;
  const inner = style === 'list' ? 'tag_separator' : 'key_separator';
  const isAmbiguous = ['list', 'key_value'].includes(style) && separator.startsWith(signature[inner]);
  const only = (name: string, isThere: boolean, wanted: string): Misfit[] =>
    isThere && style !== wanted
      ? [{ path: ['signature', name], message: `belongs to the style ${wanted}`, hint: `write style: ${wanted}` }]
      : [];
  const needs = (name: string, isThere: boolean, wanted: string): Misfit[] =>
    !isThere && style === wanted
      ? [{ path: ['signature', name], message: 'is missing', hint: `add ${name}: v1, or what the sender writes` }]
      : [];
  return [
    ...only('key', key !== undefined, 'key_value'),
    ...needs('key', key !== undefined, 'key_value'),
    ...only('tag', tag !== undefined, 'list'),
    ...needs('tag', tag !== undefined, 'list'),
    ...only('prefix', prefix !== undefined, 'plain'),
    ...only('numbered', numbered, 'plain'),
    ...(isAmbiguous
      ? [{ path: ['signature', inner], message: 'separates the elements as well', hint: 'they need two separators' }]
      : []),
  ];
}

function timestampProblems({ signature, timestamp }: Signed): readonly Misfit[] {
  if (timestamp === undefined) return [];
  const { header, key, format } = timestamp;
  const path = ['timestamp'];
  if (header !== undefined && key !== undefined)
    return [{ path, message: 'stands in one place', hint: 'keep header: or key:' }];
  if (key !== undefined && signature.style !== 'key_value')
    return [{ path, message: 'has a key, and the signature has none', hint: 'write header: …' }];
  if (key !== undefined && key === signature.key)
    return [{ path, message: 'has the key of the signatures', hint: 'write the key that the sender gives the time' }];
  const isFirst = signature.style === 'positional';
  if ((isFirst || key !== undefined) && format === 'http_date')
    return [{ path, message: 'has commas and spaces, as there are between elements', hint: 'write header: …' }];
  if (isFirst && header !== undefined)
    return [{ path, message: 'is the first element of the signature', hint: 'remove header:' }];
  if (!isFirst && header === undefined && key === undefined)
    return [{ path, message: 'stands nowhere', hint: 'add header: with the header it comes in' }];
  return [];
}
