import { type Range, rangeNames, ranges } from './use-series.ts';

interface RangeChoiceProps {
  readonly range: Range;
  readonly onChoose: (range: Range) => void;
}

export function RangeChoice({ range, onChoose }: RangeChoiceProps) {
  return (
    <fieldset class="chips range-choice">
      <legend class="unseen">Time shown</legend>
      {rangeNames.map((name) => (
        <button
          key={name}
          type="button"
          class="chip"
          aria-pressed={name === range}
          title={ranges[name].title}
          onClick={() => onChoose(name)}
        >
          {name}
        </button>
      ))}
    </fieldset>
  );
}
