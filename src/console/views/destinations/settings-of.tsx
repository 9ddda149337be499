import type { Json } from '../../../model/json.ts';

/** How gateway.yaml configures it, with secrets masked. */
export function SettingsOf({ settings }: { readonly settings: Readonly<Record<string, Json>> }) {
  const shown = Object.entries(settings).flatMap(([key, value]) => rowsOf(key, value));
  return (
    <details class="panel">
      <summary class="panel-body">
        <h2>Settings in gateway.yaml</h2>
      </summary>
      <dl class="facts panel-body">
        {shown.map(([key, value]) => (
          <>
            <dt key={`${key}-name`} class="mono small">
              {key}
            </dt>
            <dd key={key} class="mono small">
              {value === '' ? '–' : String(value)}
            </dd>
          </>
        ))}
      </dl>
    </details>
  );
}

function rowsOf(key: string, value: Json): readonly (readonly [string, Json])[] {
  if (typeof value !== 'object' || value === null) return [[key, value]];
  return Object.entries(value).flatMap(([name, inner]) => rowsOf(`${key}.${name}`, inner ?? null));
}
