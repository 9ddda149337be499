import { randomBytes } from 'node:crypto';
import type { Sender } from '../delivery/send.ts';
import type { Clock } from '../model/clock.ts';
import { GatewayError } from '../model/error.ts';
import type { RawRequest } from '../model/event.ts';
import type { EventId } from '../model/id.ts';
import { isJsonObject, type Json } from '../model/json.ts';
import { parseBody } from '../sources/parse-body.ts';
import { type FreshSample, newSample, signedRequest } from '../sources/sample-request.ts';
import type { ConfiguredSource } from '../sources/source.ts';
import type { Store } from '../store/store.ts';

const timeoutMs = 10_000;
/** Others' events may come in between. */
const lookedAtMax = 50;

export interface SampleRequest {
  /** As gateway.yaml names it. */
  readonly source: string;
  /** Undefined for the first one. */
  readonly sample: string | undefined;
}

export interface SentSample {
  readonly sample: string;
  readonly status: number;
  readonly accepted: number;
  readonly duplicates: number;
  /** Null where the receiver did not take it. */
  readonly eventId: EventId | null;
  /** Why it did not. */
  readonly message: string | null;
}

export interface SampleDependencies {
  readonly sources: readonly ConfiguredSource[];
  readonly store: Pick<Store, 'listEvents'>;
  readonly sender: Pick<Sender, 'send'>;
  readonly clock: Clock;
  readonly publicUrl: string | undefined;
  /** The receiver as this machine sees it. */
  readonly localUrl: () => string | undefined;
}

/**
 * Signs a shipped sample as its sender would and posts it to our own receiver, so that everything after the sender is tried
 * out. Throws SOURCE_UNKNOWN, SOURCE_NOT_CONFIGURED and GATEWAY_UNREACHABLE.
 */
export async function sendSample(request: SampleRequest, dependencies: SampleDependencies): Promise<SentSample> {
  const { sources, sender, clock, publicUrl, localUrl } = dependencies;
  const now = clock.now();
  const fresh = freshSample(request, sources, now);
  const base = localUrl();
  if (base === undefined) throw new GatewayError('GATEWAY_UNREACHABLE', 'the receiver does not listen yet');
  const signed = signedRequest(fresh, { base, publicUrl: publicUrl ?? base, now });
  const result = await sender.send(signed, { timeoutMs, allowPrivateAddress: true });
  if (result.kind !== 'answered')
    throw new GatewayError(
      'GATEWAY_UNREACHABLE',
      result.kind === 'failed' ? `the receiver did not answer: ${result.failure.message}` : 'the gateway stops',
    );
  const { status, body } = result.answer;
  const answer = answerIn(body);
  const about = { sample: fresh.sample.name, status, ...countsIn(answer) };
  if (status !== 200) return { ...about, eventId: null, message: messageIn(answer) };
  return { ...about, eventId: await eventOf(fresh, signed, dependencies), message: null };
}

function freshSample({ source, sample }: SampleRequest, sources: readonly ConfiguredSource[], now: Date): FreshSample {
  const configured = sources.find(({ name }) => name === source);
  if (configured === undefined) throw new GatewayError('SOURCE_UNKNOWN', `no source called "${source}"`);
  const [first] = configured.source.samples;
  const wanted = sample ?? first?.name;
  const id = randomBytes(8).toString('hex');
  const fresh = newSample(`${source}.${wanted}`, [configured], { id, now });
  if (fresh === undefined)
    throw new GatewayError('REQUEST_INVALID', `source "${source}" has no such sample`, {
      hint: `samples: ${configured.source.samples.map(({ name }) => name).join(', ')}`,
    });
  return fresh;
}

const answerIn = (body: string): Json => {
  const parsed = parseBody(Buffer.from(body));
  return 'json' in parsed ? parsed.json : null;
};

function countsIn(answer: Json): { readonly accepted: number; readonly duplicates: number } {
  const { accepted, duplicates } = isJsonObject(answer) ? answer : {};
  return { accepted: Number(accepted ?? 0), duplicates: Number(duplicates ?? 0) };
}

function messageIn(answer: Json): string {
  const error = isJsonObject(answer) ? answer.error : undefined;
  return isJsonObject(error) && typeof error.message === 'string' ? error.message : 'it was refused';
}

/** By the id that the source reads out of the very body that was sent. */
async function eventOf(
  { source, sample, body }: FreshSample,
  { url, headers }: Pick<RawRequest, 'url'> & { readonly headers: Readonly<Record<string, string>> },
  { store, clock }: Pick<SampleDependencies, 'store' | 'clock'>,
): Promise<EventId | null> {
  const sent: RawRequest = {
    ...{ method: 'POST', url, kind: sample.kind, body: Buffer.from(body), receivedAt: clock.now() },
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
  };
  const read = source.source.readBody?.(sent.body) ?? parseBody(sent.body);
  if ('unusable' in read) return null;
  const parsed = source.source.parse(read.json, sent, source.settings);
  const externalId = 'events' in parsed ? parsed.events[0]?.externalId : undefined;
  const { items } = await store.listEvents({ source: source.name }, { limit: lookedAtMax });
  return items.find((event) => event.externalId === externalId)?.id ?? null;
}
