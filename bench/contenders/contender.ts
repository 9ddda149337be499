import type { Target } from '../load/connection.ts';

/** What is compared: something that receives webhooks and delivers them, in a process of its own. */
export interface Contender {
  readonly name: string;
  /** Where its events go, by their names at the sink. */
  readonly destinations: readonly string[];
  /** How many destinations it has besides that do not answer: what goes there stays pending. */
  readonly dead?: number;
  start(sinkUrl: string): Promise<RunningContender>;
}

export interface RunningContender {
  /** Of its processes; their children belong to it too. */
  readonly pids: readonly number[];
  /** Of the database server that it shares with nobody, where it has one. */
  readonly databasePids?: readonly number[];
  readonly targets: readonly Target[];
  /** Where it receives, as in `/in/stripe`. */
  readonly path: string;
  account(): Promise<Account>;
  /** Ends it; its folder is gone. */
  stop(): Promise<void>;
}

/** What became of all that was ever accepted, by what is stored. */
export interface Account {
  readonly events: number;
  /** Events that wait to be translated. */
  readonly waiting: number;
  readonly pending: number;
  readonly delivered: number;
  readonly dead: number;
  /** Events without deliveries, for which no mapping failed. */
  readonly unmatched: number;
  readonly failed: number;
}
