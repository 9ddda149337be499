import { describe, expect, it } from 'vitest';
import { checkConfiguration } from '../../src/config/check-setup.ts';
import { environmentFrom } from '../../src/config/environment.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const mappingFor = (source: string, id: string, test: string): string =>
  [
    'version: 1',
    'name: A',
    `source: ${source}`,
    `event: { name: =$meta.type, timestamp: =$meta.occurred_at, user: { id: ${id} } }`,
    'destinations: [usermaven]',
    'tests:',
    `  - { name: ${source}, ${test} }`,
    '',
  ].join('\n');

describe("the mappings' tests", () => {
  it('read bodies as their sources do, without any secret being set', async () => {
    const folder = await temporaryFolder({
      'stripe.yaml': mappingFor(
        'stripe',
        '=data.object.customer',
        'given: { id: evt_1, type: invoice.paid, created: 1795219200, data: { object: { customer: cus_1 } } }, expect: { usermaven: { event_type: invoice.paid, _timestamp: 1795219200000, user: { id: cus_1 } } }',
      ),
      'callrail.yaml': mappingFor(
        'callrail',
        '=resource_id',
        'type: post_call, given: { resource_id: CAL1, start_time: "2026-11-21T00:00:00.000Z" }, expect: { usermaven: { event_type: post_call, _timestamp: 1795219200000 } }',
      ),
      'hubspot.yaml': mappingFor(
        'hubspot',
        '=$string(objectId)',
        'given: { subscriptionType: contact.creation, objectId: 5, eventId: 1, occurredAt: 1795219200000 }, expect: { usermaven: { event_type: contact.creation, _timestamp: 1795219200000, user: { id: "5" } } }',
      ),
      'workflow.yaml': mappingFor(
        'hubspot',
        '=$string(vid)',
        'type: workflow, given: { vid: 7 }, expect: { usermaven: { event_type: workflow, user: { id: "7" } } }',
      ),
      'unreadable.yaml': mappingFor('stripe', '=id', 'given: { hello: world }, expect: skipped'),
    });
    const configuration = await loadConfiguration(environmentFrom({ MAPPINGS_DIR: folder }));
    expect(configuration.mappings.problems).toEqual([]);
    const results = await checkConfiguration(configuration, () => true);
    expect(
      Object.fromEntries(results.map(({ file, failures }) => [file, failures.map(({ message }) => message)])),
    ).toEqual({
      'callrail.yaml': [],
      'hubspot.yaml': [],
      'stripe.yaml': [],
      'workflow.yaml': [],
      'unreadable.yaml': ['the source cannot read this body; is it one event as the source sends it?'],
    });
  });

  it('take the type from the headers that they give, where the source does', async () => {
    const folder = await temporaryFolder({
      'gateway.yaml':
        'version: 1\nsources: { github: { type: github, secret: "${S:-}" } }\ndestinations: { usermaven: { type: usermaven, api_key: a_key_of_usermaven, server_token: t0ken_of_usermaven } }\n',
      'github.yaml': mappingFor(
        'github',
        '=sender.login',
        'given: { action: created, sender: { login: ada } }, headers: { X-GitHub-Event: star }, expect: { usermaven: { event_type: star.created, user: { id: ada } } }',
      ),
    });
    const configuration = await loadConfiguration(environmentFrom({ MAPPINGS_DIR: folder }));
    const results = await checkConfiguration(configuration, () => true);
    expect(results.map(({ failures }) => failures)).toEqual([[]]);
  });

  it('run for the files that are asked for', async () => {
    const test = 'given: { id: evt_1, type: a }, expect: { usermaven: { user: { id: evt_1 } } }';
    const folder = await temporaryFolder({
      'a.yaml': mappingFor('stripe', '=id', test),
      'b.yaml': mappingFor('stripe', '=id', test),
    });
    const configuration = await loadConfiguration(environmentFrom({ MAPPINGS_DIR: folder }));
    const results = await checkConfiguration(configuration, (file) => file === 'b.yaml');
    expect(results).toMatchObject([{ file: 'b.yaml', index: 0, name: 'stripe', failures: [] }]);
  });
});
