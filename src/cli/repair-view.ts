import type { ApiFates, ApiMoved, ApiPlan, ApiProblems, ApiReplay } from '../api-shapes/repair.ts';
import { plainText, style } from './output.ts';
import { localTime } from './since.ts';
import { shortened, table } from './table.ts';

/** Problems, plans and replays as people read them. */

const causeMax = 60;
const valueMax = 60;
const changesShown = 5;

export function problemsText({ deliveries, events }: ApiProblems): string {
  if (deliveries.length + events.length === 0) return `${style('green', '✓')} no dead deliveries, no failed events`;
  const headings = ['COUNT', 'REASON', 'WHAT', 'FIRST', 'LAST', 'EXAMPLE'];
  const rows = <P extends ApiProblems['deliveries'][number] | ApiProblems['events'][number]>(
    problems: readonly P[],
    nameOf: (problem: P) => string,
  ) =>
    problems.map((problem) => {
      const { count, reason, cause, first_at, last_at, example } = problem;
      const what = shortened(plainText(cause), causeMax);
      return [nameOf(problem), String(count), reason, what, localTime(first_at), localTime(last_at), example];
    });
  const parts = [
    deliveries.length > 0 &&
      table(
        ['DEAD AT', ...headings],
        rows(deliveries, ({ destination }) => destination),
      ),
    events.length > 0 &&
      table(
        ['FAILED FROM', ...headings],
        rows(events, ({ source }) => source),
      ),
  ];
  return parts.filter((part) => part !== false).join('\n\n');
}

/** As in `3 dead deliveries (2 segment, 1 umami)`. */
export function movedText({ deliveries, destinations }: ApiMoved, [one, many]: readonly [string, string]): string {
  const each = Object.entries(destinations).map(([name, count]) => `${count} ${name}`);
  const what = counted(deliveries, one, many);
  return each.length === 0 ? what : `${what} (${each.join(', ')})`;
}

export function planText(plan: ApiPlan): string {
  const { events, payloads, joins, changed } = plan;
  const { total, translated, unmatched, failed, delayed, unusable } = events;
  return [
    style('bold', `${counted(total, 'event')} would be replayed`),
    ...lines([
      [translated, 'would be translated'],
      [unmatched, 'would match no mapping'],
      [failed, 'would stay failed'],
      [delayed, 'would wait for a lookup or an identity'],
      [unusable, 'cannot be replayed: no mapping ever sees them'],
    ]),
    ...plan.failures.map(({ cause, count, example }) => failureLine(cause, count, example)),
    style('bold', `${counted(payloads.new + payloads.again, 'delivery', 'deliveries')} would be made`),
    ...fateLines(payloads),
    ...plan.repeated.flatMap(repeatedLines),
    ...lines([
      [joins, 'at most, that tell a destination who a visitor is'],
      [changed.again, 'made again would differ from what was sent'],
      [changed.left_delivered, 'delivered and left alone would be different today'],
    ]),
    ...plan.changes.slice(0, changesShown).flatMap(changeLines),
    ...plan.new
      .slice(0, 1)
      .flatMap(({ event_id, destination, payload }) => [
        `  ${style('dim', 'for example')} ${destination}  ${event_id}`,
        `    ${plainText(JSON.stringify(payload))}`,
      ]),
  ].join('\n');
}

const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

const lines = (counts: readonly (readonly [count: number, text: string])[]): readonly string[] =>
  counts.flatMap(([count, text]) => (count === 0 ? [] : [`  ${String(count).padStart(7)}  ${text}`]));

const fateLines = (fates: ApiFates): readonly string[] =>
  lines([
    [fates.new, 'new'],
    [fates.again, 'made again, after an earlier one'],
    [fates.left_delivered, 'left alone: delivered'],
    [fates.left_under_way, 'left alone: on their way'],
    [fates.left_out, 'left out: other destinations'],
  ]);

const failureLine = (cause: string, count: number, example: string): string =>
  `  ${String(count).padStart(7)}  ${style('red', '✗')} ${shortened(plainText(cause), causeMax * 2)}  ${example}`;

/** The ids hang on the file's name, so nobody else can tell. */
const repeatedLines = ({ destination, was, now, count }: ApiPlan['repeated'][number]): readonly string[] => [
  style('yellow', `  ${String(count).padStart(7)}  ! of the new ones ${destination} has by ${plainText(was)} already:`),
  `           ${plainText(now)} would send them again under other ids`,
];

function changeLines({ destination, event_id, fate, changes }: ApiPlan['changes'][number]): readonly string[] {
  return [
    `  ${destination}  ${event_id}  ${style('dim', fate === 'again' ? 'made again' : 'left alone')}`,
    ...changes.flatMap(({ path, before, after }) => [
      ...(before === undefined ? [] : [style('red', `    - ${plainText(path)}: ${valueText(before)}`)]),
      ...(after === undefined ? [] : [style('green', `    + ${plainText(path)}: ${valueText(after)}`)]),
    ]),
  ];
}

const valueText = (value: unknown): string => shortened(plainText(JSON.stringify(value)), valueMax);

/** One line, however far it is. */
export function progressText({ id, events: { total, translated, unmatched, failed, in_line } }: ApiReplay): string {
  const done = translated + unmatched + failed;
  return `${id}  ${done} of ${total}  (${in_line} in line, ${failed} failed)`;
}

export function replayText(replay: ApiReplay): string {
  const { id, status, filter, events, payloads, joins, created_at, ended_at, rate } = replay;
  const asked = Object.entries(filter).map(([name, value]) => `${name} ${valuesOf(value).join(', ')}`);
  const ended = ended_at === null ? '' : `, ended ${localTime(ended_at)}`;
  return [
    `${style('bold', id)}  ${coloured(status)}  begun ${localTime(created_at)}${ended}, at most ${rate} a second`,
    `  ${plainText(asked.join('; '))}`,
    ...lines([
      [events.total, 'events fitted'],
      [events.in_line, 'in line'],
      [events.translated, 'translated'],
      [events.unmatched, 'matched no mapping'],
      [events.failed, 'failed again'],
    ]),
    style('bold', `${counted(payloads.new + payloads.again, 'delivery', 'deliveries')} made`),
    ...fateLines(payloads),
    ...lines([[joins, 'that tell a destination who a visitor is']]),
  ].join('\n');
}

const valuesOf = (value: ApiReplay['filter'][string]): readonly string[] =>
  typeof value === 'string' ? [value] : Object.values(value);

export const replayTable = (replays: readonly ApiReplay[]): string =>
  table(
    ['BEGUN', 'STATUS', 'EVENTS', 'DONE', 'FAILED', 'NEW', 'AGAIN', 'ID'],
    replays.map(({ created_at, status, events, payloads, id }) => {
      const done = events.translated + events.unmatched + events.failed;
      const counts = [events.total, done, events.failed, payloads.new, payloads.again].map(String);
      return [localTime(created_at), coloured(status), ...counts, id];
    }),
  );

const looks: Readonly<Record<string, readonly [icon: string, colour: 'green' | 'yellow' | 'dim']>> = {
  running: ['→', 'yellow'],
  finished: ['✓', 'green'],
  cancelled: ['⊘', 'dim'],
};

/** Icon and word: never by colour alone. */
function coloured(status: string): string {
  const [icon, colour] = looks[status] ?? ['·', 'dim'];
  return style(colour, `${icon} ${status}`);
}
