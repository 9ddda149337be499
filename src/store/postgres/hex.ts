/** Bytes within JSON; the statement decodes them. */
export const toHex = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : Buffer.from(bytes).toString('hex');
