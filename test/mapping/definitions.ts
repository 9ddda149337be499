import type { Problem } from '../../src/diagnostics/problem.ts';
import { type CompiledMapping, compileMapping, type MappingDefinition } from '../../src/mapping/compile.ts';
import type { EvaluationInput } from '../../src/mapping/evaluation.ts';
import { readMapping } from '../../src/mapping/load.ts';
import type { ClaimedEvent } from '../../src/model/event.ts';
import type { Json } from '../../src/model/json.ts';
import { problemLine } from '../support/problem-line.ts';

const known = {
  sources: ['shop', 'stripe', 'crm'],
  sourceTypes: { crm: 'hubspot' },
  destinations: ['console', 'usermaven', 'segment', 'umami', 'vemetric'],
};

/** What every mapping of these tests starts with; tests say only what they are about. */
const head = 'version: 1\nname: A test\nsource: shop\n';

export const problemsIn = (text: string): readonly Problem[] =>
  readMapping({ name: 'a.yaml', shown: 'a.yaml' }, head + text, known).problems;

/** As people see them; the first three lines of a file are its head. */
export const complaintsAbout = (text: string): readonly string[] => problemsIn(text).map(problemLine);

export function definitionOf(text: string, name = 'a.yaml'): MappingDefinition {
  const { definition, problems } = readMapping({ name, shown: name }, head + text, known);
  if (definition === undefined) throw new Error(problems.map(problemLine).join('\n'));
  return definition;
}

export const mappingOf = (text: string, name?: string): CompiledMapping =>
  compileMapping(definitionOf(text, name)).mapping;

const receivedAt = new Date('2026-03-01T10:00:00.000Z');
export const occurredAt = new Date('2026-02-28T23:59:59.500Z');

export const inputOf = (body: Json, changes: Partial<EvaluationInput> = {}): EvaluationInput => ({
  id: 'evt_1',
  source: 'shop',
  type: 'order.paid',
  kind: null,
  externalId: 'ext_1',
  occurredAt,
  receivedAt,
  headers: {},
  url: '/in/shop',
  body,
  ...changes,
});

export const claimedEvent = (number: number, body: Json, changes: Partial<ClaimedEvent> = {}): ClaimedEvent => ({
  id: `evt_${number}`,
  claimedBy: 'wrk_1',
  tries: 1,
  source: 'shop',
  type: 'order.paid',
  externalId: `ext_${number}`,
  occurredAt,
  receivedAt,
  inLineSince: receivedAt,
  kind: null,
  url: '/in/shop',
  headers: {},
  bodyText: JSON.stringify(body),
  item: null,
  ...changes,
});
