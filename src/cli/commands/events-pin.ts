import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { runOnBody } from '../../config/check-setup.ts';
import { type Configuration, loadConfiguration } from '../../config/load.ts';
import { compileMapping, type MappingDefinition } from '../../mapping/compile.ts';
import { draftExpectation } from '../../mapping/draft-test.ts';
import { fixturesFolder } from '../../mapping/folder.ts';
import { pseudonymize } from '../../mapping/pseudonymize/pseudonymize.ts';
import type { MappingTest } from '../../mapping/schema.ts';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { appendItem } from '../../yaml/edit.ts';
import type { ApiEvent } from '../api-client.ts';
import { exitCodes, type Verb } from '../command.ts';
import { eventNamed, withKnownEvents } from '../known-events.ts';
import { chooseFiles } from '../named-files.ts';
import { plainText, print, printError, printJson } from '../output.ts';

/** `hookstitch events pin`: a stored event as a fixture without personal data, and a test of what becomes of it today. */
export const pinVerb: Verb = {
  usage: 'pin <id>',
  description: 'keep an event, or latest, as a fixture, without personal data, and draft a test around it',
  configure: (command) =>
    command
      .option('--mapping <file>', 'whose test it becomes (default: the only mapping for such events)')
      .option('--name <text>', 'what the test shows, as a sentence')
      .option('--json', 'machine-readable output'),
  run: async ([id], { mapping, name, json }) => {
    const event = await withKnownEvents((events) => eventNamed(events, String(id)));
    const configuration = await loadConfiguration();
    const chosen = chooseMapping(event, configuration, typeof mapping === 'string' ? mapping : undefined);
    if ('problem' in chosen) {
      printError(chosen.problem);
      return exitCodes.wrongUse;
    }
    const original = bodyOf(event);
    if (original === undefined) {
      printError(`the body of ${event.id} is no JSON object, so no mapping can read it`);
      return exitCodes.problems;
    }
    const body = pseudonymize(original) as Record<string, Json>;
    const fixture = keepFixture(body, event, configuration.settings.mappingsDir);
    const told =
      chosen.definition === undefined
        ? { note: chosen.note }
        : await draft({
            event,
            body,
            fixture,
            definition: chosen.definition,
            configuration,
            name: typeof name === 'string' ? name : undefined,
          });
    if (json === true) printJson({ fixture: fixture.path, ...told });
    else report(fixture, told);
    return 'failure' in told ? exitCodes.problems : exitCodes.ok;
  },
};

/** The event as its mapping sees it: one element where the sender sends a list. */
function bodyOf({ request: { body, body_encoding, item } }: ApiEvent): JsonObject | undefined {
  const parsed = body_encoding === 'utf8' ? parseJson(body) : undefined;
  const element = item !== null && Array.isArray(parsed) ? (parsed[item] as Json | undefined) : parsed;
  return isJsonObject(element) ? element : undefined;
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    // Kept as a failed event for just this reason.
    return undefined;
  }
}

type Chosen =
  | { readonly definition: MappingDefinition }
  | { readonly definition?: undefined; readonly note: string }
  | { readonly problem: string };

function chooseMapping(event: ApiEvent, configuration: Configuration, wanted: string | undefined): Chosen {
  const { mappings, settings } = configuration;
  const fitting = mappings.definitions.filter((definition) => fits(definition, event));
  const names = fitting.map(({ file }) => file).join(', ');
  if (wanted !== undefined) {
    const [path = wanted] = chooseFiles([wanted], {
      ...{ what: 'mapping', folder: settings.mappingsDir },
      known: mappings.files,
    });
    const definition = fitting.find(({ file }) => file === basename(path));
    const hint = names === '' ? 'no mapping without errors is' : `these are: ${names}`;
    return definition === undefined
      ? { problem: `${wanted} is no mapping for ${event.source} events of type ${plainText(event.type)}; ${hint}` }
      : { definition };
  }
  const [only, ...others] = fitting;
  if (only === undefined) return { note: 'no mapping is for such events yet, so there is no test' };
  return others.length === 0 ? { definition: only } : { problem: `say which with --mapping: ${names}` };
}

function fits(definition: MappingDefinition, { source, type }: ApiEvent): boolean {
  const { mapping } = compileMapping(definition);
  return mapping.source === source && mapping.matches(type);
}

interface Fixture {
  readonly path: string;
  /** As `given:` names it. */
  readonly given: string;
  readonly isNew: boolean;
}

/** Under the next free number; the same body is kept once. */
function keepFixture(body: Json, { source, type }: ApiEvent, mappingsDir: string): Fixture {
  const folder = join(mappingsDir, fixturesFolder);
  mkdirSync(folder, { recursive: true });
  const text = `${JSON.stringify(body, null, 2)}\n`;
  // The sender chose the type: it must name no other folder.
  const stem = `${source}.${type.replaceAll(/[^A-Za-z0-9._-]/g, '-').slice(0, 100)}.`;
  const taken = new Set(readdirSync(folder));
  const same = [...taken].find((name) => name.startsWith(stem) && readFileSync(join(folder, name), 'utf8') === text);
  let number = 1;
  while (taken.has(`${stem}${number}.json`)) number += 1;
  const name = same ?? `${stem}${number}.json`;
  if (same === undefined) writeFileSync(join(folder, name), text, { flag: 'wx' });
  return { path: join(folder, name), given: `${fixturesFolder}/${name}`, isNew: same === undefined };
}

interface DraftWork {
  readonly event: ApiEvent;
  readonly body: Record<string, Json>;
  readonly fixture: Fixture;
  readonly definition: MappingDefinition;
  readonly configuration: Configuration;
  readonly name: string | undefined;
}

type Told =
  | { readonly note: string }
  | { readonly failure: string }
  | { readonly mapping: string; readonly test: MappingTest };

async function draft({ event, body, fixture, definition, configuration, name }: DraftWork): Promise<Told> {
  const { file, content } = definition;
  if (content.tests?.some(({ given }) => given === fixture.given)) return { note: `${file} has a test for it already` };
  const { kind } = event.request;
  const type = kind === null ? {} : { type: kind };
  const run = await runOnBody(configuration, definition, { body, kind });
  const drafted =
    run === undefined
      ? { failure: 'the mapping cannot read it' }
      : draftExpectation(
          run,
          configuration.file.destinations.map(({ destination, name: target, testSettings = destination.sample }) => ({
            name: target,
            destination,
            settings: testSettings,
          })),
        );
  if ('failure' in drafted) return { failure: `${file} fails on it, so there is no test yet: ${drafted.failure}` };
  const sentence = name ?? `${event.type} of ${event.received_at.slice(0, 10)} means what it meant when it was pinned`;
  const test: MappingTest = { name: sentence, given: fixture.given, ...type, expect: drafted.expect };
  const path = join(configuration.settings.mappingsDir, file);
  writeFileSync(path, appendItem(readFileSync(path, 'utf8'), ['tests'], test));
  return { mapping: path, test };
}

function report({ path, isNew }: Fixture, told: Told): void {
  print(`${isNew ? 'wrote' : 'has'} ${path}`);
  if (isNew) print('  personal data has stand-ins; look through it before you share it');
  if ('note' in told) print(told.note);
  if ('failure' in told) printError(told.failure);
  if (!('test' in told)) return;
  print(`added a test to ${told.mapping}: ${plainText(told.test.name)}`);
  print(`  hookstitch test ${basename(told.mapping)}`);
}
