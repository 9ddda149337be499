import { isScalar, parseDocument, visit } from 'yaml';
import { environmentVariables } from '../../src/config/environment.ts';
import { readProjectFile } from './project-files.ts';

/** The variables the gateway itself reads. */
export const gatewayVariables: readonly string[] = environmentVariables.map(({ name }) => name);

/** The variables that the shipped mappings/gateway.yaml asks for. */
export function namedInGatewayFile(): readonly string[] {
  const names = new Set<string>();
  visit(parseDocument(readProjectFile('mappings/gateway.yaml')), (_key, node) => {
    if (!isScalar(node) || typeof node.value !== 'string') return;
    for (const [, name] of node.value.matchAll(/\$\{([A-Z0-9_]+)/g)) if (name !== undefined) names.add(name);
  });
  return [...names];
}

/** The variables that Docker Compose reads: its own, and those that docker-compose.yml asks for. */
export function namedInCompose(): readonly string[] {
  const asked = readProjectFile('docker-compose.yml').matchAll(/\$\{([A-Z][A-Z0-9_]*)/g);
  return ['COMPOSE_PROFILES', ...[...asked].flatMap(([, name]) => name ?? [])];
}

/** The variables of .env.example, those in comments included. */
export function namedInExample(): readonly string[] {
  return [...readProjectFile('.env.example').matchAll(/^(?:# )?([A-Z][A-Z0-9_]*)=/gm)].flatMap(
    ([, name]) => name ?? [],
  );
}
