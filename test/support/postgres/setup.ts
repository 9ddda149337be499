import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { endPostgresServer } from './server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the test run's server is, once the first test that needs it has started it. */
    readonly postgres: { readonly folder: string; readonly runPid: number };
  }
}

/** Costs nothing until a test needs a server: only the place is named, so that all of them find the same one. */
export function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'hookstitch-postgres-'));
  // The server may run as another user.
  chmodSync(folder, 0o755);
  project.provide('postgres', { folder, runPid: process.pid });
  return () => {
    endPostgresServer(join(folder, 'server'));
    rmSync(folder, { recursive: true, force: true });
  };
}
