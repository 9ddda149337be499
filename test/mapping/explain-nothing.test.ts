import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { consoleDestination } from '../../src/destinations/console.ts';
import { evaluateMapping } from '../../src/mapping/evaluate.ts';
import { recordTrace } from '../../src/mapping/evaluator/record-trace.ts';
import { tell } from '../../src/mapping/explain/reason.ts';
import { explainNothing } from '../../src/mapping/explain-nothing.ts';
import { type Bindings, compileExpression } from '../../src/mapping/expression.ts';
import type { Json } from '../../src/model/json.ts';
import { inputOf, mappingOf } from './definitions.ts';

const body = {
  id: 'evt_1',
  livemode: false,
  custom: '',
  blank: '  ',
  first_name: 'Ada',
  data: {
    object: {
      customer_email: 'ada@example.com',
      hosted_invoice_url: null,
      currency: 'usd',
      amount_paid: 2900,
      metadata: { user_id: 'usr_1', plan: 'pro' },
      nothing: {},
    },
    lines: [],
    items: [
      { type: 'a', price: { amount: 1 } },
      { type: 'b', price: { amount: 2 } },
    ],
    one: [{ type: 'a' }],
    previous: { plan_name: 'free' },
  },
  names: { lead: 'Lead', customer: 'Customer' },
  url: 'https://example.com/',
  'source-type': 'CRM',
};

async function whyOf(text: string, input: Json = body, bindings: Bindings = {}): Promise<string | null> {
  const compiled = compileExpression(text, { variables: Object.keys(bindings) });
  if (!compiled.ok) throw new Error(compiled.problems.map(({ message }) => message).join());
  const evaluated = await compiled.expression.evaluate(input, bindings);
  return tell(await explainNothing({ text, input, bindings, evaluated, named: new Map() }));
}

describe('a path that finds nothing', () => {
  it.each([
    ['data.object.custmer_email', '"custmer_email" is not in data.object; did you mean "customer_email"?'],
    ['data.object.customerEmail', '"customerEmail" is not in data.object; did you mean "customer_email"?'],
    ['data.objct.metadata.user_id', '"objct" is not in data; did you mean "object"?'],
    ['dta.object', '"dta" is not in the body; did you mean "data"?'],
    ['$$.dta', '"dta" is not in the body; did you mean "data"?'],
    ['`source-typ`', '"source-typ" is not in the body; did you mean "source-type"?'],
    ['data.object.metadata.company', '"company" is not in data.object.metadata (has: user_id, plan)'],
    ['data.object.nothing.x', '"x" is not in data.object.nothing, which is empty'],
    ['data.object.hosted_invoice_url', 'data.object.hosted_invoice_url is null'],
    ['data.object.hosted_invoice_url.host', 'data.object.hosted_invoice_url is null'],
    ['custom', 'custom is an empty string'],
    ['custom.visitor', 'custom is an empty string'],
    ['blank', 'blank is a blank string'],
    ['data.lines', 'data.lines is an empty list'],
    ['data.lines.price', 'data.lines is an empty list'],
    ['data.object.nothing', 'data.object.nothing is an empty block'],
    ['data.object.currency.code', '"code" is asked of data.object.currency, which is a text'],
    ['data.object.amount_paid.value', '"value" is asked of data.object.amount_paid, which is a number'],
    ['livemode.value', '"value" is asked of livemode, which is false'],
    ['data.items.prize', '"prize" is in no item of data.items; did you mean "price"?'],
    ['data.items.price.amont', '"amont" is in no item of data.items.price; did you mean "amount"?'],
    ['data.items[0].prize', '"prize" is not in data.items[0]; did you mean "price"?'],
    ['data.object.*.zzz', '"zzz" is in no item of data.object.* (has: user_id, plan)'],
    ['data.lines.*', 'data.lines is an empty list'],
    ['data.object.nothing.*', 'data.object.nothing is an empty block'],
    [
      'data.object.metadata.plan_name',
      '"plan_name" is not in data.object.metadata (has: user_id, plan); it is in data.previous',
    ],
  ])('%s: %s', async (expression, why) => {
    expect(await whyOf(expression)).toBe(why);
  });

  it('shows at most six keys, those that look most like the wanted one', async () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`other_${index}`, 1]));
    expect(await whyOf('customer', { ...many, customs_office: 1 })).toMatch(
      /^"customer" is not in the body \(has: customs_office, (other_\d+, ){5}…\)$/,
    );
  });
});

