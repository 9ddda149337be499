import type { Problem } from '../../diagnostics/problem.ts';
import { quote } from '../../diagnostics/quote.ts';
import { writeExpression } from '../../yaml/value-hints.ts';
import { functionNames } from '../function-names.ts';
import type { Site } from './sites.ts';

/** What is wrong with a text that is no expression; without an `offset`, with all of it. */
export type TextProblem = Pick<Problem, 'severity' | 'code' | 'message' | 'hint'> & { readonly offset?: number };

export function checkText(site: Site): readonly TextProblem[] {
  const found = hiddenExpression(site) ?? variable(site) ?? otherSyntax(site) ?? plainText(site);
  return found === undefined ? [] : [found];
}

/** An expression whose `=` is not the very first character is sent as it stands. */
function hiddenExpression(site: Site): TextProblem | undefined {
  const [, before, expression] = /^(\s+|[\u2018-\u201f\u00ab\u00bb]\s*)=(?!=)([\s\S]+)/.exec(site.text) ?? [];
  if (before === undefined || expression === undefined) return undefined;
  const isCurly = before.trim() !== '';
  const written = expression.trim().replace(/[\u2018-\u201f\u00ab\u00bb]+$/, '');
  return {
    severity: 'error',
    code: 'mapping/plain-text',
    message: isCurly ? 'quotes of a word processor are part of the text' : 'the = is not the first character',
    hint: isCurly
      ? `write straight quotes, or none:  ${keyOf(site)}: =${written}`
      : `put the = first, before any blank or empty line:  ${keyOf(site)}: =${written}`,
  };
}

const keyOf = ({ path }: Site): string => String(path.findLast((part) => typeof part === 'string') ?? '');

/** `${NAME}` is filled in only in gateway.yaml; in a mapping it would reach the vendor as it stands. */
function variable(site: Site): TextProblem | undefined {
  const [found, name] = /\$\{([A-Za-z_]\w*)[}:]/.exec(site.text) ?? [];
  if (found === undefined || name === undefined) return undefined;
  return {
    severity: 'error',
    code: 'mapping/variable',
    message: '${NAME} works only in gateway.yaml',
    hint: `give the value a name under vars: in gateway.yaml, and write =$vars.name here, as in  ${keyOf(site)}: =$vars.${name.toLowerCase()}`,
  };
}

const otherTools = /\{\{\s*([\s\S]*?)\s*\}\}|\{%\s*([\s\S]*?)\s*%\}|\$\{\s+([\s\S]*?)\s*\}|<%=?\s*([\s\S]*?)\s*%>/;

function otherSyntax(site: Site): TextProblem | undefined {
  const found = otherTools.exec(site.text);
  const inner = found?.slice(1).find((part) => part !== undefined);
  if (found === null || inner === undefined) return undefined;
  const isWhole = found[0].length === site.text.trim().length;
  const example = isWhole ? inner : `"${site.text.slice(0, found.index).trimStart()}" & ${inner}`;
  return {
    severity: 'error',
    code: 'mapping/other-syntax',
    message: `${quote(found[0])} means nothing here and would be sent as it stands`,
    hint: writeExpression(keyOf(site), example),
    ...(!isWhole && { offset: found.index }),
  };
}

/** A path of the body, as every one of them is in Stripe; or of a variable; or a call. */
const pathOfBody = /^(?:data\.(?:object|previous_attributes)|\$\w+|body|event\.data)(?:\.\w+|\[-?\d+\])+$/;
const call = /^\$(\w+)\(.*\)$/s;
/** Who or when it was: the same text at every event makes one user of everybody, or one moment of all. */
const identities = ['anonymous_id', 'created_at', 'email', 'id', 'phone', 'previous_id', 'timestamp', 'amount'];
const fieldName = /^[a-z]\w*(?:\.\w+|\[\d+\])*$/;
const plainFields = ['amount', 'created', 'currency', 'customer', 'email', 'id', 'name', 'phone', 'timestamp'];

function plainText(site: Site): TextProblem | undefined {
  const text = site.text.trim();
  const called = call.exec(text)?.[1];
  const isCall = called !== undefined && functionNames.includes(called);
  if (!pathOfBody.test(text) && !isCall && !isFieldOfIdentity(site, text)) return undefined;
  return {
    severity: 'warning',
    code: 'mapping/plain-text',
    message: `${quote(text)} is plain text: every event gets these words`,
    hint: `if an expression is meant, write  ${keyOf(site)}: =${text}`,
  };
}

function isFieldOfIdentity(site: Site, text: string): boolean {
  if (site.role !== 'text' || !identities.includes(keyOf(site)) || !fieldName.test(text)) return false;
  return plainFields.includes(text) || /[a-z]\.[a-z]|_[a-z]+$/.test(text);
}
