import type { ComponentChildren } from 'preact';
import './settings.css';

export function Facts({ facts }: { readonly facts: readonly (readonly [name: string, value: ComponentChildren])[] }) {
  return (
    <dl class="facts even">
      {facts.map(([name, value]) => (
        <div key={name} class="fact-row">
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