describe('a filter that leaves nothing', () => {
  it.each([
    ['data.items[5]', 'data.items has no item [5]: it has 2'],
    ['data.one[1].type', 'data.one has no item [1]: it has only one'],
    ['data.items[-3]', 'data.items has no item [-3]: it has 2'],
    ['data.items[type = "x"]', 'no item of data.items matches [type = "x"]'],
    ['data.items[type = "x"].price', 'no item of data.items matches [type = "x"]'],
    ['data.items[type = "x"][0].price', 'no item of data.items matches [type = "x"]'],
    ['data.items[type = "a"][3].price', 'data.items[type = "a"] has no item [3]: it has only one'],
    ['data.items[type = "a"].prize', '"prize" is in no item of data.items[type = "a"]; did you mean "price"?'],
    [
      'data.items[typ = "a"].price',
      '"typ" is in no item of data.items; did you mean "type"?; no item of data.items matches [typ = "a"]',
    ],
    ['data.items[price.amount > 5].type', 'no item of data.items matches [price.amount > 5]'],
    ['data.object[currency = "eur"].amount_paid', 'data.object does not match [currency = "eur"]'],
    ['data.items^(type)[4].type', 'data.items has no item [4]: it has 2'],
    ['(data.items)[type = "x"]', 'no item of (…) matches [type = "x"]'],
    ['data.items#$i[$i = 7].type', 'no item of data.items matches [$i = 7]'],
    ['data.lines[0]', 'data.lines is an empty list'],
  ])('%s: %s', async (expression, why) => {
    expect(await whyOf(expression)).toBe(why);
  });
});

describe('a variable', () => {
  const meta = { source: 'stripe', event_id: 'evt_1' };
  it.each([
    ['$meta.user_idd', '"user_idd" is not in $meta (has: source, event_id)'],
    ['$meta.event_idd', '"event_idd" is not in $meta; did you mean "event_id"?'],
    ['$gone', '$gone is nothing'],
    ['$gone.key', '$gone is nothing'],
    ['$none', '$none is null'],
    ['$list[3]', '$list has no item [3]: it has 2'],
    ['$list[$ = 9]', 'no item of $list matches [$ = 9]'],
    ['($x := data.object; $x.custmer_email)', '"custmer_email" is not in $x; did you mean "customer_email"?'],
    ['($x := data.objct; $x)', '"objct" is not in data; did you mean "object"?'],
  ])('%s: %s', async (expression, why) => {
    expect(await whyOf(expression, body, { meta, gone: undefined, none: null, list: [1, 2] })).toBe(why);
  });
});

