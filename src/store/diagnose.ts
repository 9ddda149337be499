import type { Diagnosis } from './diagnosis.ts';
import { diagnosePostgres } from './postgres/diagnose.ts';
import { diagnoseSqlite } from './sqlite/diagnose.ts';
import type { DiskLimits } from './sqlite/disk-space.ts';

interface Place {
  readonly dataDir: string;
  readonly databaseUrl?: string | undefined;
  readonly disk: DiskLimits;
}

/** Of a running or stopped gateway. */
export async function diagnose({ dataDir, databaseUrl, disk }: Place, now: Date): Promise<Diagnosis> {
  return databaseUrl === undefined ? diagnoseSqlite(dataDir, disk, now) : diagnosePostgres(databaseUrl, now);
}
