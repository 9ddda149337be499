import { isList } from './sequence.ts';
import { isFunctionLike, isNumber } from './value.ts';

/** JSONata's `$boolean`: undefined for nothing. */
function truth(value: unknown): boolean | undefined {
  switch (typeof value) {
    case 'undefined':
      return undefined;
    case 'boolean':
      return value;
    case 'string':
      return value.length > 0;
    case 'number':
      return isNumber(value) && value !== 0;
    case 'object':
      return value !== null && truthOfObject(value);
    default:
      return false;
  }
}

export const isTrue = (value: unknown): boolean => truth(value) === true;

function truthOfObject(value: object): boolean {
  // All of them are looked at: a number that is not finite is refused wherever it stands.
  if (isList(value)) return value.filter(isTrue).length > 0;
  return !isFunctionLike(value) && Object.keys(value).length > 0;
}
