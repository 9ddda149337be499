import type { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { MappingDefinition } from '../../../src/mapping/compile.ts';
import { defaultEvaluatorLimits, type Evaluation, Evaluator } from '../../../src/mapping/evaluator/evaluator.ts';
import type { EvaluatorLimits } from '../../../src/mapping/evaluator/evaluator-process.ts';
import type { RunItem } from '../../../src/mapping/run.ts';
import type { ClaimedEvent } from '../../../src/model/event.ts';
import type { EventId } from '../../../src/model/id.ts';
import type { Json } from '../../../src/model/json.ts';
import { claimedEvent, definitionOf } from '../definitions.ts';

// Node tells of every process that is started; the evaluator itself shows nobody its own.
const started: ChildProcess[] = [];
const remember = (message: unknown): void => {
  started.push((message as { readonly process: ChildProcess }).process);
};
beforeAll(() => subscribe('child_process', remember));
afterAll(() => unsubscribe('child_process', remember));

const evaluators: Evaluator[] = [];
afterEach(async () => {
  await Promise.all(evaluators.splice(0).map((evaluator) => evaluator.stop()));
  const left = started.splice(0).filter(isAlive);
  expect(left).toEqual([]);
  await expect.poll(openMailboxes).toEqual([]);
});

/** Of this process, where the system tells. */
const openMailboxes = (): readonly string[] =>
  existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').map(fileBehind).filter(isMailbox) : [];

function fileBehind(descriptor: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    // Closed meanwhile: that of the listing itself is one.
    return '';
  }
}

const isMailbox = (file: string): boolean => /hookstitch-\w+\/mailbox/.test(file);

const isAlive = ({ pid, exitCode, signalCode }: ChildProcess): boolean =>
  pid !== undefined && exitCode === null && signalCode === null;

function theChild(): ChildProcess & { readonly pid: number } {
  const child = started.find(isAlive);
  if (child?.pid === undefined) throw new Error('no process');
  return child as ChildProcess & { readonly pid: number };
}

/** The deadline must not be what a slow machine fails; a test that is about it sets its own. */
const patient: EvaluatorLimits = { ...defaultEvaluatorLimits, deadlineMs: 20_000 };

function evaluatorOf(
  mappings: readonly (string | MappingDefinition)[],
  limits: Partial<EvaluatorLimits> = {},
): Evaluator {
  const evaluator = new Evaluator(
    {
      mappings: mappings.map((mapping) => (typeof mapping === 'string' ? definitionOf(mapping) : mapping)),
      destinations: [{ name: 'console', type: 'console', settings: { type: 'console', url: 'https://a.example' } }],
      vars: { site: 'example.com' },
    },
    { ...patient, ...limits },
  );
  evaluators.push(evaluator);
  return evaluator;
}

/** Does nothing harmful but where the event asks for it. */
const unlessAsked = (expression: string): string =>
  [
    'event:',
    '  name: =name',
    '  user: { id: u1 }',
    '  attributes:',
    '    made: |',
    `      =bomb = true ? ${expression} : "nothing"`,
    'destinations: [console]',
    '',
  ].join('\n');

const plain = unlessAsked('"nothing"');
const calm = (number: number): ClaimedEvent => claimedEvent(number, { name: `event ${number}` });
const armed = (number: number): ClaimedEvent => claimedEvent(number, { name: `event ${number}`, bomb: true });

const endless = '$match($pad("", 40, "a") & "!", /^(a+)+$/)';
const hungry = '$length($pad("x", 400000000, "a"))';

function itemsOf(evaluation: Evaluation | undefined): readonly RunItem[] {
  if (evaluation?.kind !== 'runs') return [];
  return evaluation.runs.flatMap((run) => (run.outcome === 'translated' ? run.items : []));
}

const nameOf = (evaluation: Evaluation | undefined): string | undefined => itemsOf(evaluation)[0]?.event?.name;

/** Per event its name, or why it failed. */
/** Why its only run failed. */
function messageOf(evaluation: Evaluation | undefined): string | undefined {
  const [run] = evaluation?.kind === 'runs' ? evaluation.runs : [];
  return run?.outcome === 'failed' ? run.message : undefined;
}

