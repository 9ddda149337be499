import type { ApiDestination, ApiTested } from '../api-shapes/configured.ts';
import { plainText, style } from './output.ts';
import { localTime } from './since.ts';
import { shortened, table } from './table.ts';

const whyMax = 70;

export const destinationTable = (destinations: readonly ApiDestination[]): string =>
  table(
    ['DESTINATION', 'TYPE', 'STATE', 'WAITING', 'DELIVERED', 'DEAD', 'WHY'],
    destinations.map((destination) => {
      const { name, type, deliveries } = destination;
      const { pending = 0, in_flight = 0, delivered = 0, dead = 0 } = deliveries;
      const [state, why] = stateOf(destination);
      const counts = [pending + in_flight, delivered, dead].map(String);
      return [name, type ?? '–', state, ...counts, shortened(plainText(why), whyMax)];
    }),
  );

/** Icon and word, never by colour alone; and why it is so. */
function stateOf({ off, paused_at, circuit, deliveries }: ApiDestination): readonly [state: string, why: string] {
  if (off !== null) {
    const waiting = (deliveries.pending ?? 0) + (deliveries.in_flight ?? 0);
    return waiting === 0 ? [style('dim', '⊘ off'), off] : [style('red', '✗ off'), `${waiting} wait for ever: ${off}`];
  }
  if (paused_at !== null) return [style('yellow', '‖ paused'), `since ${localTime(paused_at)}`];
  if (circuit.state === 'closed') return [style('green', '✓ ok'), ''];
  const again = circuit.probe_at === null ? 'being tried now' : `next try ${localTime(circuit.probe_at)}`;
  return [style('red', `✗ ${circuit.trouble}`), `${again}: ${circuit.message}`];
}

export function testedText({ name, outcome, reason, message, response, duration_ms, payload }: ApiTested): string {
  const ok = outcome === 'delivered';
  const head = ok ? style('green', `✓ ${name} took it`) : style('red', `✗ ${name}: ${reason ?? outcome}`);
  const answer = response === null ? '' : `  ${response.status}`;
  return [
    `${head}${answer}  in ${duration_ms} ms`,
    ...(message === null ? [] : [`  ${plainText(message)}`]),
    ...(response === null || response.body === '' ? [] : [`  answer   ${plainText(response.body)}`]),
    `  sent     ${plainText(JSON.stringify(payload))}`,
  ].join('\n');
}