describe('a function', () => {
  it.each([
    [
      '$firstOf(data.object.hosted_invoice_url, custom)',
      'data.object.hosted_invoice_url is null; custom is an empty string',
    ],
    [
      '$firstOf(data.object.metadata.company, custmer)',
      '"company" is not in data.object.metadata; "custmer" is not in the body',
    ],
    ['$firstOf(data.object.metadata.company)', '"company" is not in data.object.metadata (has: user_id, plan)'],
    ['$firstOf(custom, custm)', '"custm" is not in the body; did you mean "custom"?; custom is an empty string'],
    [
      '$firstOf(custom, custom, blank, data.lines, data.object.nothing)',
      'custom is an empty string; blank is a blank string; data.lines is an empty list',
    ],
    [
      '$money(data.object.amont_paid, data.object.currency)',
      '"amont_paid" is not in data.object; did you mean "amount_paid"?',
    ],
    ['$money(data.object.amount_paid, custom)', 'custom is an empty string'],
    ['$money(data.object.currency, "usd")', 'data.object.currency is no amount but a text'],
    ['$e164(custom, "US")', 'custom is an empty string'],
    ['$e164(data.object.currency, "US")', 'data.object.currency is no phone number'],
    [
      '$e164(data.object.amount_paid)',
      'data.object.amount_paid is no phone number without a region, as in $e164(…, "US")',
    ],
    ['$e164($firstOf(custom, data.object.currency), "US")', '$firstOf(…) is no phone number'],
    ['$stableId("phone", data.object.metadata.phone)', '"phone" is not in data.object.metadata (has: user_id, plan)'],
    ['$stableId("phone", id, custom)', 'custom is an empty string'],
    ['$pick(custom, "__eventn_*")', 'custom is an empty string'],
    [
      '$pick(data.object.metadata, "__eventn_*")',
      'no key of data.object.metadata matches "__eventn_*" (has: user_id, plan)',
    ],
    ['$pick(data.object.currency, "x*")', 'data.object.currency is a text'],
    ['$pick(data.object, "hosted_*")', 'data.object.hosted_invoice_url is null'],
    ['$lookup(names, "leed")', '"leed" is not in names; did you mean "lead"?'],
    ['$lookup(names, first_name)', 'names has no key for the value of first_name (has: lead, customer)'],
    ['$lookup(nams, first_name)', '"nams" is not in the body; did you mean "names"?'],
    ['$iso(data.object.currency)', 'data.object.currency is no time: give seconds, milliseconds or ISO 8601'],
    ['$utm(url)', 'url has no utm_ parameters'],
    ['$utm(first_name)', 'first_name is no full URL'],
    ['$sha256(custom)', 'custom is an empty string'],
    ['$lowercase(first_nam)', '"first_nam" is not in the body; did you mean "first_name"?'],
    ['first_nam.$lowercase()', '"first_nam" is not in the body; did you mean "first_name"?'],
    ['$map(data.itemz, function($v) { $v.type })', '"itemz" is not in data; did you mean "items"?'],
    ['$map(data.items, function($v) { $v.typo })', '"typo" is not in $v; did you mean "type"?'],
    ['$filter(data.items, function($v) { $v.type = "x" })', '$filter(…) yields nothing'],
    ['first_nam ~> $lowercase', '"first_nam" is not in the body; did you mean "first_name"?'],
    ['$lowercase(first_nam).x', '"first_nam" is not in the body; did you mean "first_name"?'],
  ])('%s: %s', async (expression, why) => {
    expect(await whyOf(expression)).toBe(why);
  });
});

describe('what is put together of parts', () => {
  it.each([
    ['livemode ? first_name', 'livemode is not true'],
    ['data.object.amount_paid > 5000 ? first_name', 'data.object.amount_paid > 5000 is not true'],
    ['livemod ? first_name', '"livemod" is not in the body; did you mean "livemode"?'],
    ['livemode ? first_name : custom', 'custom is an empty string'],
    ['data.object.nothing.x ?? custom', '"x" is not in data.object.nothing, which is empty; custom is an empty string'],
    ['data.object.hosted_invoice_url ?? first_name', 'data.object.hosted_invoice_url is null'],
    ['custom ?: data.lines', 'data.lines is an empty list; custom is an empty string'],
    ['custom & custm', '"custm" is not in the body; did you mean "custom"?; custom is an empty string'],
    ['"Hi " & first_nam', '"first_nam" is not in the body; did you mean "first_name"?'],
    ['"hubspot:" & data.object.metadata.vid', '"vid" is not in data.object.metadata (has: user_id, plan)'],
    ['data.object.amont_paid / 100', '"amont_paid" is not in data.object; did you mean "amount_paid"?'],
    ['-data.object.amont_paid', '"amont_paid" is not in data.object; did you mean "amount_paid"?'],
    ['data.object.amont_paid > 0', '"amont_paid" is not in data.object; did you mean "amount_paid"?'],
    [
      '(custm; data.object.hosted_invoice_url)',
      '"custm" is not in the body; did you mean "custom"?; data.object.hosted_invoice_url is null',
    ],
    ['[custm, data.lines]', '"custm" is not in the body; did you mean "custom"?; data.lines is an empty list'],
    ['{"a": custm}', '"custm" is not in the body; did you mean "custom"?'],
  ])('%s: %s', async (expression, why) => {
    expect(await whyOf(expression)).toBe(why);
  });
});

