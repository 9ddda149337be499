import type { ComponentChildren } from 'preact';

interface StepProps {
  readonly number: number;
  readonly title: string;
  readonly tone?: 'good' | 'warn' | 'bad' | 'quiet';
  /** Beside the title, in a line. */
  readonly told?: ComponentChildren;
  readonly children?: ComponentChildren;
}

/** One stage of an event's way. */
export function Step({ number, title, tone = 'quiet', told, children }: StepProps) {
  return (
    <li class="step">
      <span class="knot" data-tone={tone} aria-hidden="true">
        {number}
      </span>
      <div class="stack">
        <div class="line">
          <h2>{title}</h2>
          {told}
        </div>
        {children}
      </div>
    </li>
  );
}
