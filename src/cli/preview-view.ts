import type { ConfiguredDestination } from '../destinations/destination.ts';
import type { Position } from '../model/error.ts';
import { isJsonObject, type Json } from '../model/json.ts';
import type { Preview, Told } from '../pipeline/preview.ts';
import type { PreviewField } from '../pipeline/preview-fields.ts';
import type { PreviewDestination } from '../pipeline/preview-items.ts';
import { shownRequest } from '../pipeline/shown-request.ts';
import type { ChosenEvent } from './chosen-event.ts';
import { plainText, style } from './output.ts';
import { localTime } from './since.ts';
import { stitchText } from './stitch-text.ts';
import { shortened } from './table.ts';

/** A preview as people read it in a terminal. What the event holds is shown: it is the operator's own. */

/** Columns; a longer name or value is cut or pushes the rest of its line to the right. */
const width = { section: 10, nameMax: 30, value: 34, expression: 46, destination: 12 };

export interface PreviewView {
  readonly chosen: ChosenEvent;
  readonly destinations: readonly ConfiguredDestination[];
  /** The destination whose payload is shown in full. */
  readonly show: string | undefined;
}

export function previewLines(preview: Told, view: PreviewView): readonly string[] {
  // Of a mapping for other events nothing was evaluated.
  const event = [eventLine(view.chosen), ...readingLines(preview)];
  if (preview.outcome === 'unmatched') return [...event, ...endLines(preview), ...typeLines(view.chosen)];
  return [...event, ...fieldLines(preview), ...endLines(preview), ...resultLines(preview, view)];
}

function typeLines({ possibleTypes = [] }: ChosenEvent): readonly string[] {
  if (possibleTypes.length === 0) return [];
  const options = possibleTypes.map((type) => `--type ${plainText(type)}`).join(' or ');
  return [section('', style('yellow', `  ! its body does not tell its type; say it with ${options}`))];
}

function eventLine({ event, from }: ChosenEvent): string {
  const { id, type, source, receivedAt } = event;
  const received = `received ${localTime(receivedAt.toISOString())}${source === '' ? '' : ` from ${source}`}`;
  return section(
    'event',
    [id, style('bold', plainText(type)), received, style('dim', `(${plainText(from)})`)].join('  '),
  );
}

/** As its source told it when it came; what a value does not fit then, as a time that is none, was not taken. */
const readingLines = ({ readings }: Told): readonly string[] =>
  readings.map(({ setting, expression, value }, index) => {
    const came = value === undefined ? '(nothing)' : shortened(valueText(value), width.value);
    const written = `=${shortened(oneLine(expression), width.expression - 1)}`;
    return section(index === 0 ? 'source' : '', [setting.padEnd(11), came.padEnd(width.value), written].join('  '));
  });

const section = (name: string, text: string): string => `${name.padEnd(width.section)}${text}`;

const sections = ['when', 'let', 'for_each', 'event', 'destinations'] as const;

function fieldLines({ fields }: Told): readonly string[] {
  const nameWidth = Math.min(width.nameMax, Math.max(0, ...fields.map((field) => nameOf(field).length)));
  return sections.flatMap((name) => {
    const own = fields.filter(({ path }) => path[0] === name).toSorted(inFileOrder);
    return own.flatMap((field, index) => linesOf(field, index === 0 ? titleOf(name) : '', nameWidth));
  });
}

const inFileOrder = (a: PreviewField, b: PreviewField): number =>
  (a.item ?? 0) - (b.item ?? 0) || a.at.line - b.at.line || a.at.column - b.at.column;

/** What is on top of the standard translation of the event; the payloads themselves come further down. */
const titleOf = (name: (typeof sections)[number]): string => (name === 'destinations' ? 'changes' : name);

const nameOf = ({ path, item }: PreviewField): string =>
  plainText(path.slice(1).join('.')) + (item === null ? '' : ` #${item + 1}`);

function linesOf(field: PreviewField, title: string, nameWidth: number): readonly string[] {
  const { expression, at, result } = field;
  const written = expression === null ? '' : `=${shortened(oneLine(expression), width.expression - 1)}`;
  const value = fieldValue(result);
  const cells = [nameOf(field).padEnd(nameWidth), value.padEnd(width.value), written.padEnd(width.expression)];
  const line = section(title, [...cells, placeText(at)].join('  '));
  const why = 'why' in result ? result.why : undefined;
  return typeof why === 'string' ? [line, section('', style('yellow', `  ! ${plainText(why)}`))] : [line];
}

