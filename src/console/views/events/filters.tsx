import type { ApiPage } from '../../../api-shapes/stored.ts';
import type { DeliveryStatus } from '../../../model/delivery.ts';
import { useApi } from '../../api/use-api.ts';
import type { UrlState } from '../../state/url-text.ts';
import { FilterBar, Search, Select } from '../../ui/filter-bar.tsx';
import { Icon } from '../../ui/icon.tsx';
import { sinceOptions } from './since.ts';

export const filterNames = [
  ...(['q', 'source', 'type', 'status', 'destination', 'delivery', 'mapping', 'since', 'reason', 'cause'] as const),
] as const;
export type FilterName = (typeof filterNames)[number];
export type Filters = UrlState<FilterName>;
export type Change = (changes: Partial<Record<FilterName, string>>, replace?: boolean) => void;

export const isFiltered = (filters: Filters): boolean => filterNames.some((name) => filters[name] !== '');

interface EventFiltersProps {
  readonly filters: Filters;
  readonly change: Change;
}

interface Named {
  readonly name: string;
}

const deliveryStatuses = [
  'pending',
  'in_flight',
  'delivered',
  'dead',
  'cancelled',
] as const satisfies readonly DeliveryStatus[];

/** Set by links of other views; here they can only be taken away. */
const chosen = ['type', 'reason', 'cause'] as const;

/** All of them live in the address. */
export function EventFilters({ filters, change }: EventFiltersProps) {
  const sources = useApi<{ readonly items: readonly Named[] }>('/sources', ['configuration']);
  const destinations = useApi<{ readonly items: readonly Named[] }>('/destinations', ['configuration']);
  const mappings = useApi<Pick<ApiPage<{ readonly file: string }>, 'items'>>('/mappings', ['configuration']);
  const named = (items: readonly Named[] = []) => items.map(({ name }) => [name, name] as const);
  const clear = () => change(Object.fromEntries(filterNames.map((name) => [name, ''])));
  return (
    <FilterBar onClear={isFiltered(filters) ? clear : undefined}>
      <Search
        value={filters.q}
        onChange={(q) => change({ q }, true)}
        label="Search events"
        placeholder="Id, person or any text"
      />
      <Select
        label="source"
        value={filters.source}
        options={named(sources.data?.items)}
        onChange={(source) => change({ source })}
      />
      <Select
        label="destination"
        value={filters.destination}
        options={named(destinations.data?.items)}
        onChange={(destination) => change({ destination })}
      />
      <Select
        label="delivery"
        value={filters.delivery}
        options={deliveryStatuses.map((status) => [status, status] as const)}
        onChange={(delivery) => change({ delivery })}
      />
      <Select
        label="mapping"
        value={filters.mapping}
        options={(mappings.data?.items ?? []).map(({ file }) => [file, file] as const)}
        onChange={(mapping) => change({ mapping })}
      />
      <Select label="time" value={filters.since} options={sinceOptions} onChange={(since) => change({ since })} />
      {chosen.map((name) =>
        filters[name] === '' ? null : (
          <button key={name} type="button" class="chip" aria-pressed="true" onClick={() => change({ [name]: '' })}>
            <span class="muted">{name}</span> {filters[name]}
            <Icon name="close" />
          </button>
        ),
      )}
    </FilterBar>
  );
}
