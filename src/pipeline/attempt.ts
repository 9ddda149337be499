import { failureOutcome, outcomes } from '../delivery/classify.ts';
import type { Sender } from '../delivery/send.ts';
import type { CommonSettings, ConfiguredDestination, HttpDestination } from '../destinations/destination.ts';
import type { Outcome } from '../model/attempt.ts';
import { addMs, type Clock } from '../model/clock.ts';
import type { ClaimedDelivery } from '../model/delivery.ts';
import type { Json } from '../model/json.ts';
import { isJsonObject } from '../model/json.ts';
import { type Attempted, type Reply, sendInParts } from './in-parts.ts';

export interface AttemptDependencies {
  readonly sender: Sender;
  readonly clock: Clock;
  /** Where a local destination shows its payloads. */
  readonly show: (text: string) => void;
  readonly shutdown: AbortSignal;
}

type Sendable = Pick<ClaimedDelivery, 'payload'>;

/** Checks, sends and reads the answer for deliveries that share one request, or its parts where it is refused as a whole. */
export async function attempt(
  deliveries: readonly Sendable[],
  target: ConfiguredDestination,
  dependencies: AttemptDependencies,
): Promise<Attempted> {
  const refusals = deliveries.map(({ payload }) => refusal(payload, target));
  const sendable = deliveries.filter((_, index) => refusals[index] === undefined);
  const sent = sendable.length === 0 ? { outcomes: [], requests: 0 } : await deliver(sendable, target, dependencies);
  const outcomes = sent.outcomes.values();
  return { ...sent, outcomes: refusals.map((refused) => refused ?? outcomes.next().value ?? null) };
}

/** A payload its destination would refuse, drop or half store never leaves: the reason is told here instead. */
function refusal(payload: string, { destination }: ConfiguredDestination): Outcome | undefined {
  const parsed = JSON.parse(payload) as Json;
  const problems = isJsonObject(parsed)
    ? destination.check(parsed, payload)
    : [{ path: '', message: 'is no block of keys' }];
  if (problems.length === 0) return undefined;
  const message = problems.map(({ path, message }) => [path, message].filter(Boolean).join(': ')).join('; ');
  return { kind: 'fail', reason: 'invalid_payload', message };
}

function deliver(
  deliveries: readonly Sendable[],
  target: ConfiguredDestination,
  dependencies: AttemptDependencies,
): Promise<Attempted> {
  const { destination, settings } = target;
  switch (destination.transport) {
    case 'http':
      return postInParts(deliveries, { destination, settings }, dependencies);
    case 'local':
      for (const { payload } of deliveries) dependencies.show(`${target.name} ${payload}`);
      return Promise.resolve({ outcomes: deliveries.map(() => ({ kind: 'delivered' })), requests: 0 });
  }
}

/** The lease lasts for four requests that take all the time they may: none is begun after two. */
const partsFactor = 2;

function postInParts(
  deliveries: readonly Sendable[],
  target: HttpTarget,
  dependencies: AttemptDependencies,
): Promise<Attempted> {
  const { clock } = dependencies;
  const lateAt = addMs(clock.now(), partsFactor * target.settings.timeout_ms);
  const isLate = (): boolean => clock.now() >= lateAt;
  return sendInParts(deliveries, (part) => post(part, target, dependencies), isLate);
}

interface HttpTarget {
  readonly destination: HttpDestination;
  readonly settings: CommonSettings;
}

async function post(
  deliveries: readonly Sendable[],
  { destination, settings }: HttpTarget,
  { sender, clock, shutdown }: AttemptDependencies,
): Promise<Reply> {
  const payloads = deliveries.map(({ payload }) => payload);
  const secrets = secretsOf(destination, settings);
  const limits = { timeoutMs: settings.timeout_ms, allowPrivateAddress: settings.allow_private_address };
  const allOf = (outcome: Outcome | null): Reply => ({
    outcomes: deliveries.map(() => outcome),
    isRefusedWhole: false,
  });
  const result = await sender.send(destination.request(payloads, settings), limits, shutdown);
  switch (result.kind) {
    case 'answered': {
      const read = destination.read(result.answer, payloads, settings);
      const made = outcomes(read, result.answer, { count: payloads.length, now: clock.now(), secrets });
      const isRefusedWhole =
        blamesPayloads.has(result.answer.status) && !Array.isArray(read) && made.every(({ kind }) => kind === 'fail');
      return { outcomes: made, isRefusedWhole };
    }
    case 'failed':
      return allOf(failureOutcome(result.failure, secrets));
    case 'aborted':
      // What may have arrived is not handed back to be sent again where that is not wanted.
      return allOf(settings.ambiguous === 'dead' ? cutOff : null);
  }
}

/** Other refusals speak of the address, the account or the method, which are the same for every part. */
const blamesPayloads: ReadonlySet<number> = new Set([400, 413, 422]);

const cutOff: Outcome = {
  kind: 'retry',
  reason: 'timeout',
  message: 'the gateway was stopped before the answer came; it may have arrived',
  ambiguous: true,
};

/** What must not be seen of a destination's settings. */
export function secretsOf({ secrets, secretForms }: HttpDestination, settings: CommonSettings): readonly string[] {
  const plain = secrets.flatMap((key) => {
    const value: unknown = Reflect.get(settings, key);
    return typeof value === 'string' && value !== '' ? [value] : [];
  });
  return [...plain, ...(secretForms?.(settings) ?? [])];
}
