/** RFC 9110, 5.6.2. */
const token = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;
const printableAscii = /^[\x20-\x7e]*$/;

/** They decide where a request goes and where it ends, which is the sender's business alone. */
const framing = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Why a request's headers cannot be sent, or undefined. Checked here because axios silently removes control characters
 * from values and lets a caller override `Host`. Never shows a value: it may be a secret.
 */
export function headerProblem(headers: Readonly<Record<string, string>>): string | undefined {
  for (const [name, value] of Object.entries(headers)) {
    if (!token.test(name)) return `${JSON.stringify(name)} is not a header name`;
    if (framing.has(name.toLowerCase())) return `the header ${name} is not for a destination to set`;
    if (!printableAscii.test(value)) return `the value of the header ${name} is not printable ASCII`;
  }
  return undefined;
}
