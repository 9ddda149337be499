import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../temporary-folder.ts';

const source = fileURLToPath(new URL('slow-sync.c', import.meta.url));

/** The variables under which a process waits so long for each sync to disk; undefined where no C compiler is there. */
export function slowSync(ms: number): Readonly<Record<string, string>> | undefined {
  const library = join(temporaryFolder(), 'slow-sync.so');
  try {
    execFileSync('cc', ['-O2', '-shared', '-fPIC', '-o', library, source, '-ldl'], { stdio: 'ignore' });
    return { LD_PRELOAD: library, SLOW_SYNC_MS: String(ms) };
  } catch {
    // The scenario says that it left this out.
    return undefined;
  }
}