function outcomes(evaluations: ReadonlyMap<EventId, Evaluation>): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    [...evaluations].map(([id, evaluation]) => [
      id,
      evaluation.kind === 'failed' ? evaluation.reason : nameOf(evaluation),
    ]),
  );
}

describe('evaluating a batch', () => {
  it('gives every event the runs of the mappings that match it', async () => {
    const mappings = [
      definitionOf(plain, 'a.yaml'),
      definitionOf(`events: order.*\n${plain}`, 'b.yaml'),
      definitionOf(`events: customer.created\n${plain}`, 'c.yaml'),
      definitionOf(`enabled: false\n${plain}`, 'disabled.yaml'),
      { ...definitionOf(plain, 'other-source.yaml'), content: { ...definitionOf(plain).content, source: 'stripe' } },
    ];
    const evaluations = await evaluatorOf(mappings).evaluate([calm(1), { ...calm(2), type: 'refund' }]);
    const files = [...evaluations.values()].map((evaluation) =>
      evaluation.kind === 'runs' ? evaluation.runs.map((run) => [run.mapping.file, run.outcome]) : evaluation,
    );
    expect(files).toEqual([
      [
        ['a.yaml', 'translated'],
        ['b.yaml', 'translated'],
      ],
      [['a.yaml', 'translated']],
    ]);
  });

  it('carries everything a mapping can see, times included', async () => {
    const text = [
      'event:',
      '  name: =$headers.lang & $query.page & $vars.site',
      '  user: { id: =$meta.event_id }',
      '  attributes:',
      '    times: =[$meta.occurred_at, $meta.received_at, $now()]',
      '    kind: =$meta.kind',
      '    id: =$meta.external_id',
      'destinations: { console: { merge: { url: =$config.url } } }',
      '',
    ].join('\n');
    const event = claimedEvent(1, {}, { headers: { lang: 'en' }, url: '/in/shop/paid?page=2', kind: 'paid' });
    const evaluations = await evaluatorOf([text]).evaluate([event]);
    expect(itemsOf(evaluations.get('evt_1'))[0]).toMatchObject({
      event: {
        name: 'en2example.com',
        user: { id: 'evt_1' },
        timestamp: '2026-02-28T23:59:59.500Z',
        attributes: {
          times: ['2026-02-28T23:59:59.500Z', '2026-03-01T10:00:00.000Z', '2026-03-01T10:00:00.000Z'],
          kind: 'paid',
          id: 'ext_1',
        },
      },
      results: [{ outcome: 'payload', payload: { url: 'https://a.example' } }],
    });
  });

  it('of no events starts nothing', async () => {
    expect(await evaluatorOf([plain]).evaluate([])).toEqual(new Map());
    expect(started).toEqual([]);
  });

  it('gives each of a hundred events of one request its own element of the body', async () => {
    const bodyText = JSON.stringify(Array.from({ length: 100 }, (_, index) => ({ name: `element ${index}` })));
    const events = Array.from({ length: 100 }, (_, item) => claimedEvent(item, null, { bodyText, item }));
    const evaluations = await evaluatorOf([plain]).evaluate(events);
    expect(outcomes(evaluations)).toEqual(Object.fromEntries(events.map(({ id }, index) => [id, `element ${index}`])));
  });

  it('keeps the bodies of different requests apart, in whatever order they come', async () => {
    const first = JSON.stringify([{ name: 'a0' }, { name: 'a1' }]);
    const second = JSON.stringify([{ name: 'b0' }, { name: 'b1' }]);
    const whole = JSON.stringify({ name: 'whole' });
    const events = [
      claimedEvent(1, null, { bodyText: first, item: 1 }),
      claimedEvent(2, null, { bodyText: second, item: 0 }),
      claimedEvent(3, null, { bodyText: whole }),
      claimedEvent(4, null, { bodyText: first, item: 0 }),
      claimedEvent(5, null, { bodyText: second, item: 1 }),
      claimedEvent(6, null, { bodyText: whole, item: 0 }),
    ];
    expect(outcomes(await evaluatorOf([plain]).evaluate(events))).toEqual({
      evt_1: 'a1',
      evt_2: 'b0',
      evt_3: 'whole',
      evt_4: 'a0',
      evt_5: 'b1',
      evt_6: 'whole',
    });
  });

  it('takes more than fits into the memory of the process at once', async () => {
    const events = Array.from({ length: 60 }, (_, number) =>
      claimedEvent(number, {
        name: `event ${number}`,
        filling: String.fromCharCode(65 + (number % 26)).repeat(1_000_000),
      }),
    );
    const evaluations = await evaluatorOf([plain]).evaluate(events);
    expect(Object.values(outcomes(evaluations))).toEqual(events.map((_, number) => `event ${number}`));
    expect(started).toHaveLength(1);
  });

  it.each([
    ['fits into its mailbox', 200_000],
    ['is too long for it', 4_100_000],
  ])('carries a body in any script that %s', async (_, length) => {
    const event = claimedEvent(1, { filling: '語'.repeat(length), name: 'zoë' });
    expect(outcomes(await evaluatorOf([plain]).evaluate([event]))).toEqual({ evt_1: 'zoë' });
  });

  it('mixes no two of a thousand events up', async () => {
    const text = [
      'let:',
      '  total: =$sum($map(lines, function($line) { $line * $$.factor }))',
      'event:',
      '  name: =$reduce(lines, function($a, $b) { $string($a) & "+" & $b }) & " of " & $$.id',
      '  user: { id: =$$.id }',
      '  attributes: { total: =$total }',
      'destinations: [console]',
      '',
    ].join('\n');
    const bodyOf = (number: number): Json => ({ id: `o${number}`, factor: number, lines: [number, 1, 2] });
    const events = Array.from({ length: 1_000 }, (_, number) => claimedEvent(number, bodyOf(number)));
    const evaluator = evaluatorOf([text]);
    const inOne = evaluator.evaluate(events.slice(0, 500));
    const eachAlone = events.slice(500).map((event) => evaluator.evaluate([event]));
    const evaluations = new Map((await Promise.all([inOne, ...eachAlone])).flatMap((map) => [...map]));
    expect(events.map(({ id }) => itemsOf(evaluations.get(id))[0]?.event)).toMatchObject(
      events.map((_, number) => ({
        name: `${number}+1+2 of o${number}`,
        user: { id: `o${number}` },
        attributes: { total: number * (number + 3) },
      })),
    );
  });
});