describe('a value that is there', () => {
  it.each([
    'data.object.customer_email',
    '$firstOf(data.object.metadata.company, first_name)',
    '$firstOf(data.object.parent.id, first_name)',
    'livemode',
    'id = "evt_2"',
    '0',
    '"Hi " & first_name',
    '$exists(first_name)',
  ])('needs no explanation: %s', async (expression) => {
    expect(await whyOf(expression)).toBeNull();
  });

  it.each([
    [
      '$firstOf(data.object.custmer_email, first_name)',
      '"custmer_email" is not in data.object; did you mean "customer_email"?',
    ],
    ['data.items^(tpe).type', '"tpe" is in no item of data.items; did you mean "type"?'],
  ])('is doubted where a key is almost one that is there: %s', async (expression, why) => {
    expect(await whyOf(expression)).toBe(why);
  });
});

describe('false', () => {
  it.each([
    ['idd = "evt_1"', '"idd" is not in the body; did you mean "id"?'],
    ['livemode and custom', null],
    [
      'id = "evt_1" and $exists(data.object.metadata.company)',
      '"company" is not in data.object.metadata (has: user_id, plan)',
    ],
    [
      '$exists(data.object.metadata.company) or $exists(data.object.nothing.x)',
      '"company" is not in data.object.metadata; "x" is not in data.object.nothing, which is empty',
    ],
  ])('%s: %s', async (expression, why) => {
    expect(await whyOf(expression)).toBe(why);
  });
});

describe('an expression that ends early', () => {
  it.each([
    ['$lowercase(data.object.hosted_invoice_url)', 'data.object.hosted_invoice_url is null'],
    ['$lowercase(data.object.amount_paid)', 'data.object.amount_paid is a number'],
    [
      '$require(data.object.custmer_email, "no user")',
      '"custmer_email" is not in data.object; did you mean "customer_email"?',
    ],
    [
      '"hubspot:" & $require(data.object.metadata.vid, "no contact")',
      '"vid" is not in data.object.metadata (has: user_id, plan)',
    ],
    ['data.object.metadata.vid ?? $skip("nobody")', '"vid" is not in data.object.metadata (has: user_id, plan)'],
    ['$skip("always")', null],
  ])('%s: %s', async (expression, why) => {
    expect(await whyOf(expression)).toBe(why);
  });
});

describe('the values of a mapping', () => {
  async function whysOf(text: string, event: Json): Promise<Readonly<Record<string, string | null | undefined>>> {
    const { trace, entries } = recordTrace();
    await evaluateMapping(mappingOf(text), inputOf(event), {
      vars: {},
      destinations: new Map([['console', { destination: consoleDestination, settings: consoleDestination.sample }]]),
      trace,
    });
    return Object.fromEntries(entries.map(({ path, result }) => [path.join('.'), result.why]));
  }

  it('are told with what is at their root', async () => {
    const whys = await whysOf(
      `let:
  meta: =data.metdata
  user: =$meta.user_id
  both: =$firstOf($user, $meta.email)
event: { name: Paid, user: { id: x, email: =$both, phone: =$user } }
destinations: [console]
`,
      { data: { metadata: { user_id: 'u1' } } },
    );
    const root = '"metdata" is not in data; did you mean "metadata"?';
    expect(whys).toEqual({
      'let.meta': root,
      'let.user': `$meta yields nothing, because ${root}`,
      'let.both': `$user yields nothing, because ${root}; $meta yields nothing, because ${root}`,
      'event.user.email': `$both yields nothing, because ${root}`,
      'event.user.phone': `$user yields nothing, because ${root}`,
    });
  });

  it('are followed into blocks and into the canonical event', async () => {
    const whys = await whysOf(
      `let:
  meta: { user: =user_idd, plan: =plan }
event:
  name: Paid
  user: { id: x }
  revenue: =$money(amount, currency)
destinations:
  console:
    merge: { user: =$meta.user, total: =$event.revenue.amount, none: =$meta.plan }
`,
      { user_id: 'u1', currency: 'usd', plan: null },
    );
    expect(whys).toMatchObject({
      'destinations.console.merge.user':
        '$meta.user yields nothing, because "user_idd" is not in the body; did you mean "user_id"?',
      'destinations.console.merge.total':
        '$event.revenue yields nothing, because "amount" is not in the body (has: user_id, currency, plan)',
      'destinations.console.merge.none': '$meta.plan is null',
    });
  });

  it('are told per item', async () => {
    const whys = await whysOf(
      `for_each: =items
event: { name: Paid, user: { id: =$item.user_idd } }
destinations: [console]
`,
      { items: [{ user_id: 'u1' }] },
    );
    expect(whys['event.user.id']).toBe('"user_idd" is not in $item; did you mean "user_id"?');
  });
});

