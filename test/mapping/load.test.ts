import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadMappings, readMapping } from '../../src/mapping/load.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { complaintsAbout, definitionOf, problemsIn } from './definitions.ts';

const known = { sources: ['stripe', 'callrail'], destinations: ['usermaven', 'segment'] };
const good =
  'version: 1\nname: Good\nsource: stripe\nevent: { name: Paid, user: { id: =id } }\ndestinations: [segment]\n';

describe('a folder of mappings', () => {
  it('is read file by file; a broken one hides no other', async () => {
    const folder = await temporaryFolder({
      'b-good.yaml': good,
      'a-broken.yaml': 'version: 1\nname: [\n',
      'c-misspelt.yaml': good.replace('=id', '=$frist(id)'),
      'd-good.yml': good,
    });
    const { definitions, problems, files } = await loadMappings(folder, known);
    expect(definitions.map(({ file }) => file)).toEqual(['b-good.yaml', 'd-good.yml']);
    const told = [...new Set(problems.map(({ at }) => at.file))];
    expect(told).toEqual([join(folder, 'a-broken.yaml'), join(folder, 'c-misspelt.yaml')]);
    expect(files).toEqual(
      ['a-broken.yaml', 'b-good.yaml', 'c-misspelt.yaml', 'd-good.yml'].map((name) => join(folder, name)),
    );
  });

  it('may hold other things', async () => {
    const folder = await temporaryFolder({
      'good.yaml': good,
      'gateway.yaml': 'version: 1\n',
      'README.md': '# Mappings',
      'good.yaml.bak': 'not YAML: [',
      'fixtures/a.yaml': 'not: a mapping',
      'fixtures/a.json': '{}',
    });
    await mkdir(join(folder, 'folder.yaml'));
    expect(await loadMappings(folder, known)).toMatchObject({ problems: [], files: [join(folder, 'good.yaml')] });
  });

  it('may be missing: then there are none', async () => {
    const folder = await temporaryFolder();
    expect(await loadMappings(join(folder, 'nowhere'), known)).toEqual({
      definitions: [],
      problems: [],
      files: [],
      references: [],
      fixtures: [],
    });
  });

  it('holds no links: one is told and not followed', async () => {
    const folder = await temporaryFolder({ 'good.yaml': good });
    const elsewhere = await temporaryFolder({ 'secret.yaml': good });
    await symlink(join(elsewhere, 'secret.yaml'), join(folder, 'link.yaml'));
    await symlink(join(elsewhere, 'nothing.yaml'), join(folder, 'loose.yaml'));
    const { definitions, problems } = await loadMappings(folder, known);
    expect(definitions.map(({ file }) => file)).toEqual(['good.yaml']);
    const told = {
      severity: 'error',
      code: 'mapping/unreadable',
      message: 'is a symbolic link; links are not followed',
    };
    expect(problems).toMatchObject([
      { ...told, at: { file: join(folder, 'link.yaml'), line: 1, column: 1 } },
      { ...told, at: { file: join(folder, 'loose.yaml') } },
    ]);
  });

  it('may hold a file that nobody can read as a mapping', async () => {
    const folder = await temporaryFolder({ 'good.yaml': good, 'empty.yaml': '' });
    await writeFile(join(folder, 'binary.yaml'), Buffer.from([0xff, 0xfe, 0x00, 0x80]));
    await writeFile(join(folder, 'huge.yaml'), `# ${'x'.repeat(300_000)}`);
    const { definitions, problems } = await loadMappings(folder, known);
    expect(definitions).toHaveLength(1);
    expect(new Set(problems.map(({ at }) => at.file)).size).toBe(3);
  });
});

describe('a mapping file', () => {
  it('is told apart by its name, and its version follows its text', () => {
    const read = (name: string, text: string) =>
      readMapping({ name, shown: `mappings/${name}` }, text, known).definition;
    const definition = read('a.yaml', good);
    expect(definition).toMatchObject({ file: 'a.yaml', version: expect.stringMatching(/^[0-9a-f]{12}$/) });
    expect(read('b.yaml', good)?.version).toBe(definition?.version);
    expect(read('a.yaml', `${good}# a comment\n`)?.version).not.toBe(definition?.version);
  });

  it('has defaults for what it does not say', () => {
    expect(definitionOf('event: { name: A, user: { id: u } }\ndestinations: [console]\n').content).toMatchObject({
      enabled: true,
      events: '*',
    });
  });
});

const event = 'event: { name: A, user: { id: =id } }\n';

