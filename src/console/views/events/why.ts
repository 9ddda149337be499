import type { ApiListedEvent } from '../../../api-shapes/event-list.ts';

/** What a person would ask about first: the event's own trouble, else that of its worst delivery. */
export function whyOf({ message, waits_for, deliveries = [] }: ApiListedEvent): string {
  if (message !== null) return message;
  if (waits_for !== null) return waits_for === 'lookup' ? 'waits for the answer of a lookup' : 'waits for whose it is';
  const worst =
    deliveries.find(({ status }) => status === 'dead') ??
    deliveries.find(({ status, last_message }) => status === 'pending' && last_message !== null);
  if (worst === undefined) return '';
  return `${worst.destination}: ${worst.last_message ?? worst.reason ?? ''}`;
}
