import { z } from 'zod';

const minSecretLength = 16;

/** The building blocks of a source's settings. An unset `${NAME:-}` arrives as an empty string and means "not set". */
export const secretList = z
  .union([z.string(), z.array(z.string())], { error: 'must be a secret or a list of secrets' })
  .transform((value) => [value].flat().flatMap(splitList))
  .pipe(
    z.array(z.string().min(minSecretLength, { error: `a secret must have at least ${minSecretLength} characters` })),
  );

function splitList(text: string): readonly string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** A token for the sender's API, which only lookups need. */
export const apiToken = z.string().trim().default('');

/** The sender's API; without its trailing slash. */
export const apiUrl = (fallback: string) =>
  z
    .string()
    .refine((url) => url === '' || isPlainUrl(url), { error: 'must be an http(s) URL' })
    .transform((url) => (url === '' ? fallback : url.replace(/\/+$/, '')))
    .default(fallback);

/** Exactly as registered with the sender: a trailing slash is part of what gets signed. */
export const publicUrl = z
  .string()
  .refine((url) => url === '' || isPlainUrl(url), { error: "must be an http(s) URL; a request's query is added to it" })
  .transform((url) => (url === '' ? undefined : url))
  .optional()
  .meta({ description: 'The URL registered with the sender, where it differs from PUBLIC_URL plus our own path.' });

function isPlainUrl(url: string): boolean {
  return /^https?:\/\/[^\s?#@]+$/.test(url) && URL.canParse(url);
}
