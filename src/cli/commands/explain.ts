import { diagnosticCodes, explanationOf, isDiagnosticCode } from '../../diagnostics/catalogue.ts';
import { codeList, explanation, explanationPage } from '../../diagnostics/explanation.ts';
import { codesMeant } from '../../diagnostics/meant-code.ts';
import { exitCodes, type Verb } from '../command.ts';
import { plainText, print, printError, printJson } from '../output.ts';

/** `hookstitch explain <code>`: what a code of `validate` means, with an example; without a code, all of them. */
export const explainCommand: Verb = {
  usage: 'explain [code]',
  description: 'what a code means, such as expr/unknown-name; without one, all codes',
  configure: (command) =>
    command.option('--json', 'machine-readable output').option('--markdown', 'all codes as a page of documentation'),
  run: async ([code], { json, markdown }) => {
    if (markdown === true) {
      print(explanationPage().trimEnd());
      return exitCodes.ok;
    }
    if (code === undefined) {
      if (json === true) printJson(diagnosticCodes.map(entryOf));
      else print(codeList());
      return exitCodes.ok;
    }
    const typed = String(code);
    if (!isDiagnosticCode(typed)) {
      const meant = codesMeant(typed);
      const hint = meant.length === 0 ? 'hookstitch explain lists all' : `did you mean ${meant.join(' or ')}?`;
      printError(`no code called ${plainText(typed)}; ${hint}`);
      return exitCodes.wrongUse;
    }
    if (json === true) printJson(entryOf(typed));
    else print(explanation(typed));
    return exitCodes.ok;
  },
};

const entryOf = (code: (typeof diagnosticCodes)[number]): object => ({ code, ...explanationOf(code) });
