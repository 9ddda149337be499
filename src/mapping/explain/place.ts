import type { AstNode } from './syntax-tree.ts';

/** Where in the event a path has arrived, as the mapping's author would write it. */
export interface Place {
  /** Empty for the event's body itself. */
  readonly text: string;
  /** Whether there are, or could be, several things at this place. */
  readonly isList: boolean;
}

export const bodyPlace: Place = { text: '', isList: false };

export const describePlace = ({ text }: Place): string => (text === '' ? 'the body' : text);

/** The place one step further. `source` is the expression's text. */
export function stepPlace(place: Place, step: AstNode, isList: boolean): Place {
  const name = stepName(step);
  if (step.type === 'variable') {
    if (step.value === '') return place;
    return { text: step.value === '$' ? '' : name, isList };
  }
  // Sorting changes the order and not the place.
  if (step.type === 'sort') return place;
  return { text: place.text === '' ? name : `${place.text}.${name}`, isList: place.isList || isList };
}

function stepName({ type, value, procedure }: AstNode): string {
  switch (type) {
    case 'name':
      return keyText(String(value));
    case 'variable':
      return `$${String(value)}`;
    case 'wildcard':
    case 'descendant':
      return String(value);
    case 'parent':
      return '%';
    case 'function':
      return procedure?.type === 'variable' ? `$${String(procedure.value)}(…)` : '(…)';
    default:
      return '(…)';
  }
}

const keyText = (key: string): string => (/^[A-Za-z_]\w*$/.test(key) ? key : `\`${key}\``);
