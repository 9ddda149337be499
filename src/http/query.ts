import type { Request } from 'express';
import { z } from 'zod';
import { GatewayError } from '../model/error.ts';

export const time = z.iso
  .datetime({ offset: true, error: 'must be a time in ISO 8601, as in 2026-11-21T00:00:00Z' })
  .transform((text) => z.coerce.date().parse(text));

export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional(),
};

/** Not by Express, to which a key given twice is a list, and `a[b]=1` an object. Throws REQUEST_INVALID. */
export function queryOf<S extends z.ZodType>(request: Request, schema: S): z.output<S> {
  const start = request.url.indexOf('?');
  const parameters = start === -1 ? {} : Object.fromEntries(new URLSearchParams(request.url.slice(start)));
  const parsed = schema.safeParse(parameters);
  if (parsed.success) return parsed.data;
  const complaints = parsed.error.issues.map(({ path, message }) =>
    [path.join('.'), message].filter(Boolean).join(': '),
  );
  throw new GatewayError('REQUEST_INVALID', complaints.join('; '));
}
