import type { ConfiguredDestination } from '../destinations/destination.ts';
import { type GatewayFileState, type LibraryEntry, statusOf } from '../mapping/library.ts';
import { deliveryStatuses } from '../model/delivery.ts';
import { eventStatuses } from '../model/event.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { Lane } from '../model/lane.ts';
import type { SentSample } from '../pipeline/send-sample.ts';
import { type ConfiguredSource, setupSteps } from '../sources/source.ts';
import type { Problems } from '../store/repair.ts';
import type { Stats } from '../store/store.ts';
import type { ToldSecret } from './handshake.ts';
import type { RequestCount, SecretUse } from './metrics.ts';

/** How what is set up looks in the API: no setting that could hold a secret is shown. */

export function mappingJson(entry: LibraryEntry): Json {
  const { file, loaded, problems, failingTests } = entry;
  const content = loaded?.definition.content;
  return {
    file,
    name: content?.name ?? null,
    status: statusOf(entry),
    version: loaded?.definition.version ?? null,
    loaded_at: loaded?.at.toISOString() ?? null,
    enabled: content?.enabled ?? null,
    source: content?.source ?? null,
    events: content === undefined ? [] : [content.events].flat(),
    destinations: content === undefined ? [] : namesIn(content.destinations),
    problems: problems.map(problemJson),
    failing_tests: failingTests.map(({ name, failures }) => ({
      name,
      failures: failures.map(({ message }) => message),
    })),
  };
}

/** Beside what the gateway has started with. */
export const gatewayFileJson = ({ status, problems }: GatewayFileState): Json => ({
  status,
  problems: problems.map(problemJson),
});

const problemJson = ({ severity, code, message, hint, at }: LibraryEntry['problems'][number]): Json => ({
  severity,
  line: at.line,
  column: at.column,
  code,
  message,
  hint,
});

type MappingContent = NonNullable<LibraryEntry['loaded']>['definition']['content'];

const namesIn = (destinations: MappingContent['destinations']): readonly string[] =>
  Array.isArray(destinations) ? destinations : Object.keys(destinations);

export interface SourceContext {
  readonly publicUrl: string | undefined;
  readonly localUrl: string | undefined;
  /** Of this source. */
  readonly requests: readonly RequestCount[];
  readonly lastEventAt: Date | null;
  readonly stats: Stats;
  readonly secretUse: SecretUse | undefined;
  /** What the sender has told while it was being set up, as long as nobody has set it. */
  readonly toldSecret: ToldSecret | undefined;
}

/** `url` is what to paste at the sender; a mere path as long as nobody has said where we are. */
export function sourceJson(
  { name, source, settings, off }: ConfiguredSource,
  { publicUrl, localUrl, requests, lastEventAt, stats, secretUse, toldSecret }: SourceContext,
): Json {
  const path = `/in/${name}`;
  const url = settings.public_url ?? (publicUrl === undefined ? undefined : publicUrl + path);
  const refused = requests.filter(({ outcome }) => outcome !== 'accepted' && outcome !== 'asked');
  const own = stats.eventsBySource.filter((count) => count.source === name);
  return {
    name,
    type: source.name,
    title: source.title,
    url: url ?? path,
    off,
    setup: setupSteps(source, {
      url: url ?? `<PUBLIC_URL>${path}`,
      local: `${localUrl?.replace(/^https?:\/\//, '') ?? 'localhost'}${path}`,
    }),
    docs: source.docs,
    signs_url: source.needsPublicUrl,
    unsigned: source.isUnsigned === true,
    secrets: settings.secret.length,
    secret_used: secretUse === undefined ? null : { number: secretUse.number, at: secretUse.at.toISOString() },
    samples: source.samples.map((sample) => sample.name),
    told_secret: toldSecret === undefined ? null : { ...toldSecret, at: toldSecret.at.toISOString() },
    last_event_at: lastEventAt?.toISOString() ?? null,
    events: Object.fromEntries(
      eventStatuses.map((status) => [status, own.find((count) => count.status === status)?.count ?? 0]),
    ),
    accepted: requests.find(({ outcome }) => outcome === 'accepted')?.count ?? 0,
    refused: Object.fromEntries(refused.map(({ outcome, count }) => [outcome, count])),
  };
}

export const sentSampleJson = ({ sample, status, accepted, duplicates, eventId, message }: SentSample): Json => ({
  sample,
  status,
  accepted,
  duplicates,
  event_id: eventId,
  message,
});

type NamedDestination = Pick<ConfiguredDestination, 'name' | 'off'> & {
  /** Null for one that has deliveries but is configured no more. */
  readonly configured: Pick<ConfiguredDestination, 'destination' | 'settings'> | null;
};

export interface DestinationContext {
  readonly stats: Stats;
  readonly problems: Problems;
  /** Undefined as long as nothing has gone that way. */
  readonly lane: Lane | undefined;
}

export function destinationJson(
  { name, configured, off }: NamedDestination,
  { stats, problems, lane }: DestinationContext,
): Json {
  const own = stats.deliveriesByDestination.filter((count) => count.destination === name);
  const countOf = (status: string): number => own.find((count) => count.status === status)?.count ?? 0;
  const oldest = stats.oldestPending.find((pending) => pending.destination === name)?.createdAt;
  return {
    name,
    type: configured?.destination.name ?? null,
    title: configured?.destination.title ?? null,
    off,
    settings: configured === null ? null : maskedSettings(configured),
    last_dead: lastDeadJson(problems, name),
    deliveries: Object.fromEntries(deliveryStatuses.map((status) => [status, countOf(status)])),
    oldest_pending_at: oldest?.toISOString() ?? null,
    ...laneJson(lane),
  };
}

/** How it was configured; of a secret only that there is one, and of a long one how it ends. */
function maskedSettings({
  destination,
  settings: { filledIn: _filledIn, type: _type, ...settings },
}: Pick<ConfiguredDestination, 'destination' | 'settings'>): JsonObject {
  const shown = Object.entries(settings);
  return Object.fromEntries(
    shown.map(([key, value]) => [key, destination.secrets.includes(key) ? masked(key, value) : value]),
  ) as JsonObject;
}

/** The end of a shorter one would be too much of it, and of a password that somebody made up. */
const endShownFrom = 20;

function masked(key: string, secret: unknown): string {
  if (secret === '' || secret === undefined || secret === null) return '';
  return typeof secret === 'string' && secret.length >= endShownFrom && key !== 'password'
    ? `••••••••${secret.slice(-4)}`
    : '••••••••';
}

function lastDeadJson({ deliveries }: Problems, name: string): Json {
  const own = deliveries.filter(({ destination }) => destination === name);
  const [last] = own.toSorted((a, b) => b.lastAt.getTime() - a.lastAt.getTime());
  if (last === undefined) return null;
  return { at: last.lastAt.toISOString(), reason: last.reason, cause: last.cause, delivery_id: last.example };
}

/** Whether an operator holds it, and what its circuit says: `probe_at` is when it is tried again. */
export function laneJson(lane: Lane | undefined): JsonObject {
  const circuit = lane?.circuit ?? { state: 'closed' };
  const told =
    circuit.state === 'closed'
      ? { trouble: null, message: null, since: null, probe_at: null }
      : {
          trouble: circuit.trouble,
          message: circuit.message,
          since: circuit.since.toISOString(),
          probe_at: circuit.state === 'open' ? circuit.probeAt.toISOString() : null,
        };
  return { paused_at: lane?.pausedAt?.toISOString() ?? null, circuit: { state: circuit.state, ...told } };
}
