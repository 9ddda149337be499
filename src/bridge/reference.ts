/** Written before an id that had to be encoded; `$visitorId` in the mappings knows it. */
const prefix = 'b64_';
/** What Stripe takes as client_reference_id; anything else it drops without a word. */
const allowed = /^[\w-]{1,200}$/;

/**
 * The id in letters, digits, "-" and "_": itself where it has no others, else its UTF-8 in base64url behind a mark. Empty
 * where that is too long. https://docs.stripe.com/payment-links/url-parameters
 */
export function reference(id: string): string {
  // An id that looks encoded is encoded too, so that decoding gives back every id as it was.
  if (allowed.test(id) && !id.startsWith(prefix)) return id;
  const binary = String.fromCharCode(...new TextEncoder().encode(id));
  const text = prefix + btoa(binary).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');
  return allowed.test(text) ? text : '';
}
