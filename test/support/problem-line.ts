import type { Problem } from '../../src/diagnostics/problem.ts';

/** Where and what, in one line; codes and hints are for tests that are about them. */
export const problemLine = ({ at, message }: Problem): string => `${at.line}:${at.column} ${message}`;
