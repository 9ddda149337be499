import { beforeEach, describe, expect, it } from 'vitest';
import type { ReplayOrder } from '../../src/model/replay.ts';
import { definitionOf } from '../mapping/definitions.ts';
import { type Translator, translatorOf } from '../support/translator.ts';

const mapping = (name: string, destinations: string, file = 'a.yaml') =>
  definitionOf(
    `
event:
  name: ${name}
  user: { id: =user, anonymous_id: =visitor, email: =email }
stitch: [email]
destinations: [${destinations}]
`,
    file,
  );
const order: ReplayOrder = { filter: {}, destinations: null, includesDelivered: false, rate: 100 };
const waiting = new AbortController().signal;

let translator: Translator;
beforeEach(async () => {
  translator = await translatorOf(mapping('=name', 'segment'));
});

const received = async (...bodies: Parameters<Translator['send']>[0][]): Promise<void> => {
  for (const body of bodies) await translator.send(body);
  await translator.translateAll();
};

describe('the plan of a replay', () => {
  it('counts what would come of it, and writes nothing', async () => {
    await received({ name: 'One', user: 'u1' }, { name: 'Two', user: 'u2' });
    const before = [await translator.store.stats(), await translator.latest()];

    const plan = await translator.plannerBy(mapping('=name', 'segment, umami')).plan(order, waiting);

    expect(plan).toMatchObject({
      ...{ total: 2, translated: 2, unmatched: 0, failed: 0, delayed: 0, unusable: 0 },
      fates: { new: 2, left_under_way: 2, again: 0, left_delivered: 0, left_out: 0 },
    });
    expect(plan.newSample).toMatchObject([
      { destination: 'umami', fate: 'new', payload: { payload: { name: 'One' } } },
      { destination: 'umami', payload: { payload: { name: 'Two' } } },
    ]);
    expect([await translator.store.stats(), await translator.latest()]).toEqual(before);
  });

  it('leaves the destinations out that nobody asked for', async () => {
    await received({ name: 'One', user: 'u1' });
    const scope = { ...order, destinations: ['umami'] };

    const plan = await translator.plannerBy(mapping('=name', 'segment, umami')).plan(scope, waiting);

    expect(plan.fates).toMatchObject({ new: 1, left_out: 1, left_under_way: 0 });
  });

  it('tells of payloads that are new only because a mapping file has another name', async () => {
    await received({ name: 'One', user: 'u1' }, { name: 'Two', user: 'u2' });

    const renamed = await translator.plannerBy(mapping('=name', 'segment, umami', 'b.yaml')).plan(order, waiting);
    expect(renamed.fates).toMatchObject({ new: 4 });
    expect(renamed.repeated).toEqual([{ destination: 'segment', was: 'a.yaml', now: 'b.yaml', count: 2 }]);

    const same = await translator.plannerBy(mapping('=name', 'segment, umami')).plan(order, waiting);
    expect(same.repeated).toEqual([]);
  });

  it('tells nothing of the kind where what was made before came to nothing, or is not asked for', async () => {
    await received({ name: 'One', user: 'u1' });
    const planner = translator.plannerBy(mapping('=name', 'segment', 'b.yaml'));
    expect((await planner.plan({ ...order, destinations: ['umami'] }, waiting)).repeated).toEqual([]);
    const ids = (await translator.latest()).deliveries.map(({ id }) => id);
    await translator.store.cancelDeliveries(ids, translator.now());
    const plan = await planner.plan(order, waiting);
    expect([plan.fates.new, plan.repeated]).toEqual([1, []]);
  });

  it('tells why events would stay failed, by what they have in common', async () => {
    await received(...[1, 2, 3].map((n) => ({ name: 'One', user: `u${n}`, number: n })));

    const plan = await translator
      .plannerBy(mapping(`"=$require(nothing, 'no name in ' & number)"`, 'segment'))
      .plan(order, waiting);

    expect(plan).toMatchObject({ translated: 0, failed: 3, fates: { new: 0 } });
    expect(plan.failures).toMatchObject([{ cause: 'a.yaml: event.name: no name in <n>', count: 3 }]);
  });

  it('asks the links whose events these are, and remembers none', async () => {
    await received(
      { name: 'Known', visitor: 'a1', email: 'ada@example.com' },
      { name: 'Who', email: 'ada@example.com' },
    );

    const plan = await translator.plannerBy(mapping('=name', 'usermaven')).plan(order, waiting);

    expect(plan.newSample.map(({ payload }) => JSON.stringify(payload).includes('a1'))).toEqual([true, true]);
  });

  it('is given up when nobody waits for it any more, even in the middle of an event that hangs', async () => {
    // Each may take a second; all of them would take longer than this test may.
    await received(...Array.from({ length: 60 }, (_, n) => ({ name: 'One', user: `u${n}` })));
    const planner = translator.plannerBy(
      mapping("\"=$match($pad('', 60, 'a') & '!', /^(a+)+$/)[0].match\"", 'segment'),
    );
    const abandoned = new AbortController();

    const planned = planner.plan(order, abandoned.signal);
    const next = translator.plannerBy(mapping('=name', 'segment')).plan(order, waiting);
    await next;
    abandoned.abort();

    await expect(planned).rejects.toMatchObject({ code: 'EVALUATOR_UNAVAILABLE' });
    await planner.stop();
  });

  it('is refused after the end', async () => {
    await received({ name: 'One', user: 'u1' });
    const planner = translator.plannerBy(mapping('=name', 'segment'));
    await planner.stop();

    await expect(planner.plan(order, waiting)).rejects.toMatchObject({ code: 'EVALUATOR_UNAVAILABLE' });
  });
});
