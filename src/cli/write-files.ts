import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { GatewayError } from '../model/error.ts';

export interface WantedFile {
  readonly path: string;
  /** The whole text, given what is there already ("" for nothing). */
  readonly text: (existing: string) => string;
  readonly mode?: number;
  /** `text` holds all of what is there already, so that writing it loses nothing. */
  readonly keepsExisting?: boolean;
}

export type Outcome = 'written' | 'extended' | 'unchanged' | 'kept' | 'refused';

export interface Written {
  readonly path: string;
  readonly outcome: Outcome;
}

/**
 * Writes files without taking anything away that a person has not agreed to. With `allOrNothing`, files in the way are
 * the only outcomes, and nothing is written.
 */
export async function writeFiles(
  files: readonly WantedFile[],
  mayOverwrite: (path: string) => Promise<boolean>,
  allOrNothing: boolean,
): Promise<readonly Written[]> {
  const planned = await Promise.all(files.map(plan));
  const inTheWay = planned.filter(({ change }) => change === 'replaces');
  if (allOrNothing && inTheWay.length > 0) return inTheWay.map(({ path }) => ({ path, outcome: 'refused' }));
  const outcomes: Written[] = [];
  for (const { path, text, mode, change } of planned) {
    const isKept = change === 'replaces' && !(await mayOverwrite(path));
    if (!isKept && change !== 'none') await write(path, text, mode);
    outcomes.push({ path, outcome: isKept ? 'kept' : outcomeOf[change] });
  }
  return outcomes;
}

type Change = 'none' | 'adds' | 'extends' | 'replaces';

const outcomeOf = { none: 'unchanged', adds: 'written', extends: 'extended', replaces: 'written' } as const;

interface Planned {
  readonly path: string;
  readonly text: string;
  readonly mode: number | undefined;
  readonly change: Change;
}

async function plan({ path, text: textFor, mode, keepsExisting }: WantedFile): Promise<Planned> {
  const existing = await readIfThere(path);
  const text = textFor(existing ?? '');
  const change = existing === undefined ? 'adds' : existing === text ? 'none' : keepsExisting ? 'extends' : 'replaces';
  return { path, text, mode, change };
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    // A file that is not there yet is what is expected.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new GatewayError('CONFIG_INVALID', `${path} cannot be read`, { cause: error });
  }
}

async function write(path: string, text: string, mode: number | undefined): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    // The mode counts for a new file alone; one that is there keeps its owner's choice.
    await writeFile(path, text, mode === undefined ? {} : { mode });
  } catch (error) {
    throw new GatewayError('CONFIG_INVALID', `${path} cannot be written`, { cause: error });
  }
}
