import type { Command } from 'commander';

/** What every verb is made of; one file each in commands/. */
export interface Verb {
  /** As in `send <sample>`. */
  readonly usage: string;
  readonly description: string;
  configure?(command: Command): void;
  /** Resolves to the exit code. */
  run(args: readonly unknown[], options: Readonly<Record<string, unknown>>): Promise<number>;
}

/** Verbs behind one word, as in `events ls`; the first one is meant when none is named. */
export interface VerbGroup {
  readonly name: string;
  readonly description: string;
  readonly verbs: readonly Verb[];
}

export const exitCodes = { ok: 0, problems: 1, wrongUse: 2 } as const;
