import type { FailureReason } from '../../../model/attempt.ts';
import type { EventFailure } from '../../../model/event.ts';

/** What each reason means, and what helps. */

interface Advice {
  readonly means: string;
  /** What to do about it first: send the same again, or make it anew with mappings that were corrected. */
  readonly first: 'redeliver' | 'replay';
}

const again = (means: string): Advice => ({ means, first: 'redeliver' });
const anew = (means: string): Advice => ({ means, first: 'replay' });

const ofDead: Readonly<Record<FailureReason, Advice>> = {
  timeout: again('There was no answer in time. Once the destination works again, redeliver.'),
  unreachable: again('There was no connection. Once the destination can be reached again, redeliver.'),
  throttled: again('The destination asks for fewer requests. Set a rate for it, then redeliver.'),
  server_error: again('The destination had trouble of its own. Once it works again, redeliver.'),
  rejected: anew('The destination does not want this payload. Correct the mapping, then replay the events.'),
  unauthorized: again('The credentials are wrong or lack a right. Correct them in gateway.yaml, then redeliver.'),
  invalid_payload: anew('The payload breaks a rule of the destination. Correct the mapping, then replay the events.'),
  filtered: anew('The destination answered, and threw the event away. Its message says why.'),
  redirected: again('The address leads elsewhere. Correct the URL in gateway.yaml, then redeliver.'),
  attempts_exhausted: again('Every attempt failed. Once the destination works again, redeliver.'),
};

const unreadable = 'The body is genuine but cannot be read as events, so no mapping ever sees it.';

const ofFailed: Readonly<Record<EventFailure, string>> = {
  not_json: unreadable,
  too_deep: unreadable,
  not_an_event: unreadable,
  too_many_events: unreadable,
  thin_event:
    'Stripe sent an event without its object. Register the endpoint with snapshot payloads, or set an API key.',
  mapping_failed: 'A mapping gave up, or made what a destination would refuse. Correct it, then replay the events.',
  too_slow: 'The mappings took longer than they may, most often in a regular expression. Correct it, then replay.',
  evaluator_died: 'Evaluating the event ended the process that evaluates, most often for lack of memory.',
};

const unknown = 'See the message of the example.';

export const deadAdvice = (reason: string): Advice =>
  Object.hasOwn(ofDead, reason) ? ofDead[reason as FailureReason] : again(unknown);

export const failedAdvice = (reason: string): string =>
  Object.hasOwn(ofFailed, reason) ? ofFailed[reason as EventFailure] : unknown;

/** Whether a mapping could mend it. */
export const isReplayable = (reason: string): boolean =>
  reason === 'mapping_failed' || reason === 'too_slow' || reason === 'evaluator_died';
