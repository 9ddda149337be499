import { describe, expect, it } from 'vitest';
import { lineageOf } from '../../../src/mapping/lineage/lineage.ts';
import { readersOf } from '../../../src/mapping/lineage/readers.ts';
import { definitionOf } from '../definitions.ts';

const readsOf = (expression: string, above = ''): readonly string[] => {
  const text = `${above}\nevent:\n  name: a\n  user: { id: u }\n  attributes:\n    x: |\n      =${expression}\ndestinations: [segment]\n`;
  const found = lineageOf(definitionOf(text).content).find(({ path }) => path.join('.') === 'event.attributes.x');
  return (found?.reads ?? []).map(({ root, keys }) => `${root} ${keys.join('.')}`.trim());
};

describe('what an expression reads', () => {
  it.each([
    ['a path', 'order.total', ['body order.total']],
    ['the whole body', '$$', ['body']],
    ['a quoted name', 'order.`net total`', ['body order.net total']],
    ['an item of a list', 'lines[0].price', ['body lines.price']],
    ['a filter', 'lines[kind="plan"].price', ['body lines.price', 'body lines.kind']],
    ['a filter of the whole', 'lines[kind=$$.plan].price', ['body lines.price', 'body lines.kind', 'body plan']],
    ['a mapped list', '$map(lines, function($line) { $line.price })', ['body lines.price']],
    ['a filtered list', '$filter(lines, function($l) { $l.paid }).price', ['body lines.price', 'body lines.paid']],
    ['both branches and the condition', 'paid ? total : due', ['body total', 'body due', 'body paid']],
    ['a fallback', 'nick ?? name', ['body nick', 'body name']],
    ['what a function is given', '$uppercase(first & " " & last)', ['body first', 'body last']],
    ['a key of the first of several', '$firstOf(card, bank).name', ['body card.name', 'body bank.name']],
    ['a name within a block', '($o := order; $o.total + $o.tax)', ['body order.total', 'body order.tax']],
    ['a chain', 'email ~> $trim ~> $lowercase', ['body email']],
    ['a block in braces', '{"a": b.c, "d": e}.a', ['body b.c']],
    ['a list in brackets', '[a, b].c', ['body a.c', 'body b.c']],
    ['anything under a key', 'metadata.*', ['body metadata.*']],
    ['a key anywhere', '**.email', ['body **.email']],
    ['the parent of a step', 'order.lines.{"of": %.id}', ['body order.id']],
    ['a sorted list', 'lines^(>price).name', ['body lines.name', 'body lines.price']],
    ['$lookup by a literal key', '$lookup(metadata, "user")', ['body metadata.user']],
    ['$lookup by anything else', '$lookup(metadata, kind)', ['body metadata.*', 'body kind']],
    [
      'a header, the query and what is about the event',
      '$headers.host & $query.a & $meta.type',
      ['headers host', 'query a', 'meta type'],
    ],
    ['nothing', '"text" & 1', []],
  ])('knows %s', (_what, expression, expected) => {
    expect([...readsOf(expression)].sort()).toEqual([...expected].sort());
  });

  it('follows the named values of the mapping, a block of them by its keys', () => {
    const above = 'let: { order: =data.order, ids: { a: =$order.id, b: =$order.ref }, full: =first & last }';
    expect(readsOf('$order.total', above)).toEqual(['body data.order.total']);
    expect(readsOf('$ids.b', above)).toEqual(['body data.order.ref']);
    expect(readsOf('$full', above)).toEqual(['body first', 'body last']);
  });

  it('names the values that an expression mentions', () => {
    const { content } = definitionOf(
      'let: { a: =x, b: =$a }\nevent: { name: =$b, user: { id: =$b & $a } }\ndestinations: [segment]\n',
    );
    expect(lineageOf(content).map(({ path, uses }) => [path.join('.'), uses])).toEqual([
      ['let.a', []],
      ['let.b', [['let', 'a']]],
      ['event.name', [['let', 'b']]],
      [
        'event.user.id',
        [
          ['let', 'a'],
          ['let', 'b'],
        ],
      ],
    ]);
  });

  it('starts at the items of for_each, and at the event that a destination changes', () => {
    const { content } = definitionOf(`
for_each: =data.lines
event: { name: =$item.name, user: { id: =user } }
destinations: { segment: { merge: { event: =$event.name & $index } } }
`);
    const reads = lineageOf(content).map(({ path, reads: places }) => [
      path.join('.'),
      places.map(({ keys }) => keys.join('.')),
    ]);
    expect(reads).toContainEqual(['event.name', ['data.lines.name']]);
    expect(reads).toContainEqual(['destinations.segment.merge.event', ['data.lines.name']]);
  });

  it('does not grow without end where each value may be one of two', () => {
    const lets = Array.from({ length: 60 }, (_, index) => `  v${index + 1}: =$firstOf($v${index}.a, $v${index}.b)`);
    expect(readsOf('$v60', `let:\n  v0: =start\n${lets.join('\n')}`).length).toBeLessThanOrEqual(200);
  });
});

describe('what reads a place of the body', () => {
  const definition = definitionOf(`
let: { order: =data.order }
event:
  name: =$order.lines[0].name
  user: { id: =data.user.id }
  attributes: { all: =$string(data.user), any: =**.ref, keys: =data.meta.* }
destinations: [segment]
`);
  const found = (...keys: string[]): readonly string[] =>
    readersOf(definition, keys).map(({ path, match }) => `${path.join('.')} ${match}`);

  it.each([
    [
      ['data', 'order', 'lines', 'name'],
      ['let.order around', 'event.name exact'],
    ],
    [
      ['data', 'user', 'id'],
      ['event.user.id exact', 'event.attributes.all around'],
    ],
    [
      ['data', 'user'],
      ['event.user.id inside', 'event.attributes.all exact'],
    ],
    [['some', 'where', 'ref'], ['event.attributes.any exact']],
    [['data', 'meta', 'plan'], ['event.attributes.keys exact']],
    [['data', 'other'], []],
  ])('is found for %j', (keys, expected) => {
    expect(found(...keys)).toEqual(expect.arrayContaining(expected));
    expect(found(...keys).filter((each) => !each.startsWith('event.attributes.any'))).toHaveLength(
      expected.filter((each) => !each.startsWith('event.attributes.any')).length,
    );
  });
});
