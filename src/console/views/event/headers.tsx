import { visibleText } from '../../ui/text-lines.ts';

/** Names and values of a request's headers. */
export function Headers({ headers }: { readonly headers: Readonly<Record<string, string>> }) {
  return (
    <dl class="facts small">
      {Object.entries(headers).map(([name, value]) => (
        <div key={name} class="contents">
          <dt class="mono break">{visibleText(name)}</dt>
          <dd class="mono">{visibleText(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
