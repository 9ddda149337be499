import type { Reporter, TestModule } from 'vitest/node';

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Ends the run with one plain line that a program can read: `12 passed, 0 failed`. */
export class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    process.stdout.write(`\n${closingLine(countTests(modules, unhandledErrors.length))}\n`);
  }
}

export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

function countTests(modules: readonly TestModule[], unhandledErrors: number): Counts {
  const states = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.result().state));
  const count = (state: string): number => states.filter((found) => found === state).length;
  // A file that does not even load has no tests to fail, so the file itself counts as one.
  const brokenFiles = modules.filter((module) => module.errors().length > 0).length;
  return {
    passed: count('passed'),
    failed: count('failed') + brokenFiles + unhandledErrors,
    skipped: count('skipped') + count('pending'),
  };
}
