import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkReport } from '../../src/config/check-report.ts';
import { environmentFrom } from '../../src/config/environment.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { shippedMappings } from '../../src/config/shipped-mappings.ts';
import { type StarterChoice, starterDestinations, starterFiles, starters } from '../../src/config/starter.ts';
import { isError } from '../../src/diagnostics/problem.ts';
import { sources } from '../../src/sources/index.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const shipped = (path: string): string => readFileSync(join(shippedMappings, path), 'utf8');
const filesFor = (choice: StarterChoice): Readonly<Record<string, string>> =>
  Object.fromEntries(starterFiles(choice, shipped).map(({ path, text }) => [path, text]));

const sourceNames = Object.keys(starters);
const pairs = sourceNames.flatMap((source) => starterDestinations.map((destination) => ({ source, destination })));

describe('what to start with', () => {
  it.each(pairs)('is valid, tested and covered: $source → $destination', async ({ source, destination }) => {
    const files = filesFor({ sources: [source], destinations: [destination] });
    const folder = await temporaryFolder(files);

    const configuration = await loadConfiguration(environmentFrom({ MAPPINGS_DIR: folder }));
    const report = await checkReport(configuration, () => true);

    expect([...configuration.file.problems, ...configuration.mappings.problems].filter(isError)).toEqual([]);
    expect(configuration.file.sources.map(({ name }) => name)).toEqual([source]);
    expect(configuration.file.destinations.map(({ name }) => name)).toEqual([destination]);
    expect(report.results.flatMap(({ failures }) => failures)).toEqual([]);
    expect(report.results.length).toBeGreaterThan(0);
    const { mapping } = starters[source] ?? {};
    expect(Object.keys(files)).toEqual([
      'gateway.yaml',
      mapping,
      ...Object.keys(files).filter((path) => path.startsWith('fixtures/')),
      'schema/gateway.v1.json',
      'schema/mapping.v1.json',
    ]);
  });

  it('keeps every comment but those of what was left out, and the order', () => {
    const { 'gateway.yaml': gateway = '', 'stripe-invoice-paid.yaml': mapping = '' } = filesFor({
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

  it('adds a destination that the shipped files do not name', () => {
    const { 'gateway.yaml': gateway, 'hubspot-lifecycle-workflow.yaml': mapping } = filesFor({
      sources: ['hubspot'],
      destinations: ['umami', 'console'],
    });
    expect(gateway).toMatch(/destinations:\n {2}umami:\n[\s\S]*\n {2}console:\n {4}type: console\n\n# Plain values/);
    expect(mapping).toContain('destinations: [umami, console]\n');
  });

  it.each(Object.entries(starters))('is a mapping that has a sample: %s', (name, { mapping, sample }) => {
    const source = Object.entries(sources).find(([key]) => key === name)?.[1];
    expect(source?.samples.map((one) => one.name)).toContain(sample);
    expect(shipped(mapping)).toContain(`source: ${name}\n`);
  });
});
