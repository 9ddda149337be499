import { contentHash } from '../external-id.ts';

/** Ids in a vendor's form, made from the fresh id of a sample: stable for one id, different for another. */
export const hexId = (prefix: string, id: string): string => `${prefix}${contentHash(`${prefix}${id}`).slice(0, 32)}`;

/** Ten digits at most, the size of HubSpot's event ids. */
export const numericId = (id: string): number => Number.parseInt(contentHash(id).slice(0, 8), 16);
