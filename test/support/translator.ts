import { onTestFinished } from 'vitest';
import { destinations } from '../../src/destinations/index.ts';
import { silentLog } from '../../src/log.ts';
import { Asker } from '../../src/lookups/ask.ts';
import type { MappingDefinition } from '../../src/mapping/compile.ts';
import { Evaluator } from '../../src/mapping/evaluator/evaluator.ts';
import { publicSettings } from '../../src/mapping/public-settings.ts';
import { type Clock, systemClock } from '../../src/model/clock.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { Background } from '../../src/pipeline/background.ts';
import { Planner } from '../../src/pipeline/planner.ts';
import { Translator as TranslatingWorker } from '../../src/pipeline/translate.ts';
import { openStore } from '../../src/store/open.ts';
import type { EventDetail, Store } from '../../src/store/store.ts';
import { anEvent, aRequest, at } from '../contracts/store-samples.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** The translator with a store and an evaluator of its own, on a clock that the test moves. */
export interface Translator {
  readonly store: Store;
  readonly now: () => Date;
  secondsLater(seconds: number): void;
  /** Receives it now; it occurred then, by default now as well. */
  send(body: JsonObject, occurredAt?: Date): Promise<void>;
  translateAll(): Promise<void>;
  /** Begins a batch with what waits, or waits for one that was begun. */
  work(): Promise<boolean>;
  readonly dataDir: string;
  /** Plans replays by another mapping. */
  plannerBy(mapping: MappingDefinition): Planner;
  /** The event received last. */
  latest(): Promise<EventDetail>;
}

const names = ['usermaven', 'segment', 'umami', 'vemetric'] as const;
const targets = new Map(
  names.map((name) => {
    const destination = destinations[name];
    const shown = publicSettings(destination, destination.sample);
    return [name, { destination, settings: { ...destination.sample, ...shown } }];
  }),
);

/** Lookups find nothing, unless somebody answers them. */
const nobody: Asker = new Asker({ sources: [], sender: { send: neverSent }, clock: systemClock });

function neverSent(): never {
  throw new Error('nothing is sent');
}

export async function translatorOf(
  mapping: MappingDefinition,
  lookupsAt: (clock: Clock) => Pick<Asker, 'ask'> = () => nobody,
): Promise<Translator> {
  let now = at(0);
  const clock = { now: () => now };
  const dataDir = await temporaryFolder({});
  const store = await openStore({ dataDir, clock });
  const named = [...targets].map(([name, { destination, settings }]) => ({
    name,
    type: name,
    settings: publicSettings(destination, settings),
  }));
  const evaluator = new Evaluator({ mappings: [mapping], destinations: named, vars: {} });
  onTestFinished(async () => {
    await evaluator.stop();
    await store.close();
  });
  const lookingUp = new Background('look-up', silentLog, 4);
  const lookups = lookupsAt(clock);
  const worker = new TranslatingWorker({
    ...{ store, evaluator, lookups, lookingUp, targets, worker: 'wrk_1', clock, log: silentLog },
    queued: () => undefined,
  });
  return {
    store,
    now: clock.now,
    secondsLater: (seconds) => {
      now = new Date(now.getTime() + seconds * 1_000);
    },
    send: async (body, occurredAt = now) => {
      const events = [anEvent({ type: 'order', occurredAt })];
      const text = Buffer.from(JSON.stringify(body));
      await worker.record(aRequest({ source: 'shop', receivedAt: now, body: text, events }));
    },
    work: () => worker.work(),
    dataDir,
    translateAll: async () => {
      while (await worker.work());
      await lookingUp.drained();
    },
    plannerBy: (other) => {
      const evaluatorOf = () => new Evaluator({ mappings: [other], destinations: named, vars: {} });
      return new Planner({ store, lookups, targets, clock, evaluator: evaluatorOf });
    },
    latest: async () => {
      const [first] = (await store.listEvents({}, { limit: 1 })).items;
      const event = first === undefined ? undefined : await store.getEvent(first.id);
      if (event === undefined) throw new Error('nothing is stored');
      return event;
    },
  };
}

/** What one destination gets of the event, in order. */
export const sentTo = ({ deliveries }: EventDetail, destination: string): readonly JsonObject[] =>
  deliveries.filter((each) => each.destination === destination).map(({ payload }) => JSON.parse(payload));
