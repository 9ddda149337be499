import { createHash } from 'node:crypto';
import type { GatewayFileState, Library } from '../mapping/library.ts';
import type { Store } from '../store/store.ts';

/** What a view may have to ask for again. */
const changeTopics = ['events', 'deliveries', 'lanes', 'replays', 'configuration'] as const;
export type ChangeTopic = (typeof changeTopics)[number];

export interface ChangeSources {
  readonly store: Pick<Store, 'stats' | 'lanes' | 'listReplays'>;
  readonly mappings: () => Library;
  readonly gatewayFile: () => GatewayFileState;
}

/** Often enough to be called live. What it reads are counters, so that it costs the same whatever is stored. */
const lookEveryMs = 1_000;

const separator = '.';

/** What differs between two standings; everything does from one that is none. */
export function changedTopics(before: string, after: string): readonly ChangeTopic[] {
  const [earlier, later] = [before.split(separator), after.split(separator)];
  return changeTopics.filter((_topic, index) => earlier[index] !== later[index]);
}

type Listener = (standing: string) => unknown;

/**
 * Looks at the store's counters again and again while somebody listens. So what other replicas do is seen too, the work
 * itself tells nobody anything, and nothing runs where nobody looks.
 */
export class ChangeWatch {
  readonly #sources: ChangeSources;
  readonly #listeners = new Set<Listener>();
  #timer: NodeJS.Timeout | undefined;

  constructor(sources: ChangeSources) {
    this.#sources = sources;
  }

  /** Tells the standing once a second, until the returned function is called. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#waitForNext();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) clearTimeout(this.#timer);
    };
  }

  /** How everything stands, as a short text: whoever brings it back later can be told what has changed since. */
  async standing(): Promise<string> {
    const { store, mappings, gatewayFile } = this.#sources;
    const [stats, lanes, replays] = await Promise.all([store.stats(), store.lanes(), store.listReplays()]);
    const states: Record<ChangeTopic, unknown> = {
      events: [stats.eventsBySource, stats.stitching],
      // The requests of a lane's window too: of an attempt that failed nothing else may be seen a second later.
      deliveries: [stats.deliveriesByDestination, lanes.map(({ destination, window }) => [destination, window])],
      lanes: lanes.map(({ destination, pausedAt, circuit }) => [destination, pausedAt, circuit]),
      replays: replays.map(({ id, status, progress }) => [id, status, progress]),
      configuration: [
        [...mappings().values()].map(({ file, loaded, problems }) => [file, loaded?.at, problems]),
        gatewayFile(),
      ],
    };
    return changeTopics.map((topic) => digest(JSON.stringify(states[topic]))).join(separator);
  }

  #waitForNext(): void {
    // Whoever came while a look was under way has begun to wait already.
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), lookEveryMs);
  }

  async #look(): Promise<void> {
    // A store that is away for a moment: the next look tells what has changed meanwhile.
    const standing = await this.standing().catch(() => undefined);
    if (standing !== undefined) await Promise.allSettled([...this.#listeners].map(async (listen) => listen(standing)));
    if (this.#listeners.size > 0) this.#waitForNext();
  }
}

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 11);
