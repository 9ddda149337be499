import { isJsonObject, type Json } from '../../model/json.ts';
import { formFields, formJson } from '../form.ts';
import { parseBody } from '../parse-body.ts';
import type { ParsedBody, Source } from '../source.ts';
import type { PresetFile } from './preset-file.ts';
import { textEvaluator } from './value.ts';

export type BodySettings = Pick<PresetFile, 'body' | 'form_field' | 'batch'>;

/**
 * How the body of a sender becomes JSON. What a mapping gets is made again from the stored body, so where the JSON is not
 * the body itself it is stored in its place.
 */
export function bodyReader({ body, form_field, batch }: BodySettings): ((bytes: Uint8Array) => ParsedBody) | undefined {
  const list = typeof batch === 'string' ? textEvaluator(batch) : undefined;
  if (body === 'json' && list === undefined) return undefined;
  return (bytes) => {
    const read = body === 'json' ? parseBody(bytes) : formBody(bytes, form_field);
    if (list === undefined || !('json' in read)) return read;
    const inside = list(read.json, {});
    // One event is a list of one to its sender, and JSONata takes it out of it.
    return inside === undefined ? read : rewritten(Array.isArray(inside) ? inside : [inside]);
  };
}

function formBody(bytes: Uint8Array, field: string | undefined): ParsedBody {
  const fields = formFields(bytes);
  if (fields === undefined) return { unusable: { reason: 'not_json', message: 'The body is no form in UTF-8.' } };
  if (field === undefined) return rewritten(formJson(fields));
  const value = fields.find(([name]) => name === field)?.[1];
  if (value === undefined)
    return { unusable: { reason: 'not_an_event', message: `The form has no field \`${field}\`.` } };
  const parsed = parseBody(Buffer.from(value));
  return 'json' in parsed ? rewritten(parsed.json) : parsed;
}

const rewritten = (json: Json): ParsedBody => ({ json, stored: Buffer.from(JSON.stringify(json)) });

/** The mirror of a reader, for samples; undefined where a body is JSON. */
export function bodyWriter({ body, form_field }: BodySettings): NonNullable<Source['writeBody']> | undefined {
  if (body === 'json') return undefined;
  return (json) => ({
    type: 'application/x-www-form-urlencoded',
    text: new URLSearchParams(
      form_field === undefined ? fieldsOf(json) : { [form_field]: JSON.stringify(json) },
    ).toString(),
  });
}

const fieldsOf = (json: Json): Record<string, string> =>
  Object.fromEntries(Object.entries(isJsonObject(json) ? json : {}).map(([name, value]) => [name, `${value}`]));
