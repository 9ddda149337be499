import { describe, expect, it } from 'vitest';
import { destinations } from '../src/destinations/index.ts';
import { faults } from '../src/model/error.ts';
import { sources } from '../src/sources/index.ts';
import { gatewayVariables, namedInCompose, namedInExample, namedInGatewayFile } from './support/known-variables.ts';
import {
  linesMatching,
  type ProjectFile,
  projectFiles,
  projectFolder,
  readProjectFile,
  withoutComments,
} from './support/project-files.ts';

const everything = projectFiles();
const typescript = (files: readonly ProjectFile[]): readonly ProjectFile[] =>
  files.filter(({ path }) => /\.tsx?$/.test(path));
const source = typescript(projectFiles('src'));
const tests = typescript(projectFiles('test')).filter(({ path }) => path !== 'test/architecture.test.ts');
const code = source.map(({ path, text }) => ({ path, text: withoutComments(text) }));

const sorted = (names: Iterable<string>): readonly string[] => [...names].toSorted();

describe('one place for each thing', () => {
  it.each([
    // The console shares no code with the gateway, so it asks its own clock.
    {
      what: 'asks what time it is',
      pattern: /\bnew Date\b|\bDate\.now\b/,
      home: 'src/model/clock.ts',
      and: 'src/console/clock.ts',
    },
    {
      what: 'reads the environment',
      pattern: /\bprocess\.env\b|from 'node:process'/,
      home: 'src/config/environment.ts',
    },
    { what: 'writes to the console', pattern: /\bconsole\.\w+\(|\bprocess\.std(out|err)\b/, home: 'src/cli/' },
    { what: 'ends the process', pattern: /\bprocess\.(exit|exitCode|abort)\b/, home: 'src/cli/' },
  ])('only $home $what', ({ pattern, home, and }: { pattern: RegExp; home: string; and?: string }) => {
    const elsewhere = code.filter(({ path }) => !path.startsWith(home) && path !== and);
    expect(linesMatching(elsewhere, pattern)).toEqual([]);
  });

  it('code that decides draws no lots, sets no timers and calls nobody', () => {
    const acting = ['src/delivery/send.ts', 'src/delivery/transport/', 'src/mapping/evaluator/'];
    const deciding = code.filter(
      ({ path }) =>
        /^src\/(sources|destinations|mapping|delivery)\//.test(path) && !acting.some((place) => path.startsWith(place)),
    );
    const pattern = /\bMath\.random\b|\brandom(Bytes|Int|UUID)\b|\bset(Timeout|Interval|Immediate)\b|\bfetch\(/;
    expect(linesMatching(deciding, pattern)).toEqual([]);
  });
});

describe('the code', () => {
  it('throws GatewayError where an operator must act, and never a plain Error', () => {
    expect(linesMatching(code, /\bthrow new (Type|Range|Syntax)?Error\b/)).toEqual([]);
  });

  it('keeps every file short enough to read at once', () => {
    const limit = (path: string): number => (path.startsWith('src/store/') ? 400 : 300);
    const sizes = source.map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }));
    expect(sizes.filter(({ path, lines }) => lines > limit(path))).toEqual([]);
  });

  it('names every file after a concept', () => {
    const vague =
      /(^|[/.-])(utils?|helpers?|common|lib|misc|shared|services?|managers?|(?<!event-)types)(\.tsx?$|\/|-|\.)/;
    expect(source.map(({ path }) => path).filter((path) => vague.test(path))).toEqual([]);
  });

  it('silences no tool without saying why', () => {
    const silent = /@ts-(ignore|nocheck)|eslint-disable|@ts-expect-error\s*$|biome-ignore(?![^:]*:\s*\S)/;
    expect(linesMatching([...source, ...tests], silent)).toEqual([]);
  });
});

