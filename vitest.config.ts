import { defineConfig } from 'vitest/config';
import { ClosingLineReporter } from './test/support/closing-line-reporter.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/postgres/setup.ts', 'test/support/console-build.ts'],
    reporters: ['default', new ClosingLineReporter()],
    // Most of a test's time is waiting for a process of its own, so every core takes a file.
    maxWorkers: '100%',
    // Many tests start real servers, databases and child processes; two slow cores must not make them fail.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    expect: { poll: { timeout: 20_000 } },
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/cli/main.ts', 'src/index.ts'],
      reporter: ['text-summary', 'html'],
    },
  },
});
