import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reference } from '../../src/bridge/reference.ts';
import { compileExpression } from '../../src/mapping/expression.ts';
import { functionNames } from '../../src/mapping/function-names.ts';
import { mappingFunctions, wildcard } from '../../src/mapping/functions.ts';
import type { Json } from '../../src/model/json.ts';

async function resultOf(text: string, body: Json = {}): Promise<Json | undefined> {
  const compiled = compileExpression(text, { variables: [] });
  if (!compiled.ok) throw new Error(compiled.problems.map(({ message }) => message).join('; '));
  const evaluated = await compiled.expression.evaluate(body, {});
  if (evaluated.kind !== 'value') throw new Error(JSON.stringify(evaluated));
  return evaluated.value;
}

const examples = mappingFunctions.flatMap(({ name, examples: own }) => own.map((example) => ({ name, ...example })));

describe('the functions that mappings have beyond JSONata', () => {
  it.each(examples)('do what their documentation shows: $expression', async ({ expression, result }) => {
    expect(await resultOf(expression)).toEqual(result);
  });

  it.each(mappingFunctions)('$$$name is documented with its signature, a sentence and an example', (documented) => {
    expect(documented.signature).toContain(`$${documented.name}(`);
    expect(documented.description).toMatch(/\.$/);
    expect(documented.examples.length).toBeGreaterThan(0);
    for (const { expression } of documented.examples) expect(expression).toContain(`$${documented.name}(`);
  });

  it('have names of their own', () => {
    expect(new Set(functionNames).size).toBe(functionNames.length);
  });
});

describe('$firstOf', () => {
  it.each<[string, Json | undefined]>([
    ['$firstOf(null, "  ", [], {}, "last")', 'last'],
    ['$firstOf(false, true)', false],
    ['$firstOf("", 0)', 0],
    ['$firstOf([0], 1)', [0]],
    ['$firstOf()', undefined],
    ['$firstOf(missing.a.b, custom.id)', undefined],
  ])('knows what is empty: %s', async (text, expected) => {
    expect(await resultOf(text, { custom: '' })).toEqual(expected);
  });
});

describe('$sha256 and $stableId', () => {
  it('hash text as UTF-8, and numbers like the same digits as text', async () => {
    expect(await resultOf('$sha256("é")')).toBe('4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c');
    expect(await resultOf('$sha256(12) = $sha256("12")')).toBe(true);
    expect(await resultOf('$stableId("hubspot", 12) = $stableId("hubspot", "12")')).toBe(true);
  });

  it('tell blocks and lists apart by their content', async () => {
    const body = { a: { id: 1 }, b: { id: 2 }, c: [1, 2], d: ['1,2'] };
    expect(await resultOf('$distinct([$sha256(a), $sha256(b), $sha256(c), $sha256(d)])', body)).toHaveLength(4);
    expect(await resultOf('$distinct([$stableId("x", a), $stableId("x", b)])', body)).toHaveLength(2);
  });

  it('keep neighbouring parts apart', async () => {
    expect(await resultOf('$stableId("x", "a", "bc") = $stableId("x", "ab", "c")')).toBe(false);
    expect(await resultOf('$stableId("x", "a", "b") = $stableId("x", "b", "a")')).toBe(false);
  });

  it.each([
    '$stableId("x")',
    '$stableId("", "a")',
    '$stableId("x", "a", "")',
    '$stableId("x", null)',
    '$stableId("x", " ")',
    '$stableId("x", [])',
  ])('never make one id of everybody unknown: %s', async (text) => {
    expect(await resultOf(text)).toBeUndefined();
  });
});

describe('$e164', () => {
  it.each<[string, Json | undefined]>([
    ['$e164("020 7946 0018", "GB")', '+442079460018'],
    ['$e164("020 7946 0018", "gb ")', '+442079460018'],
    ['$e164("+1 (555) 123-4567", "GB")', '+15551234567'],
    ['$e164("+1 555 123 4567 ext. 5", "US")', '+15551234567'],
    ['$e164(5551234567, "US")', '+15551234567'],
    ['$e164("5551234567")', undefined],
    ['$e164("5551234567", "Nowhere")', undefined],
    ['$e164("12", "US")', undefined],
    ['$e164("call +1 555 123 4567", "US")', undefined],
    ['$e164("", "US")', undefined],
    ['$e164(null, "US")', undefined],
    ['$e164({"number": 1}, "US")', undefined],
  ])('makes international numbers of numbers, and nothing of the rest: %s', async (text, expected) => {
    expect(await resultOf(text)).toBe(expected);
  });
});