describe('the tests', () => {
  it('all run: none is skipped, focused or left for later, but with a browser or a server that cannot be had', () => {
    const held = /\b(it|test|describe)\.(skip|only|todo|fails|skipIf|runIf)\b|\bx(it|describe)\(|\bcontext\.skip\(/;
    const mayBeMissing = ['test/support/browser.ts', 'test/support/postgres/databases.ts'];
    const elsewhere = tests.filter(({ path }) => !mayBeMissing.includes(path));
    expect(linesMatching(elsewhere, held)).toEqual([]);
  });

  it('replace no module of ours by a double', () => {
    expect(linesMatching(tests, /\bvi\.(mock|doMock|hoisted|spyOn)\b/)).toEqual([]);
  });

  it('state what is, not what should be', () => {
    expect(linesMatching(tests, /\b(it|test)(\.each\(.*\))?\(['"`]should\b/)).toEqual([]);
  });
});

describe('the registries', () => {
  const definedIn = (folder: string, definer: string): readonly string[] =>
    source
      .filter(({ path, text }) => path.startsWith(`src/${folder}/`) && new RegExp(`= ${definer}[(<]`).test(text))
      .map(({ path }) => path.slice(`src/${folder}/`.length, -'.ts'.length))
      .filter((name) => name !== definer.replace('define', '').toLowerCase());

  it.each([
    { folder: 'sources', definer: 'defineSource', registry: sources },
    { folder: 'destinations', definer: 'defineDestination', registry: destinations },
  ])('list each file of src/$folder that defines one, under its own name', ({ folder, definer, registry }) => {
    expect(sorted(Object.keys(registry))).toEqual(sorted(definedIn(folder, definer)));
    expect(Object.values(registry).map(({ name }) => name)).toEqual(Object.keys(registry));
  });
});

describe('the documentation', () => {
  it('explains every fault with its status, and no other, in docs/errors.md', () => {
    const explained = readProjectFile('docs/errors.md').matchAll(/^### ([A-Z_]+) \((\d{3})\)$/gm);
    const thrown = Object.entries(faults).map(([code, { status }]) => `${code} ${status}`);
    expect(sorted(Array.from(explained, ([, code, status]) => `${code} ${status}`))).toEqual(sorted(thrown));
  });

  it('names every variable that is read, and no other, in .env.example', () => {
    const read = new Set([...gatewayVariables, ...namedInGatewayFile(), ...namedInCompose()]);
    expect(sorted(new Set(namedInExample()))).toEqual(sorted(read));
  });

  it('lists every log line, and no other, in docs/operations.md', () => {
    const written = readProjectFile('src/log.ts').matchAll(/^ {2}'([a-z]+\.[a-z]+)': '[a-z]+',$/gm);
    const section =
      readProjectFile('docs/operations.md')
        .split('\n## ')
        .find((part) => part.startsWith('Log\n')) ?? '';
    const listed = section.matchAll(/`([a-z]+\.[a-z]+)`/g);
    expect(sorted(Array.from(listed, ([, line]) => `${line}`))).toEqual(
      sorted(Array.from(written, ([, line]) => `${line}`)),
    );
  });

  it('describes every variable that is read in docs/operations.md', () => {
    const described = readProjectFile('docs/operations.md');
    const read = [...gatewayVariables, ...namedInGatewayFile()];
    expect(read.filter((name) => !described.includes(`\`${name}\``))).toEqual([]);
  });

  it('has a row for every folder of src in docs/architecture.md and in the import rules', () => {
    const parts = projectFolder('src').filter((name) => name !== 'index.ts');
    const described = readProjectFile('docs/architecture.md');
    const rules = readProjectFile('.dependency-cruiser.cjs');
    expect(parts.filter((name) => !described.includes(`| \`${name}\` |`))).toEqual([]);
    // The CLI may import everything; a rule of its own keeps others from importing it.
    const ruled = parts.filter((name) => name !== 'cli');
    expect(ruled.filter((name) => !new RegExp(`^ {2}'?${name}'?: \\[`, 'm').test(rules))).toEqual([]);
  });

  it('tells people every command that CI runs', () => {
    const commands = readProjectFile('.ci/run')
      .split('\n')
      .filter((line) => line.startsWith('npm '));
    const told = readProjectFile('README.md');
    expect(commands).not.toEqual([]);
    expect(commands.filter((command) => !told.includes(command))).toEqual([]);
  });
});

describe('the repository', () => {
  it('installs the same packages everywhere: the lockfile names versions and no addresses', () => {
    expect(
      linesMatching([{ path: 'package-lock.json', text: readProjectFile('package-lock.json') }], /"resolved"/),
    ).toEqual([]);
  });

  it("names no folder of anyone's machine and no package registry", () => {
    const local = /(^|[\s"'`(=:])\/(work|root|home|Users)\/|https?:\/\/[\w.-]*(registry|verdaccio|artifactory|nexus)\b/;
    const others = everything.filter(({ path }) => path !== 'test/architecture.test.ts');
    expect(linesMatching(others, local)).toEqual([]);
  });
});
