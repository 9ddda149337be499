import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

/** The bridge as browsers get it: one file, in the JavaScript of 2019. */
export async function bundle(): Promise<string> {
  const { output } = await build({
    input: fileURLToPath(new URL('../../src/bridge/bridge.ts', import.meta.url)),
    platform: 'browser',
    transform: { target: 'es2019' },
    output: {
      format: 'iife',
      minify: true,
      banner: '/*! hookstitch bridge: made from src/bridge by test/bridge/bundle.ts */',
    },
    write: false,
  });
  return output[0].code;
}
