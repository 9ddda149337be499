import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { environmentFrom } from '../src/config/environment.ts';
import { loadConfiguration } from '../src/config/load.ts';
import { projectFolder, readProjectFile } from './support/project-files.ts';

const folder = 'mappings/starters';
const environment = environmentFrom({ MAPPINGS_DIR: fileURLToPath(new URL(`../${folder}`, import.meta.url)) });
const { file: gateway, mappings } = await loadConfiguration(environment);
const fresh = { id: '0123456789abcdef', now: new Date('2026-11-21T00:00:00Z') };

describe('the starters', () => {
  it('are there for the senders that are asked for most', () => {
    const sources = new Set(mappings.definitions.map(({ content }) => content.source));
    const wanted =
      'paddle lemon-squeezy calendly cal-com typeform shopify github intercom chargebee clerk twilio slack';
    expect([...sources].toSorted()).toEqual(wanted.split(' ').toSorted());
    expect(gateway.sources.map(({ name, source }) => [name, source.name])).toEqual(
      wanted.split(' ').map((name) => [name, name]),
    );
  });

  it('are tried with the samples of their senders, as they are sent', () => {
    const samples = gateway.sources.flatMap(({ name, source }) =>
      source.samples.map((sample) => [`${name}.${sample.name}.json`, sample.body(fresh)] as const),
    );
    const shipped = projectFolder(`${folder}/fixtures`).map(
      (file) => [file, JSON.parse(readProjectFile(`${folder}/fixtures/${file}`))] as const,
    );
    expect(Object.fromEntries(shipped)).toEqual(Object.fromEntries(samples));
  });
});