describe('an event that the guards of the language stop', () => {
  it.each([
    ['loops for ever', '($f := function($i) { $f($i + 1) }; $f(0))', 'took longer than 250 ms'],
    ['calls itself for ever', '($f := function($i) { 1 + $f($i) }; $f(0))', 'Stack overflow'],
    ['pads a text to gigabytes', '$pad("x", 2000000000, "abc")', 'Invalid string length'],
    ['doubles a text for ever', '$reduce([1..40], function($a, $i) { $a & $a }, "xx")', 'Invalid string length'],
    ['counts for ever', '$count([1..99999].[1..99999])', ''],
  ])('fails alone, and its process lives on: one that %s', async (_what, expression, message) => {
    const evaluations = await evaluatorOf([unlessAsked(expression)]).evaluate([calm(1), armed(2), calm(3)]);
    const evaluation = evaluations.get('evt_2');
    expect(evaluation).toMatchObject({ runs: [{ outcome: 'failed', path: 'event.attributes.made' }] });
    expect(messageOf(evaluation)).toContain(message);
    expect(outcomes(evaluations)).toMatchObject({ evt_1: 'event 1', evt_3: 'event 3' });
    expect(started).toHaveLength(1);
  });
});

describe('an event that nothing but killing the process stops', () => {
  it('fails as too slow, the others are evaluated, and so is the next batch', async () => {
    const evaluator = evaluatorOf([unlessAsked(endless)], { deadlineMs: 1_500 });
    const evaluations = await evaluator.evaluate([calm(1), armed(2), calm(3)]);
    expect(outcomes(evaluations)).toEqual({ evt_1: 'event 1', evt_2: 'too_slow', evt_3: 'event 3' });
    expect(evaluations.get('evt_2')).toMatchObject({ message: 'evaluation took longer than 1500 ms and was stopped' });
    expect(outcomes(await evaluator.evaluate([calm(4)]))).toEqual({ evt_4: 'event 4' });
  });

  it('fails as what ended the process when it exhausts the memory', async () => {
    const evaluator = evaluatorOf([unlessAsked(hungry)]);
    const evaluations = await evaluator.evaluate([calm(1), armed(2), calm(3)]);
    expect(outcomes(evaluations)).toEqual({ evt_1: 'event 1', evt_2: 'evaluator_died', evt_3: 'event 3' });
    expect(evaluations.get('evt_2')).toMatchObject({ message: expect.stringContaining('more than 128 MB') });
    expect(outcomes(await evaluator.evaluate([calm(4)]))).toEqual({ evt_4: 'event 4' });
  });

  // Whether the memory, the time or the language's guard is up first depends on the machine; it fails and nothing else does.
  it.each([
    ['replaces every letter of a long text', '$length($replace($pad("x", 3000000, "a"), /a/, "bbbbbbbbbb"))'],
    ['splits a long text', '$count($split($pad("x", 90000000, "ab"), "b"))'],
    ['looks for a pattern in too many ways', '$replace($pad("", 40, "x"), /(x+x+)+y/, "")'],
  ])('fails alone: one that %s', async (_what, expression) => {
    const evaluator = evaluatorOf([unlessAsked(expression)], { deadlineMs: 1_500 });
    const evaluations = await evaluator.evaluate([calm(1), armed(2), calm(3)]);
    const { evt_2: reason = messageOf(evaluations.get('evt_2')), ...others } = outcomes(evaluations);
    expect(['too_slow', 'evaluator_died', 'took longer than 250 ms']).toContain(reason);
    expect(others).toEqual({ evt_1: 'event 1', evt_3: 'event 3' });
  });

  it('fails alone wherever it stands in the batch, and however many there are', async () => {
    const events = Array.from({ length: 30 }, (_, number) =>
      number % 10 === 0 || number === 29 ? armed(number) : calm(number),
    );
    const evaluations = await evaluatorOf([unlessAsked(hungry)]).evaluate(events);
    expect(Object.values(outcomes(evaluations))).toHaveLength(30);
    for (const [index, event] of events.entries()) {
      const wanted = index % 10 === 0 || index === 29 ? 'evaluator_died' : `event ${index}`;
      expect(outcomes(evaluations)[event.id]).toBe(wanted);
    }
  });

  it('does not fail the batches of others that wait meanwhile', async () => {
    const evaluator = evaluatorOf([unlessAsked(endless)], { deadlineMs: 1_500 });
    const batches = await Promise.all([
      evaluator.evaluate([armed(1)]),
      evaluator.evaluate([calm(2)]),
      evaluator.evaluate([armed(3), calm(4)]),
    ]);
    expect(batches.map(outcomes)).toEqual([
      { evt_1: 'too_slow' },
      { evt_2: 'event 2' },
      { evt_3: 'too_slow', evt_4: 'event 4' },
    ]);
  });
});

