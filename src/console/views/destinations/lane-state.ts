import type { ApiDestination } from '../../../api-shapes/configured.ts';
import type { MarkProps } from '../../ui/status.tsx';

/** The word and icon of the command line, and why it is so. */
export function laneMark({ off, paused_at, circuit, deliveries }: ApiDestination): MarkProps {
  if (off !== null) return waitingOf(deliveries) === 0 ? mark('quiet', '⊘', 'off') : mark('bad', '✗', 'off');
  if (paused_at !== null) return mark('warn', '‖', 'paused');
  return circuit.state === 'closed' ? mark('good', '✓', 'ok') : mark('bad', '✗', circuit.trouble ?? circuit.state);
}

const mark = (tone: MarkProps['tone'], icon: string, word: string): MarkProps => ({ tone, icon, word });

/** What has still to be delivered. */
export const waitingOf = ({ pending, in_flight }: ApiDestination['deliveries']): number => pending + in_flight;

/** What a circuit that is not closed means; null where it is closed. */
export function circuitText({ circuit }: Pick<ApiDestination, 'circuit'>): string | null {
  switch (circuit.state) {
    case 'closed':
      return null;
    case 'open':
      return 'Nothing is sent there for a while; then one request finds out whether it works again.';
    case 'half_open':
      return 'One request is under way to find out whether it works again.';
  }
}
