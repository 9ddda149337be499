import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const folder = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Where `npm run dev:console` finds the gateway whose API it uses. */
const gateway = process.env.ADMIN_URL ?? 'http://127.0.0.1:8081';
const { version } = JSON.parse(readFileSync(folder('package.json'), 'utf8')) as { readonly version: string };

/** The console: `src/console` becomes `dist/console`, files of its own origin under names that change with their content. */
export default defineConfig({
  root: folder('src/console'),
  base: '/',
  publicDir: false,
  define: { __VERSION__: JSON.stringify(version) },
  build: {
    outDir: folder('dist/console'),
    emptyOutDir: true,
    target: 'es2022',
    // A strict content policy allows neither inline scripts nor data: URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    port: 5173,
    // The gateway refuses other origins than its own.
    proxy: { '/api': { target: gateway, changeOrigin: true, headers: { origin: new URL(gateway).origin } } },
  },
});
