import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { checkConfiguration } from '../src/config/check-setup.ts';
import { environmentFrom } from '../src/config/environment.ts';
import { type Configuration, loadConfiguration } from '../src/config/load.ts';
import { Evaluator } from '../src/mapping/evaluator/evaluator.ts';
import { mergePatch } from '../src/mapping/merge.ts';
import { publicSettings } from '../src/mapping/public-settings.ts';
import { endedRuns, type Run, type RunItem } from '../src/mapping/run.ts';
import type { ClaimedEvent } from '../src/model/event.ts';
import type { Json } from '../src/model/json.ts';
import { projectFolder, readProjectFile } from './support/project-files.ts';

const loaded = (folder: string): Promise<Configuration> =>
  loadConfiguration(environmentFrom({ MAPPINGS_DIR: fileURLToPath(new URL(`../${folder}`, import.meta.url)) }));

const configuration = await loaded('mappings');
const { file: gateway, mappings } = configuration;
/** Each folder with a gateway.yaml of its own; no gateway on the first reads the second. */
const folders = [
  { folder: 'mappings', ...configuration },
  { folder: 'mappings/starters', ...(await loaded('mappings/starters')) },
];
const analytics = ['usermaven', 'vemetric', 'umami', 'segment'];
const now = new Date('2026-11-21T00:00:00Z');

const evaluatorOf = (definitions: typeof mappings.definitions): Evaluator =>
  new Evaluator({
    mappings: definitions,
    destinations: gateway.destinations.map(({ name, destination }) => ({
      name,
      type: destination.name,
      settings: publicSettings(destination, destination.sample),
    })),
    vars: gateway.vars,
  });

/** As the gateway is shipped: without what is not enabled. */
const shipped = evaluatorOf(mappings.definitions);
afterAll(() => shipped.stop());

interface Sent {
  readonly source: string;
  readonly kind?: string | null;
  readonly body: Json;
}

/** What the mappings make of bodies that are sent one after the other. */
async function runsOf(bodies: readonly Sent[], evaluator = shipped): Promise<readonly Run[]> {
  const events = bodies.flatMap(eventsIn).map((event, index): ClaimedEvent => ({ ...event, id: `evt_${index}` }));
  // As the first events ever, without tokens: nothing is linked yet, and nothing can be looked up.
  const linked = Object.fromEntries(mappings.definitions.map(({ file }) => [file, [{}]]));
  const lookups = Object.fromEntries(
    mappings.definitions.map(({ file, content }) => [
      file,
      Object.fromEntries(Object.keys(content.lookup ?? {}).map((name) => [name, { missing: 'nobody is asked' }])),
    ]),
  );
  const facts = new Map(events.map(({ id }) => [id, { linked, lookups }]));
  const evaluations = await evaluator.evaluate(events, { facts });
  return [...evaluations.values()].flatMap((evaluation) =>
    evaluation.kind === 'runs' ? endedRuns(evaluation.runs) : [],
  );
}

function eventsIn({ source, kind = null, body }: Sent): readonly Omit<ClaimedEvent, 'id'>[] {
  const bodyText = JSON.stringify(body);
  const request = { method: 'POST', url: `/in/${source}`, kind, headers: {}, receivedAt: now };
  const configured = gateway.sources.find(({ name }) => name === source);
  const parsed = configured?.source.parse(body, { ...request, body: Buffer.from(bodyText) });
  if (parsed === undefined || 'unusable' in parsed) return [];
  return parsed.events.map((event) => ({
    ...event,
    ...request,
    source,
    bodyText,
    claimedBy: 'wrk_1',
    tries: 1,
    inLineSince: request.receivedAt,
  }));
}

const itemsOf = (runs: readonly Run[]): readonly RunItem[] =>
  runs.flatMap((run) => (run.outcome === 'translated' ? run.items : []));

const fixture = (name: string): Json => JSON.parse(readProjectFile(`mappings/fixtures/${name}`));