describe('names that gateway.yaml does not have', () => {
  it.each([
    ['a source', good.replace('stripe', 'strpe'), 'mapping/unknown-source', 3, 9, 'did you mean stripe?'],
    [
      'a source that is like none',
      good.replace('stripe', 'shopify'),
      'mapping/unknown-source',
      3,
      9,
      'known sources: stripe, callrail',
    ],
    [
      'a destination of a list',
      good.replace('[segment]', '[segment, segmnet]'),
      'mapping/unknown-destination',
      5,
      25,
      'did you mean segment?',
    ],
    [
      'a destination of a map',
      good.replace('[segment]', '\n  usermaven: {}\n  umami: {}'),
      'mapping/unknown-destination',
      7,
      3,
      'known destinations: usermaven, segment',
    ],
  ])('are told with what is near: %s', (_what, text, code, line, column, hint) => {
    expect(readMapping({ name: 'a.yaml', shown: 'a.yaml' }, text, known).problems).toMatchObject([
      { severity: 'error', code, at: { line, column }, hint },
    ]);
  });

  it('are told with where to add them where gateway.yaml names nothing', () => {
    const { problems } = readMapping({ name: 'a.yaml', shown: 'a.yaml' }, good, { sources: [], destinations: [] });
    expect(problems.map(({ code, hint }) => [code, hint])).toEqual([
      ['mapping/unknown-source', 'add it to gateway.yaml, under sources:'],
      ['mapping/unknown-destination', 'add it to gateway.yaml, under destinations:'],
    ]);
  });
});

describe('what is wrong with an expression', () => {
  it('is told where it stands in the file, with what is near', () => {
    const text = 'event:\n  name: A\n  user:\n    id: =data.a & $firstof(b)\ndestinations: [console]\n';
    expect(complaintsAbout(text)).toEqual(['7:19 unknown function $firstof']);
  });

  it.each([
    ['plain', '    id: =a & $nope(1)', 14],
    ['with blanks after the =', '    id: =   a & $nope(1)', 17],
    ['in single quotes', "    id: '=a & $nope(1)'", 15],
    ['in double quotes', '    id: "=a & $nope(1)"', 15],
  ])('has the column of the name: %s', (_style, line, column) => {
    const [problem] = problemsIn(`event:\n  name: A\n  user:\n${line}\ndestinations: [console]\n`);
    expect(problem?.at).toEqual({ file: 'a.yaml', line: 7, column });
  });

  it('is told for every expression of the file', () => {
    const text = [
      'let: { a: =$eval(b) }',
      'when: =(',
      'for_each: =$random()',
      'event: { name: =$nope, user: { id: =$item } }',
      'destinations:',
      '  console: { when: =$no, merge: { x: [=1 +] } }',
      '  segment: { payload: { y: =$event.name & $none } }',
      '',
    ].join('\n');
    expect(problemsIn(text).map(({ code, at }) => [code, at.line])).toEqual([
      ['expr/refused', 4],
      ['expr/syntax', 5],
      ['expr/refused', 6],
      ['expr/unknown-name', 7],
      ['expr/unknown-name', 9],
      ['expr/syntax', 9],
      ['expr/unknown-name', 10],
    ]);
  });

  it.each([
    [
      'a later name of let',
      'let:\n  a: =$b\n  b: 1\n',
      'a name of let is known to the entries below it, not to those above',
    ],
    ['$item without for_each', 'when: =$item\n', 'for_each gives it to the expressions under event and destinations'],
    ['$event before it is made', 'when: =$event.name = "A"\n', 'it is known to the expressions under destinations'],
    [
      '$config outside of a destination',
      'let: { a: =$config.url }\n',
      'it is known to the expressions under destinations',
    ],
    ['a misspelt name of let', 'let:\n  invoice: =a\n  b: =$invoise\n', 'did you mean $invoice?'],
    [
      'a name nobody knows',
      'when: =$abracadabra\n',
      'define it under let:, as in  let: { abracadabra: =… }; known here: $body, $headers, $query, $vars, $meta',
    ],
  ])('explains a name that is not known here: %s', (_what, text, hint) => {
    expect(problemsIn(`${text}${event}destinations: [console]\n`)).toMatchObject([{ code: 'expr/unknown-name', hint }]);
  });

  it('is not wrong where a name of let comes first', () => {
    const text = `let:\n  b: 1\n  a: =$b\nwhen: =$a = 1\n${event}destinations: { console: { merge: { x: =$a & $event.name & $config.url } } }\n`;
    expect(problemsIn(text)).toEqual([]);
  });
});

