import type { ErrorCode } from 'yaml';
import { type Complaint, type Explanation, type Fault, linesOf, restOfLine } from './fault.ts';
import {
  badStart,
  colonInValue,
  dashAmongKeys,
  keyBeforeBracket,
  keyWithoutValue,
  misalignedLine,
  overIndented,
  unexpectedToken,
  unquotedInBrackets,
} from './line-faults.ts';
import { bracketBeforeKey, duplicateKey, entriesRunTogether, unclosedBracket, unclosedQuote } from './node-faults.ts';
import { quoteIt } from './value-hints.ts';

const explanations: Partial<Record<ErrorCode, (complaint: Complaint) => Explanation | undefined>> = {
  BAD_ALIAS: emptyReference,
  BAD_DQ_ESCAPE: () => ({
    code: 'yaml/bad-dq-escape',
    structural: false,
    hint: `in "…" a backslash starts an escape: write \\\\ for one backslash, or put the text in '…'`,
  }),
  BAD_INDENT: (complaint) =>
    bracketBeforeKey(complaint) ?? unclosedQuote(complaint) ?? unclosedBracket(complaint) ?? misalignedLine(complaint),
  BAD_SCALAR_START: badStart,
  BLOCK_AS_IMPLICIT_KEY: (complaint) =>
    dashAmongKeys(complaint) ?? keyBeforeBracket(complaint) ?? overIndented(complaint) ?? colonInValue(complaint),
  DUPLICATE_KEY: duplicateKey,
  BLOCK_IN_FLOW: (complaint) =>
    bracketBeforeKey(complaint) ?? unquotedInBrackets(complaint) ?? entriesRunTogether(complaint),
  MISSING_CHAR: (complaint) =>
    bracketBeforeKey(complaint) ??
    unclosedQuote(complaint) ??
    keyBeforeBracket(complaint) ??
    unquotedInBrackets(complaint) ??
    entriesRunTogether(complaint) ??
    keyWithoutValue(complaint),
  MULTILINE_IMPLICIT_KEY: (complaint) =>
    bracketBeforeKey(complaint) ??
    unclosedQuote(complaint) ??
    keyBeforeBracket(complaint) ??
    unquotedInBrackets(complaint) ??
    entriesRunTogether(complaint) ??
    keyWithoutValue(complaint),
  MULTIPLE_DOCS: () => ({
    code: 'yaml/multiple-docs',
    message: 'a second document starts here',
    hint: 'one mapping a file: remove the line ---, or move what follows into a file of its own',
  }),
  TAB_AS_INDENT: () => ({
    code: 'yaml/tab-as-indent',
    hint: 'replace the tab with spaces: YAML indents with spaces only',
  }),
  TAG_RESOLVE_FAILED: ({ source, error }) => ({
    code: 'yaml/tag-resolve-failed',
    structural: false,
    message: 'YAML takes a word that starts with ! for a tag',
    hint: quoteIt(source, error.pos[0], 'in an expression, "not" is $not(…); a text that starts with ! goes in quotes'),
  }),
  UNEXPECTED_TOKEN: (complaint) =>
    bracketBeforeKey(complaint) ??
    unclosedQuote(complaint) ??
    keyBeforeBracket(complaint) ??
    unquotedInBrackets(complaint) ??
    unexpectedToken(complaint),
};

/** A `*` or `&` without a name behind it. */
function emptyReference({ source, error }: Complaint): Explanation {
  const sign = source.charAt(error.pos[0]);
  return {
    code: sign === '&' ? 'yaml/anchor' : 'yaml/alias',
    message: `a value cannot start with ${sign}`,
    hint: quoteIt(source, error.pos[0], `a text that starts with ${sign} goes in quotes`),
    repair: restOfLine(source, error.pos[0]),
  };
}

/** What a complaint of the parser means for the person who wrote the file. */
export function syntaxFault(complaint: Complaint): Fault {
  const { error, source } = complaint;
  const explained = explanations[error.code]?.(complaint) ?? { code: 'yaml/syntax', hint: generalHint };
  const offset = explained.offset ?? error.pos[0];
  return { message: error.message, offset, spoils: [linesOf(source, offset)], structural: true, ...explained };
}

const generalHint =
  'compare its indentation and quotes with the lines around; a value with special signs goes in quotes';
