import type { ApiBoundedCount, ApiEventCounts } from '../../../api-shapes/event-list.ts';
import type { EventStatus } from '../../../model/event.ts';
import { shortNumber } from '../../ui/number-text.ts';
import type { Change, Filters } from './filters.tsx';

interface FacetsProps {
  readonly counts: ApiEventCounts | undefined;
  readonly filters: Filters;
  readonly change: Change;
}

const statuses = ['received', 'translated', 'unmatched', 'failed'] as const satisfies readonly EventStatus[];
const icons: Readonly<Record<EventStatus, string>> = { received: '…', translated: '✓', unmatched: '?', failed: '✗' };

const countText = ({ count, is_more }: ApiBoundedCount): string => `${shortNumber(count)}${is_more ? '+' : ''}`;

/** How many there are in each state, to choose from. */
export function Facets({ counts, filters, change }: FacetsProps) {
  const { status, delivery } = filters;
  // Deliveries are counted over all sources and types, so beside a choice among these the figure would mislead.
  const dead = filters.source + filters.type === '' ? counts?.deliveries.dead : undefined;
  return (
    <fieldset class="chips facets">
      <legend class="unseen">State</legend>
      <Facet shown="all" isOn={status === '' && delivery === ''} onClick={() => change({ status: '', delivery: '' })} />
      {statuses.map((own) => (
        <Facet
          key={own}
          icon={icons[own]}
          shown={own}
          count={counts?.events[own]}
          isOn={status === own}
          onClick={() => change({ status: status === own ? '' : own })}
        />
      ))}
      <Facet
        icon="✗"
        shown="with a dead delivery"
        count={dead}
        isOn={delivery === 'dead'}
        onClick={() => change({ delivery: delivery === 'dead' ? '' : 'dead' })}
      />
    </fieldset>
  );
}

interface FacetProps {
  readonly icon?: string;
  readonly shown: string;
  readonly count?: ApiBoundedCount | undefined;
  readonly isOn: boolean;
  readonly onClick: () => void;
}

function Facet({ icon, shown, count, isOn, onClick }: FacetProps) {
  return (
    <button type="button" class="chip" aria-pressed={isOn} onClick={onClick}>
      {icon !== undefined && <span aria-hidden="true">{icon}</span>}
      {shown}
      {count !== undefined && <span class="count">{countText(count)}</span>}
    </button>
  );
}