const oneLine = (text: string): string => plainText(text.trim().replaceAll(/\s+/g, ' '));

const placeText = ({ file, line, column }: Position): string => style('dim', `${file}:${line}:${column}`);

function fieldValue(result: PreviewField['result']): string {
  switch (result.kind) {
    case 'value':
      return shortened(valueText(result.value), width.value);
    case 'nothing':
      return '(nothing)';
    case 'skip':
      return `skips: ${plainText(result.reason)}`;
    case 'fault':
      return `fails: ${plainText(result.message)}`;
    case 'not_evaluated':
      return '(not reached)';
  }
}

/** A text as it is where nothing about it is hidden by that; else as JSON. */
const valueText = (value: Json): string =>
  typeof value === 'string' && value.trim() === value && value !== ''
    ? plainText(value)
    : plainText(JSON.stringify(value));

function endLines({ outcome, message, at }: Told): readonly string[] {
  if (message === null) return [];
  const colour = outcome === 'skipped' ? 'yellow' : 'red';
  return [section(outcome, [style(colour, plainText(message)), at === null ? '' : placeText(at)].join('  ').trimEnd())];
}

function resultLines({ items }: Told, view: PreviewView): readonly string[] {
  return items.flatMap(({ destinations, stitch }, index) => {
    const number = items.length > 1 ? ` #${index + 1}` : '';
    const whose = stitch === null ? [] : [section(`whose${number}`, style('dim', stitchText(stitch)))];
    return [...whose, ...destinations.flatMap((result) => destinationLines(result, number, view))];
  });
}

function destinationLines(result: PreviewDestination, item: string, view: PreviewView): readonly string[] {
  const { destination, off } = result;
  const head = `→ ${style('bold', (destination + item).padEnd(width.destination))}`;
  if (result.outcome !== 'payload') {
    const word = result.outcome === 'failed' ? style('red', 'failed ') : style('yellow', 'skipped');
    return [`${head} ${word}  ${plainText(result.message)}  ${placeText(result.at)}`];
  }
  const target = view.destinations.find(({ name }) => name === destination);
  const word = result.problems.length === 0 ? style('green', 'valid  ') : style('red', 'INVALID');
  const where = off === null ? endpoint(result.payload, target) : style('yellow', `off: ${off}`);
  const problems = result.problems.map(
    ({ path, message, at }) => `    ${plainText([path, message].filter(Boolean).join(' '))}  ${placeText(at)}`,
  );
  const payload = view.show === destination ? payloadLines(result.payload) : [];
  return [`${head} ${word}  ${where}`.trimEnd(), ...problems, ...payload];
}

const payloadLines = (payload: Json): readonly string[] =>
  JSON.stringify(payload, null, 2)
    .split('\n')
    .map((line) => `    ${plainText(line)}`);

/** What would be called, without the secrets in it. */
function endpoint(payload: Json, target: ConfiguredDestination | undefined): string {
  const request = target === undefined ? undefined : shownRequest(JSON.stringify(payload), target);
  return request === undefined ? '' : `${request.method} ${request.url}`;
}

/** Whether all of it would arrive: nothing failed, and no destination would refuse its payload. */
export const isGood = (preview: Preview): boolean =>
  preview.outcome === 'skipped' ||
  (preview.outcome === 'translated' &&
    preview.items.every(({ destinations }) =>
      destinations.every(
        (result) => result.outcome === 'skipped' || (isPayload(result) && result.problems.length === 0),
      ),
    ));

export const isPayload = (result: PreviewDestination): result is Extract<PreviewDestination, { outcome: 'payload' }> =>
  result.outcome === 'payload' && isJsonObject(result.payload);

/** Whether there is anything that could be sent. */
export const isSendable = (preview: Preview): boolean =>
  'event' in preview &&
  preview.items.some(({ destinations }) =>
    destinations.some((result) => isPayload(result) && result.off === null && result.problems.length === 0),
  );
