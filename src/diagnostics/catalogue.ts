import { configCodes } from './catalogue/config-codes.ts';
import { expressionCodes } from './catalogue/expression-codes.ts';
import { mappingCodes } from './catalogue/mapping-codes.ts';
import { yamlCodes } from './catalogue/yaml-codes.ts';
import type { Diagnostic } from './diagnostic.ts';

/** Every code that a problem in a file can have; stable, so that people can search for them. */
const catalogue = { ...yamlCodes, ...mappingCodes, ...expressionCodes, ...configCodes };

export type DiagnosticCode = keyof typeof catalogue;
export type ExpressionCode = keyof typeof expressionCodes;

export const diagnosticCodes = Object.keys(catalogue) as readonly DiagnosticCode[];

export const explanationOf = (code: DiagnosticCode): Diagnostic => catalogue[code];

export const isDiagnosticCode = (text: string): text is DiagnosticCode => Object.hasOwn(catalogue, text);
