import { type Closure, uncovered } from './closure.ts';
import { isList, itemsMax, type List, push, sequenceOf } from './sequence.ts';
import { isFunctionLike, isObject } from './value.ts';

/** `*`: the values of all fields. */
export const wildcard: Closure = (input, frame) => {
  const object = isList(input) && input.outerWrapper === true && input.length > 0 ? input[0] : input;
  if (isList(object)) return uncovered();
  let found = sequenceOf([]);
  if (!isObject(object) || isFunctionLike(object)) return found;
  for (const value of Object.values(object)) {
    frame.round();
    // What a list was put into is no sequence any more.
    if (isList(value)) found = found.concat(withinLimit(value.flat(Number.POSITIVE_INFINITY), found.length));
    else push(found, value);
  }
  return found;
};

function withinLimit(items: List, besides: number): List {
  return items.length + besides > itemsMax ? uncovered() : items;
}
