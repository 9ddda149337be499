import { type Document, visit } from 'yaml';
import { quote } from '../diagnostics/quote.ts';

export interface NumberWarning {
  readonly offset: number;
  readonly message: string;
  readonly hint: string;
}

/**
 * Digits that are no longer what was typed once they are a number: `007`, `+15551234567`, `0x1F`, ids beyond what a
 * number can hold. (YAML 1.2 core, chapter 10.3.2.)
 */
export function numberWarnings(document: Document): readonly NumberWarning[] {
  const found: NumberWarning[] = [];
  visit(document, {
    Scalar: (role, { value, type, source, range }) => {
      if (role === 'key' || type !== 'PLAIN' || typeof value !== 'number' || source === undefined) return;
      const isChanged = /^[-+]?0[\dxo]|^\+/.test(source) || !(Number.isSafeInteger(value) || !/^-?\d+$/.test(source));
      if (!isChanged) return;
      found.push({
        offset: range?.[0] ?? 0,
        message: `YAML reads ${quote(source)} as the number ${value}`,
        hint: `if it is an id, a code or a phone number, put it in quotes: "${source}"`,
      });
    },
  });
  return found;
}
