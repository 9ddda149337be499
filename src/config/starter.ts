import { destinations } from '../destinations/index.ts';
import { fixturePaths, fixturesIn } from '../mapping/fixtures.ts';
import { type MappingFile, mappingFile } from '../mapping/schema.ts';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import { parseYaml } from '../yaml/document.ts';
import { appendItem, appendKey, removeEntry } from '../yaml/edit.ts';
import { firstMapping } from './first-mapping.ts';
import { sampleEvent } from './sample-event.ts';
import { type Sender, senderNamed, senderNames } from './sender.ts';

/** What `hookstitch init` writes: the shipped gateway.yaml and mappings, reduced to what somebody chose. */

export interface Starter {
  readonly mapping: string;
  /** The sample that it maps. */
  readonly sample: string;
}

/** The mappings to start with that are shipped; those of Stripe, CallRail and HubSpot are what Usermaven's public guide builds in Zapier. */
export const starters: Readonly<Record<string, Starter>> = {
  stripe: { mapping: 'stripe-invoice-paid.yaml', sample: 'invoice.paid' },
  callrail: { mapping: 'callrail-call-completed.yaml', sample: 'post_call' },
  hubspot: { mapping: 'hubspot-lifecycle-workflow.yaml', sample: 'workflow' },
  paddle: { mapping: 'starters/paddle-payment-succeeded.yaml', sample: 'transaction.completed' },
  'lemon-squeezy': { mapping: 'starters/lemon-squeezy-payment-succeeded.yaml', sample: 'order_created' },
  calendly: { mapping: 'starters/calendly-meeting-booked.yaml', sample: 'invitee.created' },
  'cal-com': { mapping: 'starters/cal-com-meeting-booked.yaml', sample: 'booking_created' },
  typeform: { mapping: 'starters/typeform-form-submitted.yaml', sample: 'form_response' },
  shopify: { mapping: 'starters/shopify-order-completed.yaml', sample: 'orders-paid' },
  github: { mapping: 'starters/github-repository-starred.yaml', sample: 'star.created' },
  intercom: { mapping: 'starters/intercom-conversation-started.yaml', sample: 'conversation.user.created' },
  chargebee: { mapping: 'starters/chargebee-payment-succeeded.yaml', sample: 'payment_succeeded' },
  clerk: { mapping: 'starters/clerk-signed-up.yaml', sample: 'user.created' },
  twilio: { mapping: 'starters/twilio-message-received.yaml', sample: 'message.received' },
  slack: { mapping: 'starters/slack-member-joined.yaml', sample: 'team_join' },
};

export const starterSources: readonly string[] = senderNames;
export const starterDestinations: readonly string[] = Object.keys(destinations);

/** The sample that what is written for a source maps. */
export const starterSample = (source: string): string | undefined =>
  starters[source]?.sample ?? senderNamed(source)?.source.samples[0]?.name;

export interface StarterChoice {
  /** Of `starterSources`. */
  readonly sources: readonly string[];
  readonly destinations: readonly string[];
}

export interface StarterFile {
  /** Inside the mappings folder. */
  readonly path: string;
  readonly text: string;
  /** Of a mapping: the event that shows what it does, in case no test of its own says so. */
  readonly example?: Example | undefined;
}

export interface Example {
  /** As `given:` names it. */
  readonly given: string;
  readonly body: Json;
  /** Where the body does not tell it. */
  readonly type: string | undefined;
}

/** gateway.yaml first, then the mappings, then what they name. `shipped` reads a file of the shipped folder. */
export function starterFiles(choice: StarterChoice, shipped: (path: string) => string): readonly StarterFile[] {
  const written = choice.sources.map((source) =>
    starters[source] === undefined
      ? ownMapping(source, choice.destinations)
      : shippedMapping(starters[source].mapping, choice.destinations, shipped),
  );
  const gateway = { path: 'gateway.yaml', text: reducedGateway(shipped('gateway.yaml'), choice) };
  const schemas = ['schema/gateway.v1.json', 'schema/mapping.v1.json'].map((path) => ({ path, text: shipped(path) }));
  const mappings = written.flatMap(({ mapping }) => mapping);
  const fixtures = new Map(written.flatMap((each) => each.fixtures.map((file) => [file.path, file] as const)));
  return [gateway, ...mappings, ...fixtures.values(), ...schemas];
}

interface WrittenMapping {
  readonly mapping: readonly StarterFile[];
  readonly fixtures: readonly StarterFile[];
}

/** With the files that its tests read, beside it in the folder wherever they are shipped. */
function shippedMapping(path: string, kept: readonly string[], shipped: (path: string) => string): WrittenMapping {
  const [folder = ''] = /^.*\//.exec(path) ?? [];
  const whole = shipped(path);
  const text = reducedMapping(whole, kept).replace('$schema=../schema/', '$schema=./schema/');
  const [first] = mappingFile.parse(valueIn(whole)).tests ?? [];
  const given = typeof first?.given === 'string' ? first.given : '';
  const example = given === '' ? undefined : { given, body: JSON.parse(shipped(folder + given)), type: first?.type };
  const fixtures = [...new Set([...fixturesOf(text), ...(given === '' ? [] : [given])])];
  return {
    mapping: [{ path: path.slice(folder.length), text, example }],
    fixtures: fixtures.map((fixture) => ({ path: fixture, text: shipped(folder + fixture) })),
  };
}