describe('traps', () => {
  it.each([
    ['a condition without its =', 'when: data.paid\n', '4:7 when: must be an expression that starts with ='],
    ['an empty condition', 'when:\n', '4:6 when: must be an expression that starts with ='],
    ['a list of items without its =', 'for_each: lines\n', '4:11 for_each: must be an expression that starts with ='],
    ['a number for the event types', 'events: 5\n', '4:9 events: must be one event type or a list of them'],
    ['a name that no expression could use', 'let: { "a-b": 1 }\n', '4:8 let.a-b: must be a plain word'],
  ])('are told: %s', (_what, text, complaint) => {
    expect(complaintsAbout(`${text}${event}destinations: [console]\n`)).toEqual([complaint]);
  });

  it('on: is no key, because older YAML tools read it as true', () => {
    expect(problemsIn(`on: order.paid\n${event}destinations: [console]\n`)).toMatchObject([
      { code: 'mapping/unknown-key', message: 'unknown key "on"', at: { line: 4, column: 1 } },
    ]);
  });

  it.each([
    ['in a literal', 'event: { name: "${NAME}", user: { id: u } }\ndestinations: [console]\n', 4, 16],
    ['with a default', 'event: { name: A, user: { id: "u-${USER:-x}" } }\ndestinations: [console]\n', 4, 31],
    ['deep in a payload', 'destinations:\n  console:\n    payload: { a: [{ key: "${API_KEY:?}" }] }\n', 6, 27],
  ])('${NAME} works only in gateway.yaml: %s', (_where, text, line, column) => {
    expect(problemsIn(text)).toMatchObject([
      { code: 'mapping/variable', at: { line, column }, hint: expect.stringContaining('=$vars.name') },
    ]);
  });

  it('do not take an expression or a test for a variable', () => {
    const text = [
      'let: { grouped: "=items${id: name}" }',
      'event: { name: "costs $5 {really}", user: { id: u } }',
      'destinations: [console]',
      'tests: [{ name: "${X}", given: { a: "${X}" }, expect: skipped }]',
      '',
    ].join('\n');
    expect(problemsIn(text)).toEqual([]);
  });
});

describe('the shape of a mapping', () => {
  it.each([
    ['no destination', `${event}destinations: []\n`, 'destinations: names no destination'],
    ['an empty map of destinations', `${event}destinations: {}\n`, 'destinations: names no destination'],
    ['a destination twice', `${event}destinations: [console, console]\n`, 'destinations.1: is named a second time'],
    [
      'one destination as a text',
      `${event}destinations: console\n`,
      'destinations: must be a list of destinations, or a map with changes for each',
    ],
    [
      'merge beside payload',
      `${event}destinations: { console: { merge: {}, payload: {} } }\n`,
      'destinations.console: takes merge or payload, not both',
    ],
    [
      'no event for a standard translation',
      'destinations: [console]\n',
      'event: is missing; only a destination with its own payload needs none',
    ],
    [
      'no event for one of two',
      'destinations: { console: { payload: {} }, segment: {} }\n',
      'event: is missing; only a destination with its own payload needs none',
    ],
    [
      'a list for a text',
      'event: { name: [A], user: { id: u } }\ndestinations: [console]\n',
      'event.name: must be one text, number or expression',
    ],
    [
      'a text for a block',
      'event: { name: A, user: u }\ndestinations: [console]\n',
      'event.user: must be a block of keys or one expression that starts with =',
    ],
    [
      'revenue without an amount',
      'event: { name: A, user: { id: u }, revenue: { currency: usd } }\ndestinations: [console]\n',
      'event.revenue.amount: is missing',
    ],
    [
      'a test that expects nothing',
      `${event}destinations: [console]\ntests: [{ name: a, given: {} }]\n`,
      'tests.0: expects nothing; add expect or expect_exactly',
    ],
    [
      'a test that expects a word',
      `${event}destinations: [console]\ntests: [{ name: a, given: {}, expect: skiped }]\n`,
      'tests.0.expect: must be skipped, or a map from destination to what its payload contains',
    ],
  ])('is refused with one sentence: %s', (_what, text, message) => {
    expect(problemsIn(text).map((problem) => problem.message)).toEqual([message]);
  });

  it.each([
    ['event', 'event: { nmae: A, user: { id: u } }\ndestinations: [console]\n', 'unknown key "nmae" in event', 'name'],
    [
      'user',
      'event: { name: A, user: { id: u, emial: e } }\ndestinations: [console]\n',
      'unknown key "emial" in event.user',
      'email',
    ],
    [
      'a destination',
      `${event}destinations: { console: { mrege: {} } }\n`,
      'unknown key "mrege" in destinations.console',
      'merge',
    ],
    [
      'a test',
      `${event}destinations: [console]\ntests: [{ name: a, given: {}, expects: skipped }]\n`,
      'unknown key "expects" in tests.0',
      'expect',
    ],
    ['the file', `${event}destinations: [console]\nfor_eech: =a\n`, 'unknown key "for_eech"', 'for_each'],
  ])('names the key that is meant in %s', (_where, text, message, meant) => {
    expect(problemsIn(text)[0]).toMatchObject({ code: 'mapping/unknown-key', message, hint: `did you mean ${meant}?` });
  });

  it.each([
    ['version', good.replace('version: 1\n', ''), 'version: is missing'],
    ['another version', good.replace('version: 1', 'version: 2'), 'version: must be 1'],
    ['a version as text', good.replace('version: 1', 'version: "1"'), 'version: must be 1'],
    ['name', good.replace('name: Good\n', ''), 'name: is missing'],
    ['source', good.replace('source: stripe\n', ''), 'source: is missing'],
    ['destinations', good.replace('destinations: [segment]\n', ''), 'destinations: is missing'],
  ])('asks for what every mapping has: %s', (_what, text, message) => {
    const { problems } = readMapping({ name: 'a.yaml', shown: 'a.yaml' }, text, known);
    expect(problems.map((problem) => problem.message)).toEqual([message]);
  });
});
