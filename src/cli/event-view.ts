import type {
  ApiAttempt,
  ApiDelivery,
  ApiDeliverySummary,
  ApiEvent,
  ApiEventSummary,
  ApiRun,
} from '../api-shapes/stored.ts';
import { plainText, style } from './output.ts';
import { localTime } from './since.ts';
import { stitchText } from './stitch-text.ts';
import { shortened, table } from './table.ts';

/** Events and deliveries as people read them; the states are the words of the API. */

const whyMax = 60;

const eventHeadings = ['TIME', 'SOURCE', 'EVENT', 'STATUS', 'DELIVERIES', 'WHY', 'ID'];

export const eventTable = (events: readonly ApiEvent[]): string => table(eventHeadings, events.map(eventRow));

export function eventRow(event: ApiEvent): readonly string[] {
  const { received_at, source, type, status, id } = event;
  return [localTime(received_at), source, plainText(type), coloured(status), tally(event.deliveries), why(event), id];
}

const looks: Readonly<Record<string, readonly [icon: string, colour: 'green' | 'yellow' | 'red' | 'dim']>> = {
  received: ['…', 'dim'],
  translated: ['✓', 'green'],
  unmatched: ['?', 'yellow'],
  failed: ['✗', 'red'],
  pending: ['↻', 'yellow'],
  in_flight: ['→', 'yellow'],
  delivered: ['✓', 'green'],
  dead: ['✗', 'red'],
  cancelled: ['⊘', 'dim'],
};

/** Icon and word: never by colour alone. */
function coloured(status: string): string {
  const [icon, colour] = looks[status] ?? ['·', 'dim'];
  return style(colour, `${icon} ${status}`);
}

/** As in `3 delivered, 1 dead`. */
const tally = (deliveries: readonly ApiDelivery[]): string =>
  [...Map.groupBy(deliveries, ({ status }) => status)].map(([status, own]) => `${own.length} ${status}`).join(', ');

/** What a person would ask about first: the event's own trouble, else that of its worst delivery. */
function why(event: ApiEvent): string {
  const { message, deliveries } = event;
  const worst =
    deliveries.find(({ status }) => status === 'dead') ??
    deliveries.find(({ status, history }) => status === 'pending' && history.length > 0);
  const last = worst?.history.at(-1);
  const text =
    message ??
    waiting(event) ??
    (last === undefined ? '' : `${worst?.destination}: ${last.message ?? last.reason ?? ''}`);
  return shortened(plainText(text), whyMax);
}

const waiting = ({ waits_for, due_at }: ApiEventSummary): string | undefined =>
  waits_for === null || due_at === null ? undefined : `waits for ${waits_for} until ${localTime(due_at)}`;

export const deliveryTable = (deliveries: readonly ApiDeliverySummary[]): string =>
  table(
    ['TIME', 'DESTINATION', 'STATUS', 'ATTEMPTS', 'WHY', 'EVENT', 'ID'],
    deliveries.map(({ created_at, destination, status, attempts, reason, last_message, event_id, id }) => [
      localTime(created_at),
      destination,
      coloured(status),
      String(attempts),
      shortened(plainText([reason, last_message].filter((part) => part !== null).join(': ')), whyMax),
      event_id,
      id,
    ]),
  );

/** Everything about one event, in the order in which it happened. */
export function eventDetails(event: ApiEvent): string {
  const { id, source, type, status, message, received_at, occurred_at, external_id, request, runs, deliveries } = event;
  const told = message ?? waiting(event);
  return [
    `${style('bold', `${source} ${plainText(type)}`)}  ${coloured(status)}  ${id}`,
    ...(told === undefined ? [] : [`  ${plainText(told)}`]),
    '',
    `received   ${localTime(received_at)}  ${request.method} ${plainText(request.url)}  ${bodySize(event)} bytes`,
    `happened   ${localTime(occurred_at)}`,
    `known as   ${plainText(external_id)}`,
    ...(runs ?? []).flatMap(runLines),
    ...deliveries.flatMap((delivery) => ['', deliveryDetails(delivery)]),
  ].join('\n');
}

const bodySize = ({ request: { body, body_encoding } }: ApiEvent): number => Buffer.byteLength(body, body_encoding);

function runLines({ mapping, outcome, reason, path, message, items = [] }: ApiRun): readonly string[] {
  const told = [path, message ?? reason].filter((part) => part !== undefined).join(': ');
  const results = items.flatMap(({ destinations }) => destinations).filter((result) => result.outcome !== 'queued');
  return [
    `mapped     ${plainText(mapping)}  ${outcome}  ${plainText(told)}`.trimEnd(),
    ...results.map(
      (result) =>
        `           ${result.destination}  ${result.outcome}  ${plainText(result.message ?? result.reason ?? '')}`,
    ),
  ];
}

export function deliveryDetails(delivery: ApiDelivery): string {
  const { destination, status, id, mapping, outgoing_id, replay_of, due_at, is_behind, history, payload, stitch } =
    delivery;
  const next = due_at === null ? '' : `  next try ${localTime(due_at)}`;
  const due = is_behind ? '  waits for an earlier one of the same person' : next;
  return [
    `→ ${style('bold', destination)}  ${coloured(status)}${due}  ${id}`,
    `  made by  ${plainText(mapping)}`,
    `  sent as  ${outgoing_id}`,
    ...(replay_of === null ? [] : [`  anew of  ${replay_of}`]),
    ...(stitch === null ? [] : [`  whose    ${stitchText(stitch)}`]),
    ...history.map(attemptLine),
    ...JSON.stringify(payload, null, 2)
      .split('\n')
      .map((line) => `  ${plainText(line)}`),
  ].join('\n');
}

function attemptLine({ number, started_at, duration_ms, outcome, reason, message, response }: ApiAttempt): string {
  const answer = response === null ? '' : `${response.status} `;
  const told = [reason, message].filter((part) => part !== null).join(': ');
  return `  try ${number}    ${localTime(started_at)}  ${outcome}  ${answer}in ${duration_ms} ms  ${plainText(told)}`.trimEnd();
}

/** One line of JSON for programs that follow along. */
export const eventLine = (event: ApiEvent): ApiEventSummary & { readonly deliveries: object } => {
  const { id, source, type, status, reason, message, occurred_at, received_at, waits_for, due_at } = event;
  const states = event.deliveries.map(({ id: delivery, destination, status: state, attempts }) => ({
    id: delivery,
    destination,
    status: state,
    attempts,
  }));
  const moments = { occurred_at, received_at, waits_for, due_at };
  return { id, source, type, status, reason, message, ...moments, deliveries: states };
};
