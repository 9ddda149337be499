import { z } from 'zod';

/** A secret that travels in a header; anything else in it would be stripped there, or end the header early. */
export const headerValue = z.string().regex(/^[\x21-\x7e]*$/, 'must be printable ASCII without spaces');
