import { parseEnv } from 'node:util';
import { environmentFrom } from '../../src/config/environment.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { type Validation, validate } from '../../src/config/validation.ts';
import { projectFolder, readProjectFile } from '../support/project-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/**
 * A mistake in one of the good files of test/fixtures/faults/base, and what has to be said of it:
 *
 *     error invoice.yaml:6:13 expr/javascript
 *     hint one =
 *     change invoice.yaml
 *     -when: =data.object.amount_paid > 0
 *     +when: =type == "invoice.paid"
 */
export interface Fault {
  readonly name: string;
  readonly severity: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly code: string;
  /** Part of what is said. */
  readonly hint: string;
  readonly change: { readonly file: string; readonly from: string; readonly to: string };
}

const folder = 'test/fixtures/faults';

export const baseFiles: Readonly<Record<string, string>> = Object.fromEntries(
  ['gateway.yaml', 'invoice.yaml', 'call.yaml', 'fixtures/invoice.paid.json', 'environment'].map((name) => [
    name,
    readProjectFile(`${folder}/base/${name}`),
  ]),
);

export const faults: readonly Fault[] = projectFolder(folder)
  .filter((name) => name.endsWith('.fault'))
  .map((name) => parseFault(name.replace('.fault', ''), readProjectFile(`${folder}/${name}`)));

function parseFault(name: string, text: string): Fault {
  const [head = '', hint = '', change = '', ...lines] = text.trimEnd().split('\n');
  const [, severity = '', file = '', line, column, code = ''] = /^(\w+) (\S+):(\d+):(\d+) (\S+)$/.exec(head) ?? [];
  const side = (sign: string): string =>
    lines.flatMap((each) => (each.startsWith(sign) ? [`${each.slice(1)}\n`] : [])).join('');
  return {
    name,
    severity,
    file,
    line: Number(line),
    column: Number(column),
    code,
    hint: hint.replace('hint ', ''),
    change: { file: change.replace('change ', ''), from: side('-'), to: side('+') },
  };
}

/** The base with one mistake in it; the change has to apply in one place, and only there. */
export function filesWith({ name, change: { file, from, to } }: Fault): Readonly<Record<string, string>> {
  const parts = (baseFiles[file] ?? '').split(from);
  if (parts.length !== 2) throw new Error(`${name}: the change fits ${parts.length - 1} places of ${file}`);
  return { ...baseFiles, [file]: parts.join(to) };
}

/** What `hookstitch validate --format json` says of a folder with these files; `environment` is read as a .env. */
export async function validated(files: Readonly<Record<string, string>>): Promise<Validation> {
  const { environment = '', ...mappings } = files;
  const path = await temporaryFolder(mappings);
  return validate(await loadConfiguration(environmentFrom({ ...parseEnv(environment), MAPPINGS_DIR: path })));
}
