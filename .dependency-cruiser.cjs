/**
 * The import table of docs/architecture.md as data: which folder may import which, which package lives where, and
 * which folders stay free of I/O. Everything below the tables only turns them into rules.
 */

// dependency-cruiser reads TypeScript through the compiler's JavaScript API. TypeScript 7 has none: the cruise would find
// no files and be content with them.
if (!require('typescript/package.json').version.startsWith('6.')) throw new Error('npm run deps needs typescript@6');

/** Folder or file under src/ → what it may import besides itself; a name without extension is a folder. */
const mayImport = {
  model: [],
  bridge: [],
  'api-shapes': ['model'],
  console: ['model', 'api-shapes'],
  diagnostics: ['model'],
  yaml: ['model', 'diagnostics'],
  sources: ['model', 'mapping/plain-expression.ts'],
  'sources/preset': ['model', 'sources', 'diagnostics', 'yaml', 'mapping/plain-expression.ts'],
  destinations: ['model'],
  lookups: ['model', 'delivery', 'sources/source.ts'],
  mapping: ['model', 'diagnostics', 'yaml', 'destinations/destination.ts', 'lookups'],
  'mapping/evaluator/child.ts': ['model', 'diagnostics', 'yaml', 'mapping', 'destinations', 'lookups'],
  delivery: ['model', 'destinations/destination.ts'],
  identity: ['model'],
  store: ['model', 'identity'],
  config: ['model', 'diagnostics', 'yaml', 'sources', 'destinations', 'lookups', 'mapping'],
  pipeline: [
    'model',
    'identity',
    'sources',
    'destinations',
    'lookups',
    'mapping',
    'delivery',
    'store/store.ts',
    'store/repair.ts',
    'log.ts',
  ],
  http: [
    ...[
      'model',
      'identity',
      'sources',
      'destinations/destination.ts',
      'mapping/library.ts',
      'mapping/pseudonymize',
      'pipeline',
      'store/store.ts',
      'store/repair.ts',
    ],
    'log.ts',
  ],
  demo: ['model', 'sources', 'mapping', 'config', 'log.ts', 'gateway.ts'],
  'log.ts': ['model', 'line-writer.ts'],
  'line-writer.ts': [],
  'gateway.ts': [
    ...[
      'model',
      'identity',
      'diagnostics',
      'yaml',
      'sources',
      'destinations',
      'lookups',
      'mapping',
      'delivery',
      'store',
      'config',
      'pipeline',
    ],
    ...['http', 'log.ts', 'workers.ts'],
  ],
  'workers.ts': [
    ...['model', 'destinations', 'lookups', 'mapping', 'delivery', 'store/store.ts', 'config', 'pipeline', 'log.ts'],
  ],
};

/** Package → the only places that may import it. A package that is missing here may be imported nowhere. */
const livesIn = {
  '@codemirror/autocomplete': ['console/views/playground'],
  '@codemirror/commands': ['console/views/playground'],
  '@codemirror/lang-yaml': ['console/views/playground'],
  '@codemirror/language': ['console/views/playground'],
  '@codemirror/lint': ['console/views/playground'],
  '@codemirror/search': ['console/views/playground'],
  '@codemirror/state': ['console/views/playground'],
  '@codemirror/view': ['console/views/playground'],
  '@lezer/highlight': ['console/views/playground'],
  '@preact/signals': ['console'],
  axios: ['delivery/send.ts', 'delivery/transport'],
  'better-sqlite3': ['store/sqlite'],
  chokidar: ['mapping/watch.ts'],
  commander: ['cli'],
  cookie: ['http'],
  express: ['http'],
  'express-rate-limit': ['http'],
  helmet: ['http'],
  'fastest-levenshtein': ['diagnostics'],
  'ipaddr.js': ['delivery'],
  isbot: ['demo'],
  jsonata: ['mapping'],
  'libphonenumber-js': ['mapping'],
  'lru-cache': ['lookups'],
  pg: ['store/postgres'],
  pino: ['log.ts'],
  'pino-pretty': ['log.ts'],
  preact: ['console'],
  'preact-iso': ['console'],
  'prom-client': ['http'],
  stripe: ['sources/stripe.ts'],
  undici: ['delivery/transport'],
  uplot: ['console/charts'],
  yaml: ['yaml'],
  zod: ['config', 'destinations', 'http', 'lookups', 'mapping', 'sources', 'yaml'],
};

/** Places that decide and never act: no disk, network or process. */
const pure = ['model', 'identity', 'lookups', 'diagnostics', 'yaml', 'sources', 'destinations', 'mapping', 'delivery'];
const acting = [
  ...['mapping/evaluator', 'mapping/folder.ts', 'mapping/watch.ts', 'delivery/send.ts', 'delivery/transport'],
  ...['sources/preset/presets.ts', 'sources/preset/preset-names.ts'],
];
const inputAndOutput =
  '^(node:)?(child_process|cluster|dgram|dns|fs|http|http2|https|net|os|process|readline|repl|timers|tls|worker_threads)(/|$)';

const escaped = (text) => text.replaceAll('.', '\\.');
const place = (name) => (/\.tsx?$/.test(name) ? `^src/${escaped(name)}$` : `^src/${escaped(name)}/`);
const places = (names) => names.map(place);
const packageNamed = (name) => `(^|/)node_modules/(@types/)?${escaped(name)}/`;

const importTable = Object.entries(mayImport).map(([name, allowed]) => ({
  name: `${name}-imports-only-what-the-table-allows`,
  severity: 'error',
  from: { path: place(name), pathNot: places(Object.keys(mayImport).filter((other) => other.startsWith(`${name}/`))) },
  to: { path: '^src/', pathNot: places([name, ...allowed]) },
}));

const packageTable = Object.entries(livesIn).map(([name, homes]) => ({
  name: `${name}-stays-where-it-lives`,
  severity: 'error',
  from: { path: '^src/', pathNot: places(homes) },
  to: { path: packageNamed(name) },
}));

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'every-import-resolves', severity: 'error', from: {}, to: { couldNotResolve: true } },
    ...importTable,
    ...packageTable,
    {
      name: 'every-package-has-a-home',
      comment: 'add a new package to `livesIn`, with the one place that may use it',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: 'node_modules/', pathNot: Object.keys(livesIn).map(packageNamed) },
    },
    {
      name: 'only-the-gateway-starts-http',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/http/', '^src/gateway\\.ts$'] },
      to: { path: '^src/http/' },
    },
    {
      name: 'nobody-imports-the-cli',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'the-console-shares-types-and-no-code',
      severity: 'error',
      from: { path: '^src/console/' },
      to: { path: '^src/', pathNot: '^src/console/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'nobody-imports-the-console',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/console/' },
      to: { path: '^src/console/' },
    },
    {
      name: 'deciding-code-does-no-io',
      severity: 'error',
      from: { path: places(pure), pathNot: places(acting) },
      to: { dependencyTypes: ['core'], path: inputAndOutput },
    },
    {
      name: 'contracts-are-imported-as-types',
      severity: 'error',
      from: { path: places(['delivery', 'pipeline', 'http']) },
      to: { path: places(['destinations/destination.ts', 'store/store.ts']), dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types', 'default'] },
  },
};
