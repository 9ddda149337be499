import { fileURLToPath } from 'node:url';

/** The folder of the mappings that hookstitch ships: beside `src/` and `dist/` alike. */
export const shippedMappings = fileURLToPath(new URL('../../mappings', import.meta.url));
