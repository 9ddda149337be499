import type { PlacedLineage } from '../mapping/lineage/placed.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { LastSent } from './last-sent.ts';
import type { Preview, Told } from './preview.ts';
import type { PreviewField } from './preview-fields.ts';
import type { PreviewDestination } from './preview-items.ts';

/** A preview as the API and `--json` give it: snake_case keys, ISO times, null for what is not. */
export function previewJson(preview: Preview): Json {
  const { file, outcome, problems, lineage } = preview;
  const about = {
    ...{ mapping: file, outcome, problems: problems as unknown as Json },
    ...(lineage === undefined ? {} : { lineage: lineage.map(lineageJson) }),
  };
  if ('event' in preview) return { ...about, ...toldJson(preview) };
  const message = 'message' in preview ? preview.message : null;
  return { ...about, event: null, readings: [], message, at: null, fields: [], items: [] };
}

function toldJson({ event, readings, message, at, fields, items }: Told): JsonObject {
  const { id, source, type, kind, externalId, occurredAt, receivedAt } = event;
  const times = { occurred_at: occurredAt.toISOString(), received_at: receivedAt.toISOString() };
  return {
    event: { id, source, type, kind, external_id: externalId, ...times },
    readings: readings.map(({ setting, expression, value }) => ({ setting, expression, value: value ?? null })),
    message,
    at: at as unknown as Json,
    fields: fields.map(fieldJson),
    items: items.map((item) => ({
      event: item.event as unknown as Json,
      stitch: item.stitch as unknown as Json,
      destinations: item.destinations.map(destinationJson),
    })),
  };
}

const fieldJson = ({ path, expression, item, result, at }: PreviewField): Json => ({
  path: path.join('.'),
  keys: path,
  expression,
  item,
  at: at as unknown as Json,
  result: result.kind,
  value: result.kind === 'value' ? result.value : null,
  message: result.kind === 'skip' ? result.reason : result.kind === 'fault' ? result.message : null,
  why: 'why' in result ? (result.why ?? null) : null,
});

function destinationJson(result: PreviewDestination): Json {
  const { destination, off, outcome } = result;
  const about = { destination, off, outcome };
  if (result.outcome === 'payload') {
    const { outgoingId, payload, problems, origins, last } = result;
    const told = {
      ...{ ok: problems.length === 0, problems: problems as unknown as Json },
      ...{ last: last === null ? null : lastJson(last), ...(origins && { origins: origins as unknown as Json }) },
    };
    return { ...about, outgoing_id: outgoingId, payload, ...told, message: null, at: null };
  }
  const { message, at } = result;
  return {
    ...about,
    outgoing_id: null,
    payload: null,
    ok: false,
    problems: [],
    last: null,
    message,
    at: at as unknown as Json,
  };
}

const lastJson = ({ delivery, status, createdAt, changes }: LastSent): Json => ({
  ...{ delivery, status, created_at: createdAt.toISOString() },
  changes: changes.map(({ path, before, after }) => ({
    path,
    ...(before !== undefined && { before }),
    ...(after !== undefined && { after }),
  })),
});

export const lineageJson = ({ path, expression, reads, uses, at, end }: PlacedLineage): Json => ({
  path: path.join('.'),
  keys: path,
  expression,
  reads: reads as unknown as Json,
  uses: uses as unknown as Json,
  at: at as unknown as Json,
  end: end as unknown as Json,
});
