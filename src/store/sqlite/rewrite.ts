import { inThread } from './thread.ts';

/**
 * Writes the file anew with what is stored and nothing else, and empties the write-ahead log. Nobody may write
 * meanwhile; reading goes on.
 */
export const rewriteDatabase = (file: string): Promise<void> => inThread('rewrite-thread', { file });
