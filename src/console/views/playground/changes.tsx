import type { ApiPayloadChange } from '../../../api-shapes/playground.ts';
import { Breakable } from '../../ui/breakable.tsx';
import { visibleText } from '../../ui/text-lines.ts';

const textOf = (value: unknown): string => (value === undefined ? '–' : visibleText(JSON.stringify(value)));

/** Field by field what would be different. */
export function Changes({ changes }: { readonly changes: readonly ApiPayloadChange[] }) {
  if (changes.length === 0) return <p class="hint">Every field would be sent as it was.</p>;
  return (
    <table class="since-last">
      <caption class="unseen">What would be different from last time</caption>
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Last time</th>
          <th scope="col">Now</th>
        </tr>
      </thead>
      <tbody>
        {changes.map(({ path, before, after }) => (
          <tr key={path}>
            <th scope="row" class="mono break">
              <Breakable text={path === '' ? 'the payload' : path} />
            </th>
            <td class="mono break">{textOf(before)}</td>
            <td class="mono break">{textOf(after)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
