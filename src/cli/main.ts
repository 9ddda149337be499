#!/usr/bin/env node
/** The command line: refuses a Node that is too old before anything else is loaded, then runs the verb. */

const nodeNeeded = [22, 22] as const;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < nodeNeeded[0] || (major === nodeNeeded[0] && minor < nodeNeeded[1])) {
  process.stderr.write(
    `hookstitch needs Node.js ${nodeNeeded.join('.')} or newer; this is ${process.versions.node}.\n`,
  );
  process.exit(2);
}

// Loaded only now: the database driver crashes on an older Node.
const { endWithReader } = await import('./output.ts');
const { run } = await import('./run.ts');
endWithReader();
process.exitCode = await run(process.argv.slice(2));
