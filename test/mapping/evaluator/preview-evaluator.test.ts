import { describe, expect, it, onTestFinished } from 'vitest';
import { PreviewEvaluator } from '../../../src/mapping/evaluator/preview-evaluator.ts';
import type { EvaluatorSetup } from '../../../src/mapping/evaluator/protocol.ts';
import { claimedEvent, definitionOf } from '../definitions.ts';

function previews(idleMs?: number): PreviewEvaluator {
  const evaluator = new PreviewEvaluator({ deadlineMs: 400, memoryMb: 128, startMs: 20_000 }, idleMs);
  onTestFinished(() => evaluator.stop());
  return evaluator;
}

const setupOf = (name: string, expression = `"${name}"`): EvaluatorSetup => ({
  mappings: [
    definitionOf(`event: { name: '=${expression}', user: { id: u1 } }\ndestinations: [console]\n`, `${name}.yaml`),
  ],
  destinations: [{ name: 'console', type: 'console', settings: {} }],
  vars: {},
});

const event = claimedEvent(1, {});

describe('the evaluator of previews', () => {
  it('evaluates each event with its own setup, however many ask at once', async () => {
    const evaluator = previews();
    const names = ['a', 'b', 'c', 'd'];
    const evaluations = await Promise.all(names.map((name) => evaluator.evaluate(setupOf(name), event)));
    expect(evaluations).toMatchObject(
      names.map((name) => ({
        kind: 'runs',
        runs: [
          {
            items: [{ event: { name } }],
            trace: [{ path: ['event', 'name'], result: { kind: 'value', value: name } }],
          },
        ],
      })),
    );
  });

  it('outlives what kills its process', async () => {
    const evaluator = previews();
    const endless = setupOf('endless', `$match("${'a'.repeat(40)}!", /^(a+)+$/)`);
    const [slow, next] = await Promise.all([
      evaluator.evaluate(endless, event),
      evaluator.evaluate(setupOf('next'), event),
    ]);
    expect(slow).toMatchObject({ kind: 'failed', reason: 'too_slow' });
    expect(next).toMatchObject({ kind: 'runs', runs: [{ outcome: 'translated' }] });
  });

  it('turns away more than it can do in a reasonable time', async () => {
    const evaluator = previews();
    const many = Array.from({ length: 20 }, () => evaluator.evaluate(setupOf('a'), event).then(() => 'done', String));
    const answers = await Promise.all(many);
    expect(answers.filter((answer) => answer === 'done')).toHaveLength(8);
    expect(answers.filter((answer) => answer.includes('too many previews at once'))).toHaveLength(12);
  });

  it('ends its process when nobody asks any more, and starts another for who asks then', async () => {
    const evaluator = previews(10);
    await evaluator.evaluate(setupOf('a'), event);
    await expect.poll(processes, { interval: 10 }).toBe(0);
    expect(await evaluator.evaluate(setupOf('b'), event)).toMatchObject({ kind: 'runs' });
  });

  it('evaluates nothing once it was stopped, whatever waits', async () => {
    const evaluator = previews();
    await evaluator.evaluate(setupOf('a'), event);
    const waiting = [1, 2].map(() => evaluator.evaluate(setupOf('a'), event).then(() => 'done', String));
    await evaluator.stop();
    const turnedAway = expect.stringContaining('was stopped');
    expect(await Promise.all(waiting)).toEqual([turnedAway, turnedAway]);
    await expect.poll(processes, { interval: 10 }).toBe(0);
  });
});

const processes = (): number => process.getActiveResourcesInfo().filter((name) => name === 'ProcessWrap').length;
