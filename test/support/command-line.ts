import { startHookstitch } from './hookstitch-process.ts';

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The command line in a folder of mappings, in a process of its own. */
export async function hookstitch(
  folder: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const own = { MAPPINGS_DIR: '.', DATA_DIR: 'data' };
  const running = startHookstitch(args, { cwd: folder, environment: { ...own, ...environment } });
  const { code, stdout, stderr } = await running.ended;
  return { code, out: stdout, err: stderr };
}
