/** Shorter strings are no secrets worth the name, and hiding them would blot out ordinary words. */
const minSecretLength = 6;

/**
 * Hides every secret in a text we keep or show, also in the forms in which a request carries it and an answer may echo
 * it: percent-encoded, form-encoded, JSON-escaped, and as a Basic credential.
 */
export function redact(text: string, secrets: readonly string[]): string {
  const spellings = secrets.filter((secret) => secret.length >= minSecretLength).flatMap(spellingsOf);
  // Longest first, so that no spelling is left over around a shorter one.
  const alternatives = [...new Set(spellings)].sort((a, b) => b.length - a.length).map(literally);
  return alternatives.length === 0 ? text : text.replace(new RegExp(alternatives.join('|'), 'g'), '[redacted]');
}

const literally = (text: string): string => text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');

function spellingsOf(secret: string): string[] {
  const wellFormed = secret.toWellFormed();
  return [
    secret,
    encodeURIComponent(wellFormed),
    new URLSearchParams({ '': wellFormed }).toString().slice(1),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('base64'),
    Buffer.from(`${secret}:`).toString('base64'),
  ];
}
