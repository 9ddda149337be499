import { checkMappings, type TestResult } from '../mapping/check.ts';
import { dateFromMs } from '../model/clock.ts';
import type { SourceEvent } from '../model/event.ts';
import type { Json } from '../model/json.ts';
import type { ConfiguredSource } from '../sources/source.ts';
import type { Configuration } from './load.ts';

/** Runs the mappings' own tests under a configuration, with sample settings in place of everybody's own. */
export function checkConfiguration(
  { file, mappings, settings }: Configuration,
  concerns: (file: string) => boolean,
): Promise<readonly TestResult[]> {
  return checkMappings({
    folder: settings.mappingsDir,
    definitions: mappings.definitions.filter((definition) => concerns(definition.file)),
    vars: file.vars,
    destinations: file.destinations.map(({ name, destination }) => ({
      name,
      destination,
      settings: destination.sample,
    })),
    describe: (name, body, kind) =>
      describeBody(
        file.sources.find((source) => source.name === name),
        body,
        kind,
      ),
  });
}

const longAgo = dateFromMs(0);

/** The event in a body that a test gives; where the source sends lists, one element of its list. */
function describeBody(
  configured: ConfiguredSource | undefined,
  body: Json,
  kind: string | null,
): SourceEvent | undefined {
  const request = {
    method: 'POST',
    url: '',
    kind,
    headers: {},
    body: Buffer.from(JSON.stringify(body)),
    receivedAt: longAgo,
  };
  const parse = (value: Json): SourceEvent | undefined => {
    const parsed = configured?.source.parse(value, request);
    return parsed !== undefined && 'events' in parsed
      ? parsed.events.find(({ unusable }) => unusable === undefined)
      : undefined;
  };
  const element = parse([body]);
  return element?.item === 0 ? element : parse(body);
}
