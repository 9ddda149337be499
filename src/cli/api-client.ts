import { GatewayError } from '../model/error.ts';

/** The part of the admin API's answers that the command line shows. */
export interface ApiEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly status: string;
  readonly message: string | null;
  readonly runs: readonly { readonly mapping: string; readonly outcome: string }[];
  readonly deliveries: readonly {
    readonly destination: string;
    readonly status: string;
    readonly history: readonly {
      readonly duration_ms: number;
      readonly reason: string | null;
      readonly message: string | null;
      readonly response: { readonly status: number } | null;
    }[];
  }[];
}

interface ApiStats {
  readonly events: { readonly received: number };
  readonly deliveries: { readonly pending: number; readonly in_flight: number };
}

export interface ApiClient {
  /** True when no event waits for translation and no delivery for its destination. */
  settled(): Promise<boolean>;
  /** The newest 200 events in full, oldest first. */
  events(): Promise<readonly ApiEvent[]>;
}

/** Speaks to a running gateway as any script would. */
export function createApiClient(baseUrl: string, token: string): ApiClient {
  const get = async <T>(path: string): Promise<T> => {
    const answer = await fetch(`${baseUrl}/api${path}`, { headers: { authorization: `Bearer ${token}` } });
    if (!answer.ok) throw new GatewayError('INTERNAL', `the gateway's API answered ${answer.status} to ${path}`);
    return (await answer.json()) as T;
  };
  return {
    settled: async () => {
      const { events, deliveries } = await get<ApiStats>('/stats');
      return events.received + deliveries.pending + deliveries.in_flight === 0;
    },
    events: async () => {
      const { items } = await get<{ readonly items: readonly { readonly id: string }[] }>('/events?limit=200');
      return Promise.all(items.toReversed().map(({ id }) => get<ApiEvent>(`/events/${id}`)));
    },
  };
}
