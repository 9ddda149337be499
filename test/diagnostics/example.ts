import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv, promisify } from 'node:util';
import { checkConfiguration } from '../../src/config/check-setup.ts';
import { environmentFrom } from '../../src/config/environment.ts';
import { type Configuration, loadConfiguration } from '../../src/config/load.ts';
import { validate } from '../../src/config/validation.ts';
import type { Example } from '../../src/diagnostics/diagnostic.ts';
import { filesOf } from '../../src/diagnostics/explanation.ts';
import { examine } from '../../src/mapping/examine.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const gateway = `version: 1
sources:
  stripe: { type: stripe, secret: "\${SECRET}" }
destinations:
  segment: { type: segment, write_key: "\${WRITE_KEY}" }
vars: { site: example.com }
`;
const mapping = `version: 1
name: Paid
source: stripe
event:
  name: Paid
  user: { id: =id }
destinations: [segment]
`;

/** The lines of an example in a file that is right otherwise: each key of theirs instead of that of the base. */
function completed(base: string, lines: string): string {
  const keys = new Set([...lines.matchAll(/^(\w+):/gm)].map(([, key]) => key));
  const kept = base.split(/^(?=\w)/m).filter((block) => !keys.has(/^\w+/.exec(block)?.[0]));
  return `${kept.join('')}${lines}\n`;
}

/** The codes of everything that is told of an example's files. */
export async function codesOf(example: Example): Promise<readonly string[]> {
  const files = filesOf(example);
  const environment = { SECRET: 'whsec_0123456789', ...parseEnv(files['.env'] ?? 'WRITE_KEY=q1w2e3') };
  const root = await temporaryFolder({
    'shared/paid.yaml': mapping,
    'mappings/fixtures/paid.json': '{"id":"evt_1","type":"invoice.paid"}',
  });
  const folder = join(root, 'mappings');
  await writeFile(join(folder, 'gateway.yaml'), completed(gateway, files['gateway.yaml'] ?? ''));
  if (files.shell === undefined) await writeFile(join(folder, 'paid.yaml'), completed(mapping, files[''] ?? ''));
  else await promisify(execFile)('sh', ['-c', files.shell], { cwd: root });
  const configuration = await loadConfiguration(environmentFrom({ ...environment, MAPPINGS_DIR: folder }));
  return [...validate(configuration).problems, ...(await testProblems(configuration))].map(({ code }) => code);
}

/** What a running gateway would say of the mappings' own tests. */
async function testProblems(configuration: Configuration) {
  const files = configuration.mappings.definitions.map((definition) => {
    const { file } = definition;
    return { file, shown: file, definition, problems: [], testsAt: [] };
  });
  const findings = await examine(files, () => checkConfiguration(configuration, () => true));
  return findings.flatMap((finding) => ('problems' in finding ? finding.problems : []));
}
