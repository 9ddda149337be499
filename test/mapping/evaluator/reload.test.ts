import type { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { MappingDefinition } from '../../../src/mapping/compile.ts';
import { defaultEvaluatorLimits, type Evaluation, Evaluator } from '../../../src/mapping/evaluator/evaluator.ts';
import type { EvaluatorSetup } from '../../../src/mapping/evaluator/protocol.ts';
import type { ClaimedEvent } from '../../../src/model/event.ts';
import type { EventId } from '../../../src/model/id.ts';
import { claimedEvent, definitionOf } from '../definitions.ts';

const setupOf = (mappings: readonly MappingDefinition[], site = 'example.com'): EvaluatorSetup => ({
  mappings,
  destinations: [{ name: 'console', type: 'console', settings: { type: 'console' } }],
  vars: { site },
});

const named = (name: string, file = 'a.yaml'): MappingDefinition => ({
  ...definitionOf(`event: { name: "=\\"${name} \\" & $vars.site", user: { id: u } }\ndestinations: [console]\n`, file),
});

/** The process dies when it compiles this. */
const fatal: MappingDefinition = { ...named('Fatal'), content: { ...named('Fatal').content, events: null as never } };

function evaluatorOf(setup: EvaluatorSetup): Evaluator {
  const evaluator = new Evaluator(setup, { ...defaultEvaluatorLimits, deadlineMs: 20_000 });
  onTestFinished(() => evaluator.stop());
  return evaluator;
}

const events = (count: number): readonly ClaimedEvent[] =>
  Array.from({ length: count }, (_, index) => claimedEvent(index, {}));

/** The names of what the events became, each once. */
function names(evaluations: ReadonlyMap<EventId, Evaluation>): readonly string[] {
  const all = [...evaluations.values()].flatMap((evaluation) => {
    if (evaluation.kind !== 'runs') return [evaluation.reason];
    return evaluation.runs.flatMap((run) =>
      run.outcome === 'translated' ? run.items.map(({ event }) => String(event?.name)) : [run.outcome],
    );
  });
  return [...new Set(all)];
}

describe('reloading an evaluator', () => {
  it('counts from the next batch on', async () => {
    const evaluator = evaluatorOf(setupOf([named('One')]));
    expect(names(await evaluator.evaluate(events(1)))).toEqual(['One example.com']);
    await evaluator.reload(setupOf([named('Two'), named('More', 'b.yaml')]));
    expect(names(await evaluator.evaluate(events(1)))).toEqual(['Two example.com', 'More example.com']);
    await evaluator.reload(setupOf([]));
    expect(names(await evaluator.evaluate(events(1)))).toEqual([]);
  });

  it('lets the batch under way end with what it began with', async () => {
    const evaluator = evaluatorOf(setupOf([named('One')]));
    const before = evaluator.evaluate(events(200));
    const reloaded = evaluator.reload(setupOf([named('Two')]));
    const after = evaluator.evaluate(events(200));
    await reloaded;
    expect(names(await before)).toEqual(['One example.com']);
    expect(names(await after)).toEqual(['Two example.com']);
    expect((await before).size + (await after).size).toBe(400);
  });

  it('takes what is around the mappings along, also for those that stay', async () => {
    const evaluator = evaluatorOf(setupOf([named('One')]));
    await evaluator.evaluate(events(1));
    await evaluator.reload(setupOf([named('One')], 'example.org'));
    expect(names(await evaluator.evaluate(events(1)))).toEqual(['One example.org']);
  });

  it('that cannot be done leaves everything as it was', async () => {
    const evaluator = evaluatorOf(setupOf([named('One')]));
    await evaluator.evaluate(events(1));
    await expect(evaluator.reload(setupOf([named('Two', 'b.yaml'), fatal]))).rejects.toMatchObject({
      code: 'EVALUATOR_UNAVAILABLE',
    });
    expect(names(await evaluator.evaluate(events(3)))).toEqual(['One example.com']);
    await evaluator.reload(setupOf([named('Three')]));
    expect(names(await evaluator.evaluate(events(1)))).toEqual(['Three example.com']);
  });

  it('starts one that does not run yet; a start that fails leaves the old setup for the next', async () => {
    const evaluator = evaluatorOf(setupOf([named('One')]));
    await expect(evaluator.reload(setupOf([fatal]))).rejects.toMatchObject({ code: 'EVALUATOR_UNAVAILABLE' });
    expect(names(await evaluator.evaluate(events(1)))).toEqual(['One example.com']);
    const other = evaluatorOf(setupOf([fatal]));
    await other.reload(setupOf([named('Two')]));
    expect(names(await other.evaluate(events(1)))).toEqual(['Two example.com']);
  });

  it('is what a process that replaces a killed one starts with', async () => {
    const evaluator = new Evaluator(setupOf([]), { ...defaultEvaluatorLimits, deadlineMs: 300 });
    onTestFinished(() => evaluator.stop());
    const bomb = definitionOf(
      'events: bomb\nevent: { name: "=$match($pad(\\"\\", 40, \\"a\\") & \\"!\\", /^(a+)+$/)", user: { id: u } }\ndestinations: [console]\n',
      'bomb.yaml',
    );
    await evaluator.reload(setupOf([named('One'), bomb]));
    const evaluations = await evaluator.evaluate([claimedEvent(1, {}, { type: 'bomb' }), claimedEvent(2, {})]);
    expect(names(evaluations)).toEqual(['too_slow', 'One example.com']);
  });

  it('gives many mappings the memory they need, and starts anew for it only when it has to', async () => {
    const many = (count: number) => setupOf(Array.from({ length: count }, (_, index) => named('N', `m${index}.yaml`)));
    const evaluator = evaluatorOf(many(100));
    const started: ChildProcess[] = [];
    const remember = (message: unknown): void => {
      started.push((message as { readonly process: ChildProcess }).process);
    };
    subscribe('child_process', remember);
    onTestFinished(() => void unsubscribe('child_process', remember));
    for (const count of [100, 101, 200, 50, 201]) await evaluator.reload(many(count));
    const heaps = started.map(({ spawnargs }) => spawnargs.find((argument) => argument.includes('-old-space-')));
    expect(heaps).toEqual([128, 168, 208].map((mb) => `--max-old-space-size=${mb}`));
    expect(names(await evaluator.evaluate(events(1)))).toEqual(['N example.com']);
  });

  it('is refused by one that was stopped', async () => {
    const evaluator = evaluatorOf(setupOf([named('One')]));
    await evaluator.stop();
    await expect(evaluator.reload(setupOf([]))).rejects.toMatchObject({ code: 'EVALUATOR_UNAVAILABLE' });
  });
});