describe('$utm', () => {
  it.each<[string, Json | undefined]>([
    [
      '$utm("https://a.example/?utm_source=s&utm_medium=m&utm_campaign=n&utm_term=t&utm_content=c&gclid=1")',
      { source: 's', medium: 'm', name: 'n', term: 't', content: 'c' },
    ],
    ['$utm("https://a.example/?utm_source=a%20b+c#utm_term=no")', { source: 'a b c' }],
    ['$utm("https://a.example/?utm_source=&utm_medium=%20")', undefined],
    ['$utm("")', undefined],
    ['$utm(null)', undefined],
    ['$utm("not a url ?utm_source=a")', undefined],
  ])('reads what a URL tells of its campaign: %s', async (text, expected) => {
    expect(await resultOf(text)).toEqual(expected);
  });
});

describe('$pick', () => {
  const cookies = { _ga: 'GA1.2', __eventn_id_UM1: '', __eventn_id_UM2: 'abc', other: 'x' };

  it.each<[string, Json | undefined]>([
    ['$pick(custom, "__eventn_id_*")', 'abc'],
    ['$pick(custom, "_ga")', 'GA1.2'],
    ['$pick(custom, "*")', 'GA1.2'],
    ['$pick(custom, "*UM2")', 'abc'],
    ['$pick(custom, "nothing*")', undefined],
    ['$pick(missing, "*")', undefined],
    ['$pick([1, 2], "*")', undefined],
    ['$pick(custom, 1)', undefined],
  ])('finds a value by what its key looks like: %s', async (text, expected) => {
    expect(await resultOf(text, { custom: cookies })).toBe(expected);
  });
});

describe('a pattern', () => {
  it.each([
    ['invoice.paid', 'invoice.paid', true],
    ['invoice.paid', 'invoice.paid.late', false],
    ['invoice.*', 'invoice.paid', true],
    ['invoice.*', 'invoice.', true],
    ['invoice.*', 'invoices', false],
    ['*', '', true],
    ['*', 'anything.at.all', true],
    ['*.deleted', 'customer.deleted', true],
    ['*.deleted', 'customer.deleted.twice', false],
    ['customer.*.deleted', 'customer.subscription.deleted', true],
    ['customer.*.deleted', 'customer.deleted', false],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['*b*b*', 'abcab', true],
    ['*b*b*', 'abc', false],
    ['a**b', 'ab', true],
    ['', '', true],
    ['', 'a', false],
    ['a.c', 'abc', false],
    ['(a|b)*', 'a', false],
  ])('%j and %j: %j', (pattern, text, matches) => {
    expect(wildcard(pattern)(text)).toBe(matches);
  });

  it('means what the same pattern means as a regular expression', () => {
    const short = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 8 });
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), maxLength: 8 });
    fc.assert(
      fc.property(pattern, short, (stars, text) => {
        const expression = new RegExp(`^${stars.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
        expect(wildcard(stars)(text)).toBe(expression.test(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is never slow', () => {
    expect(wildcard('*a'.repeat(1_000))('a'.repeat(100_000))).toBe(true);
    expect(wildcard(`${'*a'.repeat(1_000)}b`)('a'.repeat(100_000))).toBe(false);
  });
});

describe('$visitorId', () => {
  it('gives back every id that the bridge can carry', async () => {
    const ids = fc.string({ unit: 'binary', minLength: 1, maxLength: 250 }).filter((id) => id.isWellFormed());
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(ids, fc.constantFrom('a', 'b64_', 'b64_YQ', 'é', 'a=b', '"5z"', '\u{1f600}')),
        async (id) => {
          const text = reference(id);
          expect(text).toMatch(/^[\w-]{0,200}$/);
          if (text !== '') expect(await resultOf('$visitorId(id)', { id: text })).toBe(id);
        },
      ),
    );
  });

  it.each(['b64_', 'b64_YQ', 'b64_a', 'b64_dmlzaXRvckBleGFtcGxlLmNvbQ==', 'b64_wygo', 'B64_w6k', 'cus_1', '', ' '])(
    'leaves "%s", which the bridge did not write, as it is',
    async (text) => {
      expect(await resultOf('$visitorId(text)', { text })).toBe(text);
    },
  );

  it('is nothing for what is no text', async () => {
    expect(await resultOf('[$visitorId(a), $visitorId(b), $visitorId(c)]', { a: null, b: 12, c: ['b64_w6k'] })).toEqual(
      [],
    );
  });
});
