import type { CanonicalEvent } from '../model/canonical-event.ts';
import type { Position } from '../model/error.ts';
import { isJsonObject, type Json } from '../model/json.ts';
import { expressionText } from './expression-text.ts';
import { type Feeders, feedersIn, type Translate, valueAt } from './perturbation.ts';
import type { MappingFile } from './schema.ts';
import type { TemplatePath } from './template.ts';
import type { TraceEntry } from './trace.ts';

/** A place in a mapping file that a value comes from. */
export interface Origin {
  /** What it is called, as in `['event', 'revenue', 'amount']`; may lie inside of what one expression yields. */
  readonly path: TemplatePath;
  /** The place in the file; null where the file says nothing and a default applies. */
  readonly written: { readonly path: TemplatePath; readonly text: string } | null;
  /** What the event's data has to do with it, as in `"custmer_email" is not in data.object`. */
  readonly why?: string;
  /** Where `written` stands, once it was looked up. */
  readonly at?: Position;
}

export interface PayloadQuery {
  readonly content: MappingFile;
  readonly destination: string;
  /** What the mapping's expressions came to on the event. */
  readonly trace: readonly TraceEntry[];
  readonly event: CanonicalEvent | undefined;
  readonly translate: Translate;
}

/** What a field of a payload comes from, nearest first; empty for what the destination adds of itself. */
export const originsOf = (field: TemplatePath, query: PayloadQuery): readonly Origin[] => originsIn(query)(field);

/** The same for any field of one payload: what is costly to find out is found out once. */
export function originsIn(query: PayloadQuery): (field: TemplatePath) => readonly Origin[] {
  const { event, translate } = query;
  const feeders = event === undefined ? () => [] : feedersIn({ event, translate });
  return (field) => originsAt(field, { ...query, feeders });
}

interface FieldQuery extends PayloadQuery {
  readonly feeders: Feeders;
}

function originsAt(field: TemplatePath, query: FieldQuery): readonly Origin[] {
  const { content, destination, trace } = query;
  const settings = settingsOf(content, destination);
  const own = (key: 'payload' | 'merge'): Origin | undefined =>
    placeIn(settings?.[key] as Json | undefined, ['destinations', destination, key], field);
  const payload = own('payload');
  if (settings?.payload !== undefined) return payload === undefined ? [] : followed(payload, content);
  const merge = own('merge');
  if (merge !== undefined && yields(merge, trace)) return followed(merge, content);
  const standard = canonicalOrigins(field, query);
  return standard.length > 0 || merge === undefined ? standard : followed(merge, content);
}

/** With what is known of the event's part in it, said once: by the origin that is furthest away. */
export function explained(origins: readonly Origin[], trace: readonly TraceEntry[]): readonly Origin[] {
  const reasons = origins.map(({ written }) => {
    const entry = written === null ? undefined : trace.find(({ path }) => samePath(path, written.path));
    return entry?.result.why ?? undefined;
  });
  const last = reasons.findLastIndex((why) => why !== undefined);
  return origins.map((origin, index) => {
    const why = index === last ? reasons[index] : undefined;
    return why === undefined ? origin : { ...origin, why };
  });
}

/** What came to nothing at a place or, where a block stands there, in its keys: each with what it names and why. */
export function emptyOrigins(
  path: TemplatePath,
  keys: readonly string[] | undefined,
  { content, trace }: Pick<PayloadQuery, 'content' | 'trace'>,
): readonly Origin[] {
  const file = content as unknown as Json;
  const places = writtenPaths(valueAt(file, path), path);
  const asked = places.filter((place) => keys?.includes(String(place[path.length])) ?? true);
  return asked
    .filter((place) => trace.some((entry) => samePath(entry.path, place) && isNothing(entry)))
    .flatMap((place) => {
      const origin = placeIn(file, [], place);
      return origin === undefined ? [] : explained(followed(origin, content), trace);
    });
}

const isNothing = ({ result }: TraceEntry): boolean =>
  result.kind === 'nothing' || (result.kind === 'value' && (result.value === null || result.value === ''));

export const settingsOf = ({ destinations }: MappingFile, name: string) =>
  Array.isArray(destinations) ? undefined : destinations[name];

/** Whether what is written there had a say in this payload: an expression that came to nothing changed nothing. */
function yields({ path, written }: Origin, trace: readonly TraceEntry[]): boolean {
  if (written === null || expressionText(written.text) === undefined) return true;
  const entry = trace.find((candidate) => samePath(candidate.path, written.path));
  const value = entry?.result.kind === 'value' ? entry.result.value : undefined;
  return (valueAt(value, path.slice(written.path.length)) ?? null) !== null;
}

