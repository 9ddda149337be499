/** How the gateway names itself in an event's `context.library`. */
export const library = { name: 'hookstitch', version: '0.1.0' } as const;

/**
 * Sent with every request. Umami and Vemetric answer 200 and store nothing for what looks like a bot: `node`, `axios/1`
 * and any single `name/version` do, a `Mozilla/5.0` with one product does not.
 */
export const userAgent = `Mozilla/5.0 Hookstitch/${library.version}`;
