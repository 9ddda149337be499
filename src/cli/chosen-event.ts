import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Configuration } from '../config/load.ts';
import { compileMapping, type MappingDefinition } from '../mapping/compile.ts';
import { mergePatch } from '../mapping/merge.ts';
import type { Clock } from '../model/clock.ts';
import { defined } from '../model/defined.ts';
import { GatewayError } from '../model/error.ts';
import { newId } from '../model/id.ts';
import type { Json } from '../model/json.ts';
import { type InlineEvent, inlineEvent, type PreviewEvent } from '../pipeline/preview-event.ts';
import { eventInBody, whyNoEvent } from '../sources/event-in-body.ts';
import type { ConfiguredSource } from '../sources/source.ts';
import type { ChosenMapping } from './chosen-mapping.ts';
import { eventsOfGateway, type KnownEvents, knownEvents, previewEventOf } from './known-events.ts';
import { plainText } from './output.ts';

/** An event that a person named, or that was found for the mapping. */
export interface ChosenEvent {
  readonly event: PreviewEvent;
  /** As in `the running gateway`. */
  readonly from: string;
  /** The types that --type may give it, where its body tells none and the mapping is for several. */
  readonly possibleTypes?: readonly string[];
}

export interface EventChoice {
  /** `latest`, an event's id, or the path of a file with a body. */
  readonly wanted: string | undefined;
  /** Of a file's event, where the body does not tell. */
  readonly type: string | undefined;
  readonly mapping: (Pick<ChosenMapping, 'path'> & { readonly definition: MappingDefinition }) | undefined;
  readonly configuration: Pick<Configuration, 'settings' | 'file'>;
  readonly clock: Clock;
}

/** How far back to look for one that the mapping is for. */
const pagesMax = 5;
const pageLimit = 200;

/** Without a wish: the latest one a running gateway has for the mapping, else that of the mapping's first test. */
export async function chooseEvent(choice: EventChoice): Promise<ChosenEvent> {
  const { wanted, configuration } = choice;
  if (wanted === undefined) return await anyEvent(choice);
  if (wanted !== 'latest' && !/^evt_[0-9a-z]+$/.test(wanted)) return await eventInFile(wanted, choice);
  const known = await knownEvents(configuration.settings);
  if (known instanceof GatewayError) {
    throw new GatewayError(
      'EVENT_NOT_FOUND',
      `no gateway is running, and there is no store in ${configuration.settings.dataDir}`,
      {
        hint: 'give a file with a body, as in --event fixtures/stripe.invoice.paid.json',
      },
    );
  }
  try {
    return wanted === 'latest' ? await latestOf(known, choice) : await eventById(wanted, known);
  } finally {
    await known.close();
  }
}

async function anyEvent(choice: EventChoice): Promise<ChosenEvent> {
  // Nobody asked for the gateway: whatever is wrong with it, the mapping's own test will do.
  const latest = await latestOfGateway(choice).catch(() => undefined);
  const found = latest ?? (await eventOfFirstTest(choice));
  if (found !== undefined) return found;
  throw new GatewayError('EVENT_NOT_FOUND', 'there is no event to try it on', {
    hint: 'start the gateway, add a test to the mapping, or give a file with a body: --event FILE',
  });
}

async function latestOfGateway(choice: EventChoice): Promise<ChosenEvent | undefined> {
  const known = await eventsOfGateway();
  return known instanceof GatewayError ? undefined : await findLatest(known, choice);
}

async function eventById(id: string, known: KnownEvents): Promise<ChosenEvent> {
  const event = previewEventOf(await known.get(id));
  if (event === undefined) throw new GatewayError('EVENT_NOT_FOUND', `the body of ${id} is not JSON`);
  return { event, from: known.from };
}

async function latestOf(known: KnownEvents, choice: EventChoice): Promise<ChosenEvent> {
  const found = await findLatest(known, choice);
  if (found !== undefined) return found;
  const content = choice.mapping?.definition.content;
  const what =
    content === undefined ? 'no event' : `no ${content.source} event of type ${[content.events].flat().join(', ')}`;
  throw new GatewayError('EVENT_NOT_FOUND', `${known.from} has ${what}`, {
    hint: 'send one with `hookstitch send`, or give a file with a body: --event FILE',
  });
}

