import { type DiagnosticCode, diagnosticCodes, explanationOf } from './catalogue.ts';
import type { Example } from './diagnostic.ts';

/** A longer line of an example makes its point with less. */
const widthMax = 100;

/** A code explained, with an example of what is wrong and of what is right. */
export function explanation(code: DiagnosticCode): string {
  const { title, why, example } = explanationOf(code);
  const shown =
    'situation' in example
      ? [`When: ${example.situation}`]
      : ['Wrong:', '', ...linesOf(example.wrong), '', 'Right:', '', ...linesOf(example.right)];
  return [`${code}: ${title}`, '', why, '', ...shown].join('\n');
}

/** One line for each code. */
export function codeList(): string {
  const width = Math.max(...diagnosticCodes.map((code) => code.length));
  return diagnosticCodes.map((code) => `${code.padEnd(width)}  ${explanationOf(code).title}`).join('\n');
}

const groups = [
  {
    prefix: 'yaml/',
    title: 'YAML',
    about: 'What keeps a file from being YAML, or from being the YAML its author meant.',
  },
  { prefix: 'mapping/', title: 'Mappings', about: 'What is wrong with a mapping beside its expressions.' },
  { prefix: 'expr/', title: 'Expressions', about: 'What is wrong with an expression.' },
  { prefix: 'config/', title: 'gateway.yaml', about: 'What is wrong with the configuration.' },
];

/** All codes as a page of Markdown: docs/diagnostics.md. */
export function explanationPage(): string {
  const sections = groups.map(({ prefix, title, about }) => {
    const own = diagnosticCodes.filter((code) => code.startsWith(prefix));
    return [`## ${title}`, '', about, '', ...own.map(section)].join('\n');
  });
  return `${[pageHead, ...sections].join('\n').trimEnd()}\n`;
}

const pageHead = `# Problems in files

What \`hookstitch validate\` says of \`gateway.yaml\` and the mappings. Every problem has a place (\`file:line:column\`), a code that
stays the same over versions, and a hint that says what to do. An **error** keeps the file from being used; a **warning**
does not. \`hookstitch explain <code>\` shows one of these sections.

This page is made by \`hookstitch explain --markdown\`. The examples are tests: each wrong one yields its code and no other,
each right one yields nothing.
`;

function section(code: DiagnosticCode): string {
  const { title, why, example } = explanationOf(code);
  const shown =
    'situation' in example
      ? [example.situation, '']
      : ['Wrong:', '', ...fenced(example.wrong), '', 'Right:', '', ...fenced(example.right), ''];
  return [`### ${code}`, '', `**${escapedMarkdown(title)}.** ${escapedMarkdown(why)}`, '', ...shown].join('\n');
}

const escapedMarkdown = (text: string): string => text.replace(/[*<_`\\]/g, '\\$&');

/** The files of an example, by name; lines without a name are of a mapping. */
export const filesOf = (example: Example): Readonly<Record<string, string>> =>
  typeof example === 'string' ? { '': example } : example;

function linesOf(example: Example): readonly string[] {
  return Object.entries(filesOf(example)).flatMap(([name, text]) => [
    ...(name === '' ? [] : [`  ${name}`]),
    ...text.split('\n').map((line) => `    ${cut(line)}`),
  ]);
}

function fenced(example: Example): readonly string[] {
  return Object.entries(filesOf(example)).flatMap(([name, text]) => {
    const language = name === 'shell' ? 'sh' : name === '.env' ? 'dotenv' : 'yaml';
    const comment = name === '' || name === 'shell' ? [] : [`# ${name}`];
    return [`\`\`\`${language}`, ...comment, ...text.split('\n').map(cut), '```'];
  });
}

const cut = (line: string): string => (line.length <= widthMax ? line : `${line.slice(0, widthMax)}…`);