/** Of a source for which no mapping is shipped: made of its first sample. */
function ownMapping(source: string, kept: readonly string[]): WrittenMapping {
  const sender = senderNamed(source);
  const [sample] = sender?.source.samples ?? [];
  if (sender === undefined || sample === undefined) return { mapping: [], fixtures: [] };
  const event = sampleEvent(sender.source, sample);
  const { body, type, isTypedElsewhere } = event;
  const given = `fixtures/${source}.${sample.name}.json`;
  const stem = sample.name.replaceAll(/[^A-Za-z0-9]+/g, '-').toLowerCase();
  const text = firstMapping({ source, title: sender.source.title, event, destinations: kept });
  const example = { given, body, type: isTypedElsewhere ? type : undefined };
  return {
    mapping: [{ path: `${source}-${stem}.yaml`, text, example }],
    fixtures: [{ path: given, text: `${JSON.stringify(body, null, 2)}\n` }],
  };
}

function reducedGateway(text: string, choice: StarterChoice): string {
  const file = valueIn(text);
  const added = (['sources', 'destinations'] as const).reduce((rest, block) => {
    const missing = choice[block].filter((name) => !Object.hasOwn(blockAt(file, block), name));
    return missing.reduce((longer, name) => appendKey(longer, [block], [name, entryFor(block, name)]), rest);
  }, text);
  return (['sources', 'destinations'] as const).reduce(
    (rest, block) => Object.keys(blockAt(file, block)).reduce(keepingOnly(block, choice[block]), rest),
    added,
  );
}

function entryFor(block: 'sources' | 'destinations', name: string): JsonObject {
  const sender = block === 'sources' ? senderNamed(name) : undefined;
  if (sender !== undefined) return sourceEntry(sender);
  return name === 'http' ? httpEntry : { type: name };
}

function sourceEntry({ name, variable, asksForToken }: Sender): JsonObject {
  const token = `\${${name.toUpperCase().replaceAll('-', '_')}_VERIFY_TOKEN:-}`;
  return { type: name, secret: `\${${variable}:-}`, ...(asksForToken && { verify_token: token }) };
}

/** A request to change: what most APIs that take events are called with. */
const httpEntry: JsonObject = {
  type: 'http',
  url: '${HTTP_URL:-}',
  path: '/events',
  body: {
    id: '=$id',
    event: '=$event.name',
    time: '=$event.timestamp',
    user: '=$firstOf($event.user.id, $event.user.anonymous_id)',
    attributes: '=$event.attributes',
  },
};

const keepingOnly =
  (block: string, kept: readonly string[]) =>
  (text: string, name: string): string =>
    kept.includes(name) ? text : removeEntry(text, [block, name]);

/** Without the destinations that were not chosen, and without the tests that are about nothing else. */
function reducedMapping(text: string, kept: readonly string[]): string {
  const { tests = [], destinations: all } = mappingFile.parse(valueIn(text));
  const listed = Array.isArray(all);
  const names: readonly string[] = Array.isArray(all) ? all : Object.keys(all);
  // From the last to the first: removing one moves those behind it.
  const tested = [...tests.entries()].reduceRight(
    (rest, [index, test]) => reducedTest(rest, { index, test, kept }),
    text,
  );
  const reduced = [...names.entries()].reduceRight(
    (rest, [index, name]) => (kept.includes(name) ? rest : removeEntry(rest, ['destinations', listed ? index : name])),
    tested,
  );
  const added = kept.filter((name) => !names.includes(name));
  return added.reduce(
    (rest, name) => (listed ? appendItem(rest, ['destinations'], name) : appendKey(rest, ['destinations'], [name, {}])),
    reduced,
  );
}

interface NumberedTest {
  readonly index: number;
  readonly test: NonNullable<MappingFile['tests']>[number];
  readonly kept: readonly string[];
}

function reducedTest(text: string, { index, test, kept }: NumberedTest): string {
  if (test.expect === 'skipped') return text;
  const expected = { expect: Object.keys(test.expect ?? {}), expect_exactly: Object.keys(test.expect_exactly ?? {}) };
  const all = [...expected.expect, ...expected.expect_exactly];
  if (!all.some((name) => kept.includes(name))) return removeEntry(text, ['tests', index]);
  return (['expect', 'expect_exactly'] as const).reduce((rest, key) => {
    const gone = expected[key].filter((name) => !kept.includes(name));
    if (gone.length === expected[key].length) return removeEntry(rest, ['tests', index, key]);
    return gone.reduce((less, name) => removeEntry(less, ['tests', index, key, name]), rest);
  }, text);
}

/** The files that the tests of a mapping read. */
function fixturesOf(text: string): readonly string[] {
  const parsed = parseYaml('shipped', text);
  return parsed.ok ? fixturePaths(fixturesIn(parsed.yaml)) : [];
}

function valueIn(text: string): unknown {
  const parsed = parseYaml('shipped', text);
  return parsed.ok ? parsed.yaml.value : {};
}

function blockAt(file: unknown, key: string): object {
  const block = isJsonObject(file) ? file[key] : undefined;
  return isJsonObject(block) ? block : {};
}
