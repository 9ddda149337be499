import { suggest } from '../../diagnostics/closest.ts';
import type { Problem } from '../../diagnostics/problem.ts';
import { quote } from '../../diagnostics/quote.ts';
import { canonicalTypes } from '../../model/canonical-event.ts';
import { isJsonObject, type JsonObject } from '../../model/json.ts';
import type { YamlFile } from '../../yaml/document.ts';
import type { Path } from '../../yaml/node-offsets.ts';

/** Values that are known before any event is, and cannot be meant. */
export function literalProblems(yaml: YamlFile): readonly Problem[] {
  if (!isJsonObject(yaml.value)) return [];
  return [...canonicalTypeProblems(yaml, yaml.value), ...falseConditions(yaml, yaml.value)];
}

function canonicalTypeProblems(yaml: YamlFile, { event }: JsonObject): Problem[] {
  const type = isJsonObject(event) ? event.type : undefined;
  if (typeof type !== 'string') return [];
  const [, quoted] = /^=\s*["'](\w*)["']\s*$/.exec(type) ?? [];
  const literal = type.startsWith('=') ? quoted : type;
  if (literal === undefined || canonicalTypes.some((known) => known === literal)) return [];
  return [
    {
      severity: 'error',
      code: 'mapping/invalid-value',
      message: `event.type: ${quote(literal)} is no kind of event`,
      at: yaml.positionOf(['event', 'type']),
      hint: suggest(literal, canonicalTypes, { what: 'possible values', otherwise: '' }),
    },
  ];
}

function falseConditions(yaml: YamlFile, { when, destinations }: JsonObject): Problem[] {
  const entries = isJsonObject(destinations) ? Object.entries(destinations) : [];
  const paths: Path[] = [
    ...(when === false ? [['when']] : []),
    ...entries.flatMap(([name, value]) =>
      isJsonObject(value) && value.when === false ? [['destinations', name, 'when']] : [],
    ),
  ];
  return paths.map((path) => ({
    severity: 'warning',
    code: 'expr/never-true',
    message: 'is never true',
    at: yaml.positionOf(path),
    hint:
      path.length === 1
        ? 'to switch the mapping off, write enabled: false'
        : 'to send nothing there, remove the destination',
  }));
}