async function findLatest(known: KnownEvents, { mapping }: EventChoice): Promise<ChosenEvent | undefined> {
  const source = mapping?.definition.content.source;
  const matches = mapping === undefined ? () => true : compileMapping(mapping.definition).mapping.matches;
  let cursor: string | undefined;
  for (let page = 0; page < pagesMax; page += 1) {
    const { items, next_cursor } = await known.list({ limit: String(pageLimit), ...defined({ source, cursor }) });
    for (const { id } of items.filter(({ type }) => matches(type))) {
      const event = previewEventOf(await known.get(id));
      if (event !== undefined) return { event, from: known.from };
    }
    if (next_cursor === null) return undefined;
    cursor = next_cursor;
  }
  return undefined;
}

async function eventInFile(path: string, choice: EventChoice): Promise<ChosenEvent> {
  const body = await bodyIn(path, {
    named: `--event ${path}`,
    hint: 'give `latest`, the id of an event (evt_…) or the path of a file with a JSON body',
  });
  if (choice.type !== undefined) return { event: inline({ body, type: choice.type }, choice, path), from: path };
  const possibleTypes = typesOfKind(body, choice);
  const [type, ...others] = possibleTypes;
  // One that only its URL would tell, and the mapping is for one: which else could be meant?
  if (type !== undefined && others.length === 0)
    return { event: inline({ body, type }, choice, path), from: `${path}, as ${type}` };
  return { event: inline({ body }, choice, path), from: path, possibleTypes };
}

/** The types the mapping is for, where the URL alone tells the type; none where the body tells it or it fits anyway. */
function typesOfKind(body: Json, choice: EventChoice): readonly string[] {
  const source = sourceOf(choice)?.source;
  if (source === undefined || choice.mapping === undefined) return [];
  const { matches } = compileMapping(choice.mapping.definition).mapping;
  const typeWith = (kind: string | null): string | undefined =>
    eventInBody(source, body, { kind, receivedAt: choice.clock.now() })?.type;
  const told = typeWith(null);
  if (told === undefined || matches(told)) return [];
  const written = [choice.mapping.definition.content.events].flat().filter((type) => !type.includes('*'));
  const types = new Set([...written, ...source.eventTypes.filter(matches)]);
  return [...types].filter((type) => typeWith(type) === type);
}

interface NamedBody {
  readonly named: string;
  readonly hint: string;
}

async function bodyIn(path: string, { named, hint }: NamedBody): Promise<Json> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Json;
  } catch (error) {
    // Whatever is wrong with the file is for whoever named it.
    const why = error instanceof SyntaxError ? 'is not JSON' : 'cannot be read';
    throw new GatewayError('CONFIG_INVALID', `${plainText(named)} ${why}`, { hint });
  }
}

async function eventOfFirstTest(choice: EventChoice): Promise<ChosenEvent | undefined> {
  const test = choice.mapping?.definition.content.tests?.[0];
  if (choice.mapping === undefined || test === undefined) return undefined;
  const { given, change, type, headers, name } = test;
  const about = {
    named: `${given}, which its test "${name}" is given,`,
    hint: 'correct it, or say which event: --event',
  };
  const body = typeof given === 'string' ? await bodyIn(join(dirname(choice.mapping.path), given), about) : given;
  const changed = change === undefined ? body : mergePatch(body, change);
  const sent = { body: changed, type: choice.type ?? type, headers };
  const from = `its test "${name}"${typeof given === 'string' ? `, ${given}` : ''}`;
  return { event: inline(sent, choice, from), from };
}

/** Where no mapping names a source, the body is an event of none. */
function inline(given: InlineEvent, choice: EventChoice, from: string): PreviewEvent {
  const receivedAt = choice.clock.now();
  const id = newId('evt', receivedAt);
  const source = sourceOf(choice);
  if (source === undefined) return sourceless(given, { id, receivedAt });
  const event = inlineEvent(given, source, { id, receivedAt });
  if (event !== undefined) return event;
  const why = whyNoEvent(source.source, given.body, { kind: given.type ?? null, receivedAt });
  throw new GatewayError('CONFIG_INVALID', `${source.name} cannot read the body of ${plainText(from)}: ${why}`, {
    hint: 'it must be one event as the source sends it',
  });
}

const sourceOf = ({ mapping, configuration }: EventChoice): ConfiguredSource | undefined =>
  configuration.file.sources.find(({ name }) => name === mapping?.definition.content.source);

function sourceless(
  { body, type = '', headers = {} }: InlineEvent,
  { id, receivedAt }: Pick<PreviewEvent, 'id' | 'receivedAt'>,
): PreviewEvent {
  const when = { occurredAt: receivedAt, receivedAt };
  const request = { kind: type === '' ? null : type, url: '/', headers, bodyText: JSON.stringify(body), item: null };
  return { id, source: '', type, externalId: id, ...when, ...request };
}
