import type { ConfiguredDestination } from '../destinations/destination.ts';
import type { MappingDefinition } from '../mapping/compile.ts';
import type { Evaluation } from '../mapping/evaluator/evaluator.ts';
import type { Outcome } from '../model/attempt.ts';
import { GatewayError } from '../model/error.ts';
import type { ClaimedEvent } from '../model/event.ts';
import { newId } from '../model/id.ts';
import type { JsonObject } from '../model/json.ts';
import { type AttemptDependencies, attempt } from './attempt.ts';

export interface TestedDestination {
  /** JSON text. */
  readonly payload: string;
  /** Null where shutdown came first. */
  readonly outcome: Outcome | null;
  readonly durationMs: number;
}

export interface TestDependencies extends AttemptDependencies {
  /** What the mapping makes of the event, as the gateway's evaluator would. */
  readonly evaluate: (mapping: MappingDefinition, event: ClaimedEvent) => Promise<Evaluation | undefined>;
}

/** Sends one harmless event of nobody real, once and past the lane: whether address and credentials are right. */
export async function sendTestEvent(
  target: ConfiguredDestination,
  dependencies: TestDependencies,
): Promise<TestedDestination> {
  const { name, off } = target;
  if (off !== null) throw new GatewayError('REQUEST_INVALID', `destination "${name}" is off: ${off}`);
  const evaluation = await dependencies.evaluate(testMapping(name), testEvent(dependencies.clock.now()));
  const payload = JSON.stringify(payloadIn(evaluation));
  const startedMs = performance.now();
  const { outcomes } = await attempt([{ payload }], target, dependencies);
  const [outcome = null] = outcomes;
  return { payload, outcome, durationMs: Math.round(performance.now() - startedMs) };
}

const source = 'test';

/** Of no file, so that its ids are nobody else's. */
const testMapping = (destination: string): MappingDefinition => ({
  file: '',
  version: '',
  content: {
    version: 1,
    name: 'A test event',
    enabled: true,
    source,
    events: '*',
    event: {
      type: 'track',
      name: 'Hookstitch Test',
      user: { id: 'hookstitch-test', anonymous_id: 'hookstitch-test' },
      attributes: { test: true },
    },
    destinations: [destination],
  },
});

function testEvent(now: Date): ClaimedEvent {
  const id = newId('evt', now);
  return {
    id,
    claimedBy: 'wrk_test',
    tries: 1,
    source,
    type: 'test',
    externalId: id,
    occurredAt: now,
    receivedAt: now,
    inLineSince: now,
    kind: null,
    url: '',
    headers: {},
    bodyText: '{}',
    item: null,
  };
}

/** What the only destination gets. Throws REQUEST_INVALID where that is nothing. */
function payloadIn(evaluation: Evaluation | undefined): JsonObject {
  const [run] = evaluation?.kind === 'runs' ? evaluation.runs : [];
  const ended = run?.outcome === 'translated' ? run.items[0]?.results[0] : run;
  if (ended?.outcome === 'payload') return ended.payload;
  throw new GatewayError('REQUEST_INVALID', `nothing to send: ${whyNothing(evaluation, ended)}`);
}

function whyNothing(evaluation: Evaluation | undefined, ended: object | undefined): string {
  if (evaluation?.kind === 'failed') return evaluation.message;
  if (ended !== undefined && 'reason' in ended) return String(ended.reason);
  return ended !== undefined && 'message' in ended ? String(ended.message) : 'it was not evaluated';
}