describe('an explanation', () => {
  const secret = 's3cr3t';
  const values = fc.oneof(
    fc.constantFrom(null, '', ' ', true, false, 0, 1),
    fc.nat().map((number) => `${secret}${number}`),
    fc.constantFrom([], {}),
  );
  const { data } = fc.letrec<{ data: Json }>((tie) => ({
    data: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      values,
      fc.array(tie('data'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('a', 'b', 'user_id', 'user', 'c d'), tie('data'), { maxKeys: 4 }),
    ),
  }));
  const { expression } = fc.letrec<{ expression: string }>((tie) => {
    const inner = tie('expression');
    const pair = fc.tuple(inner, inner);
    return {
      expression: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constantFrom('a', 'b', 'user_id', 'usr_id', '`c d`', '$', '$$', '$x', '*', '**', '"t"', '1', 'null', '[]'),
        pair.map(([left, right]) => `(${left}).${right}`),
        pair.map(([left, right]) => `(${left})[${right}]`),
        fc.tuple(inner, fc.integer({ min: -3, max: 3 })).map(([left, index]) => `(${left})[${index}]`),
        fc
          .tuple(inner, inner, fc.constantFrom('&', '=', '<', 'and', 'in', '??', '?:', '+'))
          .map(([l, r, o]) => `(${l}) ${o} (${r})`),
        pair.map(([left, right]) => `(${left}) ? (${right})`),
        pair.map(([left, right]) => `($x := ${left}; ${right})`),
        pair.map(([left, right]) => `(${left})^(${right})`),
        pair.map(([left, right]) => `(${left}){"k": ${right}}`),
        pair.map(([left, right]) => `$map(${left}, function($x) { ${right} })`),
        inner.map((one) => `{"k": ${one}}`),
        inner.map((one) => `[${one}]`),
        fc
          .tuple(
            fc.constantFrom(
              'firstOf',
              'money',
              'e164',
              'stableId',
              'pick',
              'lookup',
              'iso',
              'utm',
              'require',
              'lowercase',
              'number',
              'exists',
              'filter',
            ),
            inner,
            inner,
          )
          .map(([name, one, other]) => `$${name}(${one}, ${other})`),
      ),
    };
  });

  it('is given of any expression on any event, and never tells a text that is in the event', async () => {
    await fc.assert(
      fc.asyncProperty(expression, data, data, async (text, event, x) => {
        const compiled = compileExpression(text, { variables: ['x'] });
        fc.pre(compiled.ok);
        const bindings = { x };
        const evaluated = await compiled.expression.evaluate(event, bindings);
        const why = tell(await explainNothing({ text, input: event, bindings, evaluated, named: new Map() }));
        expect(why ?? '').not.toContain(secret);
        expect((why ?? '').length).toBeLessThanOrEqual(400);
      }),
      { numRuns: 1_000, seed: 11 },
    );
  });

  it('is short and quick whatever the event holds', async () => {
    const keys = Object.fromEntries(
      Array.from({ length: 50_000 }, (_, index) => [`k${index}${'x'.repeat(50)}`, index]),
    );
    const list = Array.from({ length: 50_000 }, () => ({ a: 1 }));
    const event = { keys, list, deep: JSON.parse(`${'{"a":'.repeat(60)}1${'}'.repeat(60)}`) as Json };
    const startedMs = performance.now();
    expect(await whyOf('keys.customer', event)).toMatch(/^"customer" is not in keys \(has: /);
    expect(await whyOf('list.b', event)).toBe('"b" is in no item of list; did you mean "a"?');
    expect(await whyOf(`deep${'.a'.repeat(70)}`, event)).toMatch(/^"a" is asked of deep(\.a){60}, which is a number$/);
    expect(await whyOf(`${'('.repeat(100)}b${')'.repeat(100)}`, event)).toBeNull();
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  });
});
