import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkReport } from '../../src/config/check-report.ts';
import { environmentFrom } from '../../src/config/environment.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { shippedMappings } from '../../src/config/shipped-mappings.ts';
import {
  type StarterChoice,
  starterDestinations,
  starterFiles,
  starterSources,
  starters,
} from '../../src/config/starter.ts';
import { withTests } from '../../src/config/starter-tests.ts';
import { isError } from '../../src/diagnostics/problem.ts';
import { sourceNamed } from '../../src/sources/index.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const shipped = (path: string): string => readFileSync(join(shippedMappings, path), 'utf8');
const filesFor = async (choice: StarterChoice): Promise<Readonly<Record<string, string>>> =>
  Object.fromEntries((await withTests(starterFiles(choice, shipped))).map(({ path, text }) => [path, text]));

const pairs = ['stripe', 'callrail', 'hubspot', 'vercel'].flatMap((source) =>
  starterDestinations.map((destination) => ({ source, destination })),
);

/** What `hookstitch validate` and `hookstitch test` say of what would be written. */
async function checked(files: Readonly<Record<string, string>>) {
  const folder = await temporaryFolder(files);
  const configuration = await loadConfiguration(environmentFrom({ MAPPINGS_DIR: folder }));
  const errors = [...configuration.file.problems, ...configuration.mappings.problems].filter(isError);
  return { configuration, errors, report: await checkReport(configuration, () => true) };
}

describe('what to start with', () => {
  it.each(pairs)('is valid and tested: $source → $destination', async ({ source, destination }) => {
    const files = await filesFor({ sources: [source], destinations: [destination] });
    const { configuration, errors, report } = await checked(files);

    expect(errors).toEqual([]);
    expect(configuration.file.sources.map(({ name }) => name)).toEqual([source]);
    expect(configuration.file.destinations.map(({ name }) => name)).toEqual([destination]);
    expect(report.results.flatMap(({ failures }) => failures)).toEqual([]);
    expect(report.results.length).toBeGreaterThan(0);
    expect(Object.keys(files)).toEqual([
      'gateway.yaml',
      ...configuration.mappings.definitions.map(({ file }) => file),
      ...Object.keys(files).filter((path) => path.startsWith('fixtures/')),
      'schema/gateway.v1.json',
      'schema/mapping.v1.json',
    ]);
  });

  it('is valid and tested for every sender there is', async () => {
    const files = await filesFor({ sources: starterSources, destinations: ['umami'] });
    const { configuration, errors, report } = await checked(files);

    expect(errors).toEqual([]);
    expect(configuration.file.sources.map(({ name }) => name).toSorted()).toEqual([...starterSources].toSorted());
    expect(report.results.flatMap(({ file, failures }) => failures.map(({ message }) => [file, message]))).toEqual([]);
    const tested = new Set(report.results.map(({ file }) => file));
    const untested = configuration.mappings.definitions.filter(({ file }) => !tested.has(file));
    expect(untested.map(({ file }) => file)).toEqual([]);
    expect(configuration.mappings.definitions.map(({ content }) => content.source).toSorted()).toEqual(
      [...starterSources].toSorted(),
    );
    expect(report.coverage.missed.filter(({ file }) => !isShipped(file))).toEqual([]);
  }, 120_000);

  it('keeps every comment but those of what was left out, and the order', async () => {
    const { 'gateway.yaml': gateway = '', 'stripe-invoice-paid.yaml': mapping = '' } = await filesFor({
      sources: ['stripe'],
      destinations: ['usermaven', 'segment'],
    });

    expect(gateway).toContain('secret: "${STRIPE_WEBHOOK_SECRET:-}" # whsec_…, of this endpoint');
    expect(gateway).not.toMatch(/callrail|hubspot|vemetric|umami/i);
    expect(mapping).toContain('  segment:\n    merge: # the name and fields that Segment');
    expect(mapping.split('tests:')[0]).not.toMatch(/vemetric|umami/);
    // In the order of the shipped file: each line is found behind the one before it.
    const lines = shipped('stripe-invoice-paid.yaml').split('\n');
    let at = -1;
    for (const line of mapping.split('\n').filter((text) => text !== '')) {
      at = lines.indexOf(line, at + 1);
      expect(at, line).not.toBe(-1);
    }
  });

  it('adds a destination that the shipped files do not name', async () => {
    const { 'gateway.yaml': gateway, 'hubspot-lifecycle-workflow.yaml': mapping } = await filesFor({
      sources: ['hubspot'],
      destinations: ['umami', 'console'],
    });
    expect(gateway).toMatch(/destinations:\n {2}umami:\n[\s\S]*\n {2}console:\n {4}type: console\n\n# Plain values/);
    expect(mapping).toContain('destinations: [umami, console]\n');
  });

  it.each(Object.entries(starters))('is a mapping that has a sample: %s', (name, { mapping, sample }) => {
    expect(sourceNamed(name)?.samples.map((one) => one.name)).toContain(sample);
    expect(shipped(mapping)).toContain(`source: ${name}\n`);
  });

  it('comes with the fixtures of its lookups', async () => {
    const text = shipped('stripe-invoice-paid.yaml').replace(
      /given: fixtures\/stripe\.invoice\.paid\.json\n/,
      '$&    lookup: { customer: fixtures/stripe.charge.refunded.json }\n',
    );
    const files = starterFiles({ sources: ['stripe'], destinations: ['umami'] }, (path) =>
      path === 'stripe-invoice-paid.yaml' ? text : shipped(path),
    );
    expect(files.map(({ path }) => path)).toContain('fixtures/stripe.charge.refunded.json');
  });

  it('finds a field by its name where a list holds fields, and tells nothing of a person that is not asked for', async () => {
    const { 'woocommerce-order-updated.yaml': order, 'zoom-webinar-registration-created.yaml': webinar } =
      await filesFor({
        sources: ['woocommerce', 'zoom'],
        destinations: ['umami'],
      });
    expect(order).toContain('    id: =meta_data[key="user_id"].value\n');
    expect(webinar?.split('attributes:')[1]?.split('destinations:')[0]).not.toMatch(/first_name|last_name|email/);
  });

  it('reads a sender that nobody wrote a mapping for by its sample, in which the person is known', async () => {
    const { 'calendly-invitee-created.yaml': none, 'resend-email-delivered.yaml': mapping } = await filesFor({
      sources: ['resend', 'calendly'],
      destinations: ['umami'],
    });
    expect(none).toBeUndefined();
    expect(mapping).toContain('  name: Email Delivered\n');
    expect(mapping).toMatch(/ {4}email: =\S+\n {4}fallback_id: =\S+ # where no earlier event tells the user\n/);
  });
});

const isShipped = (file: string): boolean => Object.values(starters).some(({ mapping }) => mapping.endsWith(file));
