import { lstat, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CheckSetup, testTime } from '../mapping/check.ts';
import type { MappingDefinition } from '../mapping/compile.ts';
import { draftExpectation } from '../mapping/draft-test.ts';
import { fixturesFolder, readText } from '../mapping/folder.ts';
import { pseudonymize } from '../mapping/pseudonymize/pseudonymize.ts';
import type { MappingTest } from '../mapping/schema.ts';
import { GatewayError } from '../model/error.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { eventInBody } from '../sources/event-in-body.ts';
import { runOnBody } from './check-setup.ts';
import type { Configuration } from './load.ts';

/** An event as somebody keeps it for the tests of a mapping. */
export interface EventToPin {
  readonly source: string;
  readonly type: string;
  readonly kind: string | null;
  readonly receivedAt: string;
  /** As its mapping sees it. */
  readonly body: JsonObject;
}

/** A body without personal data among the fixtures. */
export interface Fixture {
  readonly path: string;
  /** As `given:` names it. */
  readonly given: string;
  readonly isNew: boolean;
  readonly body: Readonly<Record<string, Json>>;
}

/** Under the next free number; the same body is kept once. Throws EDITING_OFF where that cannot be. */
export async function keepFixture({ source, type, body: original }: EventToPin, mappingsDir: string): Promise<Fixture> {
  const body = pseudonymize(original) as Record<string, Json>;
  const text = `${JSON.stringify(body, null, 2)}\n`;
  const folder = join(mappingsDir, fixturesFolder);
  const taken = await namesIn(folder);
  // The sender chose the type: it must name no other folder.
  const stem = `${source}.${type.replaceAll(/[^A-Za-z0-9._-]/g, '-').slice(0, 100)}.`;
  const same = await nameOfSame(text, { folder, names: taken.filter((name) => name.startsWith(stem)) });
  let number = 1;
  while (taken.includes(`${stem}${number}.json`)) number += 1;
  const name = same ?? `${stem}${number}.json`;
  const path = join(folder, name);
  if (same === undefined) await writeFile(path, text, { flag: 'wx' }).catch((error: unknown) => cannot(path, error));
  return { path, given: `${fixturesFolder}/${name}`, isNew: same === undefined, body };
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    await mkdir(folder, { recursive: true });
    // What lies behind a link is somebody else's.
    if (!(await lstat(folder)).isDirectory()) return cannot(folder, undefined);
    return await readdir(folder);
  } catch (error) {
    return cannot(folder, error);
  }
}

function cannot(path: string, cause: unknown): never {
  if (cause instanceof GatewayError) throw cause;
  throw new GatewayError('EDITING_OFF', `${path} cannot be written`, { cause });
}

interface Candidates {
  readonly folder: string;
  readonly names: readonly string[];
}

async function nameOfSame(text: string, { folder, names }: Candidates): Promise<string | undefined> {
  for (const name of names) {
    const read = await readText(join(folder, name), Buffer.byteLength(text));
    if ('text' in read && read.text === text) return name;
  }
  return undefined;
}

/** A test of what a mapping makes of the fixture today, or why there is none. */
export type Drafted = { readonly note: string } | { readonly failure: string } | { readonly test: MappingTest };

export interface DraftWork {
  readonly event: EventToPin;
  readonly fixture: Fixture;
  readonly definition: MappingDefinition;
  readonly configuration: Pick<Configuration, 'file' | 'settings'>;
  /** What the test shows, as a sentence. */
  readonly name: string | undefined;
}

export async function draftTest(
  { event, fixture, definition, configuration, name }: DraftWork,
  how: Pick<CheckSetup, 'evaluator'> = {},
): Promise<Drafted> {
  const { file, content } = definition;
  if (content.tests?.some(({ given }) => given === fixture.given)) return { note: `${file} has a test for it already` };
  const kind = typeToSay(event, fixture.body, configuration);
  const run = await runOnBody(configuration, definition, { body: fixture.body, kind, ...how });
  const destinations = configuration.file.destinations.map(
    ({ destination, name: target, testSettings = destination.sample }) => ({
      ...{ name: target, destination, settings: testSettings },
    }),
  );
  const drafted = run === undefined ? { failure: 'the mapping cannot read it' } : draftExpectation(run, destinations);
  if ('failure' in drafted) return { failure: `${file} fails on it, so there is no test yet: ${drafted.failure}` };
  const sentence = name ?? `${event.type} of ${event.receivedAt.slice(0, 10)} means what it meant when it was pinned`;
  const type = kind === null ? {} : { type: kind };
  return { test: { name: sentence, given: fixture.given, ...type, expect: drafted.expect } };
}

/** What the test has to say, because its body alone does not: the URL told the type, or a header did. */
function typeToSay(
  { source, type, kind }: EventToPin,
  body: Fixture['body'],
  { file }: DraftWork['configuration'],
): string | null {
  if (kind !== null) return kind;
  const configured = file.sources.find(({ name }) => name === source);
  const told = configured && eventInBody(configured.source, body, { kind: null, receivedAt: testTime });
  return told?.type === type ? null : type;
}
