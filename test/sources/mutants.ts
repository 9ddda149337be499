import type { RawRequest } from '../../src/model/event.ts';

/** Numbers in [0, 1) that are the same on every run (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A request with one to three random changes to its headers and its body. */
export function mutant(original: RawRequest, random: () => number): RawRequest {
  let request = original;
  for (let changes = 1 + below(3, random); changes > 0; changes -= 1) {
    request = random() < 0.7 ? withHeaderChange(request, random) : withBodyChange(request, random);
  }
  return request;
}

const below = (limit: number, random: () => number): number => Math.floor(random() * limit);

function withHeaderChange(request: RawRequest, random: () => number): RawRequest {
  const names = Object.keys(request.headers);
  const name = names[below(names.length, random)] ?? 'none';
  const values = request.headers[name] ?? [];
  const [value = ''] = values;
  const changed = (text: readonly number[]) => String.fromCharCode(...change(text, random));
  const replacements: readonly (readonly string[])[] = [
    [],
    [''],
    [...values, ...values],
    [...values].reverse(),
    [changed(codesOf(value))],
    [changed(codesOf(value))],
    [changed(codesOf(value))],
    [value.slice(0, below(value.length, random))],
    [Array.from({ length: below(80, random) }, () => String.fromCharCode(below(0x1_0000, random))).join('')],
  ];
  const replacement = replacements[below(replacements.length, random)] ?? [];
  return { ...request, headers: { ...request.headers, [name]: replacement } };
}

const codesOf = (text: string): readonly number[] =>
  Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));

function withBodyChange(request: RawRequest, random: () => number): RawRequest {
  return { ...request, body: Uint8Array.from(change([...request.body], random)) };
}

/** Flips a bit, or inserts, removes, repeats or swaps something, at a random place. */
function change(items: readonly number[], random: () => number): readonly number[] {
  const from = below(items.length, random);
  const to = from + below(items.length - from + 1, random);
  const choices: readonly (() => readonly number[])[] = [
    () => items.map((item, at) => (at === from ? item ^ (1 << below(8, random)) : item)),
    () => items.toSpliced(from, 0, below(256, random)),
    () => items.toSpliced(from, 1),
    () => items.toSpliced(from, to - from),
    () => items.toSpliced(to, 0, ...items.slice(from, to)),
    () => [...items.slice(from), ...items.slice(0, from)],
  ];
  return choices[below(choices.length, random)]?.() ?? items;
}

/** Every request that differs from the original in a single bit of a header, the body or, if asked for, the URL. */
export function* singleBitFlips(original: RawRequest, parts: { readonly url: boolean }): Generator<RawRequest> {
  for (const [name, [value = '']] of Object.entries(original.headers)) {
    for (const text of textFlips(value)) yield { ...original, headers: { ...original.headers, [name]: [text] } };
  }
  for (const codes of flips([...original.body])) yield { ...original, body: Uint8Array.from(codes) };
  if (parts.url) for (const url of textFlips(original.url)) yield { ...original, url };
}

function* textFlips(text: string): Generator<string> {
  for (const codes of flips(codesOf(text))) yield String.fromCharCode(...codes);
}

function* flips(items: readonly number[]): Generator<readonly number[]> {
  for (let place = 0; place < items.length; place += 1) {
    for (let bit = 0; bit < 8; bit += 1) yield items.map((item, at) => (at === place ? item ^ (1 << bit) : item));
  }
}
