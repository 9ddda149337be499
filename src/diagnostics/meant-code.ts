import { diagnosticCodes } from './catalogue.ts';
import { closest } from './closest.ts';

/** A shorter beginning is one of too many codes. */
const beginningMin = 4;

/** The codes that a misspelt one most likely means: with or without its group, or only the beginning of it. */
export function codesMeant(typed: string): readonly string[] {
  const codesWith = (name: string): readonly string[] => diagnosticCodes.filter((code) => nameOf(code) === name);
  const whole = codesWith(nameOf(typed));
  if (whole.length > 0) return whole;
  const code = closest(typed, diagnosticCodes);
  if (code !== undefined) return [code];
  const name = closest(nameOf(typed), diagnosticCodes.map(nameOf));
  return name === undefined ? codesBeginning(typed) : codesWith(name);
}

const nameOf = (code: string): string => code.slice(code.indexOf('/') + 1);

function codesBeginning(typed: string): readonly string[] {
  if (nameOf(typed).length < beginningMin) return [];
  const ofCode = (code: string): string => (typed.includes('/') ? code : nameOf(code)).slice(0, typed.length);
  const beginning = closest(typed, diagnosticCodes.map(ofCode));
  return beginning === undefined ? [] : diagnosticCodes.filter((code) => ofCode(code) === beginning);
}
