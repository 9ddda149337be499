import { describe, expect, it } from 'vitest';
import { junitReport } from '../../src/cli/junit.ts';
import type { PlacedResult } from '../../src/mapping/placed-results.ts';

const at = { file: 'mappings/a.yaml', line: 52, column: 5 };
const failing: PlacedResult = {
  file: 'a.yaml',
  index: 0,
  name: `a "name" <with> & 'all' \u0007 \ud800 of it`,
  durationMs: 12.4,
  at,
  failures: [
    {
      kind: 'value',
      message: 'usermaven.user.id: expected "<a>", got nothing',
      field: 'usermaven.user.id',
      says: ['expect'],
      at: { file: 'mappings/a.yaml', line: 60, column: 9 },
      from: [
        {
          path: ['event', 'user', 'id'],
          written: { path: ['event', 'user', 'id'], text: '=a & "b"' },
          at: { file: 'mappings/a.yaml', line: 9, column: 3 },
        },
        { path: ['event', 'id'], written: null },
      ],
    },
    { kind: 'refused', message: 'segment: too large', from: [], says: [] },
  ],
};
const passing: PlacedResult = { file: 'b.yaml', index: 0, name: 'fine', durationMs: 1.2, failures: [] };

const report = (results: readonly PlacedResult[]) => ({ results, coverage: { total: 0, missed: [] } });

describe('the JUnit report', () => {
  it('has a suite for each mapping, with file, line and time, and everything of a failure in one place', () => {
    expect(junitReport(report([failing, passing]), [])).toBe(
      [
        '<?xml version="1.0" encoding="UTF-8"?>\n',
        '<testsuites name="hookstitch" tests="2" failures="1" errors="0" time="0.014">',
        '<testsuite name="a.yaml" tests="1" failures="1" errors="0" time="0.012">',
        '<testcase classname="a.yaml" name="a &quot;name&quot; &lt;with&gt; &amp; &apos;all&apos; \ufffd \ufffd of it"',
        ' file="mappings/a.yaml" line="52" time="0.012">',
        '<failure message="usermaven.user.id: expected &quot;&lt;a&gt;&quot;, got nothing, and 1 more" type="value">',
        'usermaven.user.id: expected &quot;&lt;a&gt;&quot;, got nothing&#10;expected at mappings/a.yaml:60:9',
        '&#10;mappings/a.yaml:9:3 =a &amp; &quot;b&quot;&#10;&#10;segment: too large</failure></testcase></testsuite>',
        '<testsuite name="b.yaml" tests="1" failures="0" errors="0" time="0.001">',
        '<testcase classname="b.yaml" name="fine" time="0.001"/></testsuite></testsuites>\n',
      ].join(''),
    );
  });

  it('counts a file that does not load as an error', () => {
    const problem = {
      severity: 'error',
      code: 'mapping/unknown-key',
      message: 'no "nam"',
      at,
      hint: 'did you mean name?',
    } as const;
    expect(junitReport(report([]), [problem])).toContain(
      '<testsuite name="mappings/a.yaml" tests="1" failures="0" errors="1" time="0">' +
        '<testcase classname="mappings/a.yaml" name="mapping/unknown-key" file="mappings/a.yaml" line="52" time="0">' +
        '<error message="no &quot;nam&quot;" type="mapping/unknown-key">mappings/a.yaml:52:5 no &quot;nam&quot;&#10;did you mean name?</error>',
    );
  });
});
