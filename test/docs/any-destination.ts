import { isJsonObject, type JsonObject } from '../../src/model/json.ts';
import { parseYaml } from '../../src/yaml/document.ts';
import { readProjectFile } from '../support/project-files.ts';

/** The gateway.yaml texts of docs/any-destination.md, as they are printed. */
export const printedGateways: readonly string[] = [
  ...readProjectFile('docs/any-destination.md').matchAll(/```yaml\n(version: 1\n[\s\S]*?)```/g),
].map(([, text = '']) => text);

/** The destination of this name, with its variables filled in and sent to a stand-in. */
export function printedDestination(name: string, url: string, variables: Readonly<Record<string, string>>): JsonObject {
  const text = printedGateways.find((gateway) => gateway.includes(`\n  ${name}:\n`)) ?? '';
  const filled = text.replaceAll(/\$\{(\w+)\}/g, (_, variable: string) => variables[variable] ?? '');
  const parsed = parseYaml('docs/any-destination.md', filled);
  const file = parsed.ok && isJsonObject(parsed.yaml.value) ? parsed.yaml.value : {};
  const destination = isJsonObject(file.destinations) ? file.destinations[name] : undefined;
  return { ...(isJsonObject(destination) ? destination : {}), url, allow_private_address: true };
}
