import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ApiEvent } from '../../api-shapes/stored.ts';
import { type Configuration, loadConfiguration } from '../../config/load.ts';
import {
  type Drafted,
  type DraftWork,
  draftTest,
  type EventToPin,
  type Fixture,
  keepFixture,
} from '../../config/pinned-event.ts';
import { compileMapping, type MappingDefinition } from '../../mapping/compile.ts';
import type { MappingTest } from '../../mapping/schema.ts';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { appendItem } from '../../yaml/edit.ts';
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
    const pinned = pinnable(event, original);
    const fixture = await keepFixture(pinned, configuration.settings.mappingsDir);
    const { definition } = chosen;
    const told: Told =
      definition === undefined
        ? { note: chosen.note }
        : await addTest({
            ...{ event: pinned, fixture, definition, configuration },
            name: typeof name === 'string' ? name : undefined,
          });
    if (json === true) printJson({ fixture: fixture.path, ...told });
    else report(fixture, told);
    return 'failure' in told ? exitCodes.problems : exitCodes.ok;
  },
};

const pinnable = ({ source, type, received_at, request }: ApiEvent, body: JsonObject): EventToPin => ({
  ...{ source, type, body, kind: request.kind, receivedAt: received_at },
});

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

interface PinnedWork extends Omit<DraftWork, 'configuration'> {
  readonly configuration: Configuration;
}

type Told = Exclude<Drafted, { readonly test: MappingTest }> | { readonly mapping: string; readonly test: MappingTest };

async function addTest(work: PinnedWork): Promise<Told> {
  const drafted = await draftTest(work);
  if (!('test' in drafted)) return drafted;
  const path = join(work.configuration.settings.mappingsDir, work.definition.file);
  await writeFile(path, appendItem(await readFile(path, 'utf8'), ['tests'], drafted.test));
  return { mapping: path, test: drafted.test };
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
