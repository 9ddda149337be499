import type { ApiEvent, ApiEventSummary, ApiPage } from '../api-shapes/stored.ts';
import { type FaultCode, faults, GatewayError } from '../model/error.ts';
import { isJsonObject, type Json } from '../model/json.ts';
import { type ApiAnswer, type ApiRequest, requestApi } from './api-request.ts';

interface ApiStats {
  readonly events: { readonly received: number };
  readonly deliveries: { readonly pending: number; readonly in_flight: number };
}

export interface ApiClient {
  /** Any answer of the API. Throws what it refuses as the fault that it names, GATEWAY_UNREACHABLE and GATEWAY_SILENT. */
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: Json): Promise<T>;
  delete<T>(path: string): Promise<T>;
  /** True when no event waits for translation and no delivery for its destination. */
  settled(): Promise<boolean>;
  /** The newest 200 events in full, oldest first. */
  events(): Promise<readonly ApiEvent[]>;
}

/** For an answer that costs no work, in milliseconds. */
const defaultPatienceMs = 300_000;

/** Speaks to a running gateway as any script would. What it asks to be done may take its time, as plans of replays do. */
export function createApiClient(
  baseUrl: string,
  token: string,
  { patienceMs = defaultPatienceMs }: { readonly patienceMs?: number } = {},
): ApiClient {
  const ask = async <T>(path: string, request: Omit<ApiRequest, 'token'>): Promise<T> => {
    const answer = await requestApi(baseUrl, path, { ...request, token });
    if (answer.status < 200 || answer.status > 299) throw refusal(answer, path);
    return JSON.parse(answer.text) as T;
  };
  const get = <T>(path: string): Promise<T> => ask(path, { method: 'GET', patienceMs });
  return {
    get,
    delete: (path) => ask(path, { method: 'DELETE' }),
    post: (path, body) => ask(path, { method: 'POST', body: JSON.stringify(body) }),
    settled: async () => {
      const { events, deliveries } = await get<ApiStats>('/stats');
      return events.received + deliveries.pending + deliveries.in_flight === 0;
    },
    events: async () => {
      const { items } = await get<ApiPage<ApiEventSummary>>('/events?limit=200');
      return Promise.all(items.toReversed().map(({ id }) => get<ApiEvent>(`/events/${id}`)));
    },
  };
}

/** The fault that the API told of. */
function refusal({ status, text }: ApiAnswer, path: string): GatewayError {
  if (status === 401) {
    return new GatewayError('UNAUTHORIZED', 'the gateway refuses the token', {
      hint: "set ADMIN_TOKEN, or DATA_DIR to the gateway's own folder",
    });
  }
  const body = parsed(text);
  const told = isJsonObject(body) && isJsonObject(body.error) ? body.error : {};
  const code = String(told.code).toUpperCase();
  const message = typeof told.message === 'string' ? told.message : `the API answered ${status} to ${path}`;
  return new GatewayError(isFaultCode(code) ? code : 'INTERNAL', message);
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    // Something before the gateway has answered in its place; the status says enough.
    return undefined;
  }
}

const isFaultCode = (code: string): code is FaultCode => Object.hasOwn(faults, code);
