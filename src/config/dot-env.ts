import { parseEnv } from 'node:util';
import { z } from 'zod';
import { destinationNamed } from '../destinations/index.ts';
import { isJsonObject, type Json } from '../model/json.ts';
import { sourceNamed } from '../sources/index.ts';
import { parseYaml } from '../yaml/document.ts';
import { environmentVariables } from './environment.ts';
import { interpolate, variablesIn } from './interpolate.ts';

/** A variable that a gateway.yaml names, and what for. */
export interface NamedVariable {
  readonly name: string;
  /** The source or destination it is a setting of. */
  readonly of: string;
  readonly description: string;
  /** Without it the source or destination is off. */
  readonly isNeeded: boolean;
}

const gatewayVariables = ['PUBLIC_URL'];
const nothingSet = { get: () => undefined };

/** The variables of a gateway.yaml in its order, then those of the gateway itself that most people set. */
export function variablesToSet(gatewayText: string): readonly NamedVariable[] {
  const parsed = parseYaml('gateway.yaml', gatewayText);
  const file = parsed.ok && isJsonObject(parsed.yaml.value) ? parsed.yaml.value : {};
  const settings = [
    ...entries(file.sources, (type) => ({ settings: sourceNamed(type)?.settings, required: ['secret'] })),
    ...entries(file.destinations, (type) => destinationNamed(type) ?? { settings: undefined, required: [] }),
  ];
  const own = environmentVariables.filter(({ name }) => gatewayVariables.includes(name));
  return [
    ...settings,
    ...own.map(({ name, description }) => ({ name, of: 'the gateway', description, isNeeded: false })),
  ];
}

interface Configurable {
  readonly settings: z.ZodType | undefined;
  readonly required: readonly string[];
}

function entries(block: Json | undefined, typed: (type: string) => Configurable): readonly NamedVariable[] {
  if (!isJsonObject(block)) return [];
  return Object.entries(block).flatMap(([of, settings]) => {
    if (!isJsonObject(settings)) return [];
    const { settings: schema, required } = typed(String(settings.type));
    const descriptions = descriptionsIn(schema);
    return Object.entries(settings).flatMap(([key, value]) =>
      variablesIn(String(value)).map((name) => ({
        name,
        of,
        description: descriptions[key] ?? key,
        isNeeded: required.includes(key) && interpolate(value ?? null, nothingSet).value === '',
      })),
    );
  });
}

function descriptionsIn(schema: z.ZodType | undefined): Readonly<Record<string, string>> {
  if (schema === undefined) return {};
  const { properties } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return Object.fromEntries(
    Object.entries(properties ?? {}).flatMap(([key, property]) =>
      typeof property === 'object' && property.description !== undefined ? [[key, property.description]] : [],
    ),
  );
}

/** The text of a `.env` with all of these that `existing` does not have yet, behind what it says already. */
export function dotEnv(
  variables: readonly NamedVariable[],
  values: Readonly<Record<string, string>>,
  existing = '',
): string {
  const known = parseEnv(existing);
  const missing = variables.filter(({ name }) => known[name] === undefined);
  const groups = [...Map.groupBy(missing, ({ of }) => of)].map(([of, own]) =>
    [
      `# ${of}`,
      ...own.flatMap(({ name, description }) => [`# ${description}`, `${name}=${quoted(values[name] ?? '')}`]),
    ].join('\n'),
  );
  if (groups.length === 0) return existing;
  const head =
    existing === '' ? 'Secrets: keep this file to yourself and out of version control.' : 'Added by hookstitch init.';
  const before = existing === '' ? '' : `${existing.trimEnd()}\n\n`;
  return `${before}# ${head}\n\n${groups.join('\n\n')}\n`;
}

/** As Node's own parser reads it back: quotes of a kind that is not in the value; between double ones \n is a break. */
function quoted(value: string): string {
  if (/^[\w./:@,+=-]*$/.test(value)) return value;
  const quote = ["'", '`', '"'].find((mark) => !value.includes(mark)) ?? "'";
  return `${quote}${value}${quote}`;
}