describe('the process', () => {
  it('holds no environment variable of ours', async () => {
    process.env.HOOKSTITCH_CANARY_SECRET = 'canary';
    try {
      await evaluatorOf([plain]).start();
      const { pid } = theChild();
      // Where a system shows the environment of a process as a file.
      const file = `/proc/${pid}/environ`;
      const names = existsSync(file)
        ? readFileSync(file, 'utf8')
            .split('\0')
            .filter(Boolean)
            .map((entry) => entry.split('=')[0])
        : [];
      expect(names.filter((name) => !name?.startsWith('NODE_CHANNEL_'))).toEqual([]);
    } finally {
      delete process.env.HOOKSTITCH_CANARY_SECRET;
    }
  });

  it('may write no file, start no process and use little memory', async () => {
    await evaluatorOf([plain]).start();
    const { spawnargs } = theChild();
    expect(spawnargs).toContain('--permission');
    expect(spawnargs).toContain('--max-old-space-size=128');
    expect(spawnargs.filter((argument) => /allow-(fs-write|child-process|worker|addons|wasi)/.test(argument))).toEqual(
      [],
    );
  });

  it.each([
    ['is missing', '/nowhere/node', 'ENOENT'],
    ['has no path', '/dev/null/node', 'ENOTDIR'],
  ])('whose program %s is told as a fault, and started as soon as it can be', async (_, program, code) => {
    const evaluator = evaluatorOf([plain]);
    const { execPath } = process;
    onTestFinished(() => {
      process.execPath = execPath;
    });
    process.execPath = program;
    const fault = { code: 'EVALUATOR_UNAVAILABLE', message: expect.stringContaining(code) };
    await expect(evaluator.evaluate([calm(1)])).rejects.toMatchObject(fault);
    await expect(evaluator.evaluate([calm(1)])).rejects.toMatchObject(fault);
    await expect.poll(openMailboxes).toEqual([]);

    process.execPath = execPath;
    expect(outcomes(await evaluator.evaluate([calm(1)]))).toEqual({ evt_1: 'event 1' });
  });

  it('is started once and stays', async () => {
    const evaluator = evaluatorOf([plain]);
    await Promise.all([evaluator.start(), evaluator.start(), evaluator.evaluate([calm(1)])]);
    await evaluator.evaluate([calm(2)]);
    expect(started).toHaveLength(1);
  });

  it('that is killed from outside in the middle of a batch fails nothing: what it had not answered is asked again', async () => {
    const evaluator = evaluatorOf([plain]);
    await evaluator.start();
    const child = theChild();
    process.kill(child.pid, 'SIGSTOP');
    const evaluating = evaluator.evaluate([calm(1), calm(2), calm(3)]);
    process.kill(child.pid, 'SIGKILL');
    expect(outcomes(await evaluating)).toEqual({ evt_1: 'event 1', evt_2: 'event 2', evt_3: 'event 3' });
  });

  it('that is killed from outside over one event alone fails it', async () => {
    const evaluator = evaluatorOf([plain]);
    await evaluator.start();
    const child = theChild();
    process.kill(child.pid, 'SIGSTOP');
    const evaluating = evaluator.evaluate([calm(1)]);
    process.kill(child.pid, 'SIGKILL');
    expect(outcomes(await evaluating)).toEqual({ evt_1: 'evaluator_died' });
  });

  it('that is killed between two batches fails nothing', async () => {
    const evaluator = evaluatorOf([plain]);
    expect(outcomes(await evaluator.evaluate([calm(1)]))).toEqual({ evt_1: 'event 1' });
    const child = theChild();
    process.kill(child.pid, 'SIGKILL');
    await once(child, 'exit');
    expect(outcomes(await evaluator.evaluate([calm(2), calm(3)]))).toEqual({ evt_2: 'event 2', evt_3: 'event 3' });
  });

  it('that does not start is a fault, and tried again with the next batch', async () => {
    const evaluator = evaluatorOf([plain], { startMs: 1 });
    const fault = {
      name: 'GatewayError',
      code: 'EVALUATOR_UNAVAILABLE',
      message: expect.stringContaining('did not load'),
    };
    await expect(evaluator.start()).rejects.toMatchObject(fault);
    await expect(evaluator.evaluate([calm(1)])).rejects.toMatchObject(fault);
    expect(started).toHaveLength(2);
  });
});

