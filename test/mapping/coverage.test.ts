import { describe, expect, it } from 'vitest';
import { coverageOf } from '../../src/mapping/coverage.ts';
import type { Run } from '../../src/mapping/run.ts';
import type { TemplatePath } from '../../src/mapping/template.ts';
import type { TraceEntry } from '../../src/mapping/trace.ts';
import { definitionOf } from './definitions.ts';

const definition = definitionOf(`
when: =paid
let: { names: { a: =x, b: text } }
for_each: =items
event: { name: ==not, id: =id, user: { id: =user }, attributes: { list: [1, =two] } }
destinations:
  segment: { when: =big, merge: { event: =name, type: null } }
tests: [{ name: a, given: { a: =b }, expect: skipped }]
`);

const runWith = (results: readonly (readonly [TemplatePath, TraceEntry['result']])[]): { file: string; run: Run } => ({
  file: 'a.yaml',
  run: {
    mapping: { file: 'a.yaml', version: '1' },
    outcome: 'skipped',
    reason: '',
    trace: results.map(([path, result]) => ({ path, expression: '', item: null, result })),
  },
});

const missedAfter = (...runs: readonly { file: string; run?: Run }[]): readonly string[] =>
  coverageOf([definition], runs).missed.map(({ path, text }) => `${path.join('.')} ${text}`);

describe('coverage', () => {
  it('counts every expression of a mapping, and nothing of its tests', () => {
    expect(coverageOf([definition], []).total).toBe(8);
    expect(missedAfter()).toEqual([
      'let.names.a =x',
      'when =paid',
      'for_each =items',
      'event.id =id',
      'event.user.id =user',
      'event.attributes.list.1 =two',
      'destinations.segment.when =big',
      'destinations.segment.merge.event =name',
    ]);
  });

  it('is gained by a value in any test, also by false, and by nothing else', () => {
    const first = runWith([
      [['when'], { kind: 'value', value: false }],
      [['let', 'names', 'a'], { kind: 'value', value: '' }],
      [['for_each'], { kind: 'nothing', why: null }],
    ]);
    const second = runWith([
      [['event', 'id'], { kind: 'value', value: null }],
      [['event', 'user', 'id'], { kind: 'skip', reason: 'nobody' }],
      [['event', 'attributes', 'list', 1], { kind: 'value', value: 0 }],
      [['destinations', 'segment', 'when'], { kind: 'fault', message: 'broken' }],
    ]);
    expect(missedAfter(first, { file: 'a.yaml' }, second)).toEqual([
      'for_each =items',
      'event.id =id',
      'event.user.id =user',
      'destinations.segment.when =big',
      'destinations.segment.merge.event =name',
    ]);
  });

  it('is of one file: another mapping with the same place gains it nothing', () => {
    const other = { ...runWith([[['when'], { kind: 'value', value: true }]]), file: 'b.yaml' };
    expect(missedAfter(other)).toContain('when =paid');
  });
});
