import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';

/** What a browser loads of the console, compressed, and the limits that it is held to. */

type Output = Rolldown.OutputChunk | Rolldown.OutputAsset;

/** `never` is what a view loads by itself in other cases than this one. */
const limits = [
  { what: 'the first page', view: 'views/home/home.tsx', never: 'views/home/first-run.tsx', kilobytes: 60 },
  { what: 'the first page before any event', view: 'views/home/home.tsx', never: 'charts/plot.ts', kilobytes: 60 },
  { what: 'the playground', view: 'views/playground/', kilobytes: 250 },
];

const configFile = fileURLToPath(new URL('vite.config.ts', import.meta.url));
const built = await build({ configFile, logLevel: 'warn', build: { write: false } });
const outputs: readonly Output[] = [built].flat().flatMap((each) => ('output' in each ? each.output : []));
const named = new Map(outputs.map((output) => [output.fileName, output]));
const chunks = outputs.filter((output) => output.type === 'chunk');

const isOf = (output: Output, path: string): boolean =>
  output.type === 'chunk' && output.facadeModuleId?.includes(`/src/console/${path}`) === true;

/** A chunk with all that it cannot run without; of a view also what it loads by itself, as charts are. */
function withImports(name: string, loaded: Set<string>, never = ''): ReadonlySet<string> {
  const output = named.get(name);
  if (output === undefined || loaded.has(name) || (never !== '' && isOf(output, never))) return loaded;
  loaded.add(name);
  if (output.type !== 'chunk') return loaded;
  for (const css of output.viteMetadata?.importedCss ?? []) loaded.add(css);
  for (const imported of output.imports) withImports(imported, loaded, never);
  // The entry's own are the views, of which one is opened.
  if (!output.isEntry) for (const later of output.dynamicImports) withImports(later, loaded, never);
  return loaded;
}

const compressed = (name: string): number => {
  const output = named.get(name);
  return output === undefined ? 0 : gzipSync(output.type === 'chunk' ? output.code : output.source).length;
};

const entry = chunks.filter(({ isEntry }) => isEntry).map(({ fileName }) => fileName);
const page = [
  'index.html',
  ...outputs.filter(({ fileName }) => fileName.endsWith('.svg')).map(({ fileName }) => fileName),
];

const measured = limits.map(({ what, view, never, kilobytes }) => {
  const own = chunks.filter((chunk) => isOf(chunk, view));
  const files = new Set([
    ...page,
    ...[...entry, ...own.map(({ fileName }) => fileName)].flatMap((name) => [...withImports(name, new Set(), never)]),
  ]);
  const bytes = [...files].reduce((sum, name) => sum + compressed(name), 0);
  return { what, isThere: own.length > 0, bytes, kilobytes, files: files.size };
});

for (const { what, isThere, bytes, kilobytes, files } of measured) {
  const size = `${(bytes / 1_000).toFixed(1)} of ${kilobytes} KB compressed, in ${files} files`;
  console.info(isThere ? `${bytes <= kilobytes * 1_000 ? '✓' : '✗'} ${what}: ${size}` : `✗ ${what}: no such view`);
}
if (measured.some(({ isThere, bytes, kilobytes }) => !isThere || bytes > kilobytes * 1_000)) process.exitCode = 1;