describe('stopping', () => {
  it('leaves no process behind', async () => {
    const evaluator = evaluatorOf([plain]);
    await evaluator.start();
    const child = theChild();
    await evaluator.stop();
    expect(isAlive(child)).toBe(false);
    expect(() => process.kill(child.pid, 0)).toThrow('ESRCH');
  });

  it('leaves none behind that is just starting', async () => {
    const evaluator = evaluatorOf([plain]);
    const starting = evaluator.start();
    await Promise.all([evaluator.stop(), starting]);
    expect(started.filter(isAlive)).toEqual([]);
  });

  it('blames no event that it interrupts', async () => {
    const evaluator = evaluatorOf([plain]);
    await evaluator.start();
    const child = theChild();
    process.kill(child.pid, 'SIGSTOP');
    const evaluating = evaluator.evaluate([calm(1), calm(2)]);
    const interrupted = expect(evaluating).rejects.toMatchObject({ code: 'EVALUATOR_UNAVAILABLE' });
    await evaluator.stop();
    await interrupted;
  });

  it('is for good, and may be done twice or before anything was started', async () => {
    const evaluator = evaluatorOf([plain]);
    await evaluator.stop();
    await evaluator.stop();
    await expect(evaluator.evaluate([calm(1)])).rejects.toMatchObject({ code: 'EVALUATOR_UNAVAILABLE' });
    await expect(evaluator.start()).rejects.toMatchObject({ code: 'EVALUATOR_UNAVAILABLE' });
    expect(started).toEqual([]);
  });
});
