import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useShortcuts } from '../state/shortcuts.ts';
import { Icon } from './icon.tsx';

const debounceMs = 300;

interface SearchProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly label: string;
  readonly placeholder: string;
}

/** A search that says what is written once typing pauses; `/` goes there, Escape empties it. */
export function Search({ value, onChange, label, placeholder }: SearchProps) {
  const [text, setText] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  const said = useRef(value);
  useEffect(() => {
    // The address changed otherwise than by typing here.
    if (value !== said.current) setText(value);
    said.current = value;
  }, [value]);
  useEffect(() => {
    if (text === said.current) return;
    const pause = setTimeout(() => {
      said.current = text;
      onChange(text);
    }, debounceMs);
    return () => clearTimeout(pause);
  }, [text, onChange]);
  useShortcuts([{ keys: '/', does: 'search', run: () => input.current?.focus() }]);
  return (
    <div class="search">
      <Icon name="search" />
      <input
        ref={input}
        class="input"
        type="search"
        aria-label={label}
        placeholder={placeholder}
        value={text}
        spellcheck={false}
        autocomplete="off"
        onInput={({ currentTarget }) => setText(currentTarget.value)}
        onKeyDown={({ key }) => {
          if (key !== 'Escape') return;
          if (text === '') input.current?.blur();
          setText('');
        }}
      />
    </div>
  );
}

interface SelectProps {
  readonly label: string;
  readonly value: string;
  /** Value and what is shown of it; what selects nothing is added before them. */
  readonly options: readonly (readonly [value: string, shown: string])[];
  readonly any?: string;
  readonly onChange: (value: string) => void;
}

/** One of several, or any. A value that is no option any more is still shown. */
export function Select({ label, value, options, any = `any ${label}`, onChange }: SelectProps) {
  const isKnown = value === '' || options.some(([option]) => option === value);
  return (
    <select
      class="input"
      aria-label={label}
      value={value}
      {...(value === '' ? {} : { 'data-set': '' })}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
    >
      <option value="">{any}</option>
      {!isKnown && <option value={value}>{value}</option>}
      {options.map(([option, shown]) => (
        <option key={option} value={option}>
          {shown}
        </option>
      ))}
    </select>
  );
}

export function FilterBar({
  children,
  onClear,
}: {
  readonly children: ComponentChildren;
  readonly onClear?: (() => void) | undefined;
}) {
  return (
    <search class="filters">
      {children}
      {onClear !== undefined && (
        <button type="button" class="button quiet slim" onClick={onClear}>
          <Icon name="close" />
          Clear
        </button>
      )}
    </search>
  );
}