describe.each(folders)('the mappings of $folder', ({ folder, mappings: own }) => {
  it('load without an error', () => {
    expect(own.problems).toEqual([]);
    expect(own.definitions).toHaveLength(own.files.length);
    expect(own.definitions).not.toEqual([]);
  });

  it.each(own.definitions)('say what they do right below the line for editors: $file', ({ file }) => {
    expect(readProjectFile(`${folder}/${file}`)).toMatch(
      /^# yaml-language-server: [^\n]+\n# [A-Z][^\n]+\.(?: [^\n]+)?\n/,
    );
  });

  it.each(own.definitions)(
    'show in their tests every destination, and an event that is skipped: $file',
    ({ content }) => {
      const expected = (content.tests ?? []).map(({ expect: wanted }) =>
        typeof wanted === 'object' ? Object.keys(wanted) : [],
      );
      expect(expected).toContainEqual(expect.arrayContaining(analytics));
      expect(content.tests).toContainEqual(expect.objectContaining({ expect: 'skipped' }));
    },
  );

  it('use every fixture that is shipped with them', () => {
    const given = own.definitions.flatMap(({ content }) => (content.tests ?? []).map((test) => test.given));
    const unused = projectFolder(`${folder}/fixtures`).filter((name) => !given.includes(`fixtures/${name}`));
    expect(unused).toEqual([]);
  });
});

for (const each of folders) {
  const results = await checkConfiguration(each, () => true);
  for (const [file, tests] of Map.groupBy(results, (result) => result.file)) {
    describe(`${each.folder}/${file}`, () => {
      it.each(tests)('$name', ({ failures }) => {
        expect(failures).toEqual([]);
      });
    });
  }
}

describe('a sample', () => {
  const samples = gateway.sources.flatMap(({ name, source }) => source.samples.map((sample) => ({ name, sample })));

  it.each(samples)(
    '$name.$sample.name reaches all four destinations in a shape they take',
    async ({ name, sample }) => {
      const items = itemsOf(
        await runsOf([{ source: name, kind: sample.kind, body: sample.body({ id: 'fresh', now }) }]),
      );
      const payloads = items
        .flatMap((item) => item.results)
        .flatMap((result) => (result.outcome === 'payload' ? [result] : []));
      expect(payloads.map(({ destination }) => destination).toSorted()).toEqual(analytics.toSorted());
      for (const { destination: to, payload } of payloads) {
        const target = gateway.destinations.find((destination) => destination.name === to);
        expect(target?.destination.check(payload)).toEqual([]);
      }
    },
  );
});

describe('the revenue of one payment counts once', () => {
  const invoicePaid = fixture('stripe.invoice.paid.json');
  const invoice = [invoicePaid, mergePatch(invoicePaid, { type: 'invoice.payment_succeeded' })];
  const checkout = fixture('stripe.checkout.session.completed.json');
  const checkoutWith = (session: Json): Json => mergePatch(checkout, { data: { object: session } });

  const revenues = async (bodies: readonly Json[], evaluator = shipped): Promise<readonly (number | undefined)[]> => {
    const sent = bodies.map((body): Sent => ({ source: 'stripe', body }));
    return itemsOf(await runsOf(sent, evaluator)).flatMap(({ event }) =>
      event?.revenue === undefined ? [] : [event.revenue.amount],
    );
  };

  it.each([
    { payment: 'the renewal of a subscription', bodies: invoice },
    { payment: 'a subscription bought in the checkout', bodies: [checkout, ...invoice] },
    {
      payment: 'a one-off checkout that makes an invoice',
      bodies: [checkoutWith({ mode: 'payment', invoice_creation: { enabled: true } }), ...invoice],
    },
    { payment: 'a one-off checkout without an invoice', bodies: [checkoutWith({ mode: 'payment', invoice: null })] },
  ])('for $payment', async ({ bodies }) => {
    expect(await revenues(bodies)).toEqual([29]);
  });

  it('which is why one of the two invoice mappings is off', async () => {
    const everything = mappings.definitions.map((definition) => ({
      ...definition,
      content: { ...definition.content, enabled: true },
    }));
    const evaluator = evaluatorOf(everything);
    expect(await revenues(invoice, evaluator)).toEqual([29, 29]);
    await evaluator.stop();
  });
});