function canonicalOrigins(field: TemplatePath, { content, event, feeders }: FieldQuery): readonly Origin[] {
  if (event === undefined) return [];
  const missing = missingFields(content.event as Json | undefined, event, field);
  return feeders(field, missing).flatMap((path) => {
    const origin = placeIn(content.event as Json | undefined, ['event'], path);
    return origin === undefined ? [{ path: ['event', ...path], written: null }] : followed(origin, content);
  });
}

/** The keys of the canonical event's blocks: one expression may stand for a whole block. */
const blockKeys: Readonly<Record<string, readonly string[]>> = {
  '': ['name', 'id', 'timestamp', 'user', 'company', 'attributes', 'revenue', 'context', 'category', 'integrations'],
  user: [
    ...['id', 'anonymous_id', 'email', 'phone', 'name', 'first_name', 'last_name', 'created_at', 'previous_id'],
    'traits',
  ],
  company: ['id', 'name', 'created_at', 'traits'],
  revenue: ['amount', 'currency'],
  context: [
    ...['ip', 'user_agent', 'url', 'title', 'referrer', 'locale', 'timezone'],
    ...['campaign', 'device', 'os', 'app'],
  ],
};
/** Blocks with keys of the author's own. */
const openBlocks = new Set([
  ...['attributes', 'user.traits', 'company.traits'],
  ...['context.campaign', 'context.device', 'context.os', 'context.app'],
]);

/** Fields that the mapping fills and that this event does not have. */
function missingFields(
  template: Json | undefined,
  event: CanonicalEvent,
  field: TemplatePath,
): readonly TemplatePath[] {
  return writtenPaths(template)
    .flatMap((path) => fieldsWithin(path, field))
    .filter((path) => valueAt(event as unknown as Json, path) === undefined);
}

function fieldsWithin(path: TemplatePath, field: TemplatePath): readonly TemplatePath[] {
  const block = path.join('.');
  // A block of the author's own most likely has the keys that the payload lacks.
  if (openBlocks.has(block)) return field.map((_, index) => [...path, ...field.slice(index)]);
  return blockKeys[block]?.flatMap((key) => fieldsWithin([...path, key], field)) ?? [path];
}

function writtenPaths(template: Json | undefined, path: TemplatePath = []): readonly TemplatePath[] {
  if (isJsonObject(template))
    return Object.entries(template).flatMap(([key, member]) => writtenPaths(member, [...path, key]));
  return template === undefined ? [] : [path];
}

/** Where a template says what is at `field`; an expression for a whole block says it for everything inside. */
export function placeIn(template: Json | undefined, base: TemplatePath, field: TemplatePath): Origin | undefined {
  let node = template;
  let depth = 0;
  for (const key of field) {
    if (!isJsonObject(node) && !Array.isArray(node)) break;
    node = valueAt(node, [key]);
    depth += 1;
  }
  if (node === undefined) return undefined;
  const isLeaf = depth === field.length;
  if (!isLeaf && !(typeof node === 'string' && expressionText(node) !== undefined)) return undefined;
  const written = { path: [...base, ...field.slice(0, depth)], text: shownText(node) };
  return { path: [...base, ...field], written };
}

const shownText = (node: Json): string => (typeof node === 'string' ? node.trim() : JSON.stringify(node));

/** Behind an expression that only names something else: what is named. */
function followed(origin: Origin, content: MappingFile): readonly Origin[] {
  const [, name = '', rest = ''] = /^=\s*\$(\w+)((?:\.\w+)*)$/.exec(origin.written?.text ?? '') ?? [];
  const path = [...rest.split('.').filter(Boolean), ...origin.path.slice(origin.written?.path.length)];
  const next =
    name === 'event'
      ? placeIn(content.event as Json | undefined, ['event'], path)
      : placeIn(content.let?.[name], ['let', name], path);
  if (next === undefined || isShorthand(next)) return [origin];
  return [origin, ...followed(next, content)];
}

/** A name for a block of the body, as in `invoice: =data.object`: it says nothing that its use does not say. */
const isShorthand = ({ path, written }: Origin): boolean =>
  written !== null && written.path.length < path.length && /^=[\w.\s]+$/.test(written.text);

const samePath = (a: TemplatePath, b: TemplatePath): boolean =>
  a.length === b.length && a.every((key, index) => String(key) === String(b[index]));
