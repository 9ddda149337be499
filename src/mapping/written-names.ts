/** How what is in an event is written in a mapping that is made of one. */

/** `deployment.succeeded`, `orders/paid` and `userCreated` as people write them; no longer than Umami takes. */
export const titleOf = (type: string): string =>
  wordsOf(type)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase())
    .join(' ')
    .slice(0, titleLengthMax) || 'Event';

const titleLengthMax = 50;

export const wordsOf = (type: string): readonly string[] =>
  type
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');

const reserved: ReadonlySet<string> = new Set(['and', 'or', 'in', 'true', 'false', 'null', 'function']);

/** One step of a path of JSONata: what is no plain name stands in backticks. */
export const pathStep = (name: string): string =>
  /^[A-Za-z_]\w*$/.test(name) && !reserved.has(name) ? name : `\`${name}\``;
