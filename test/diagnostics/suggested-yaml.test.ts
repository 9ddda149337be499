import { describe, expect, it } from 'vitest';
import { parseExpression } from '../../src/mapping/expression.ts';
import { parseYaml } from '../../src/yaml/document.ts';
import { faults, filesWith, validated } from './fault.ts';

/** A line of YAML in a hint: `… write  name: =a`, `… Put it in quotes: name: "a"`, or a block on lines of its own. */
const onOneLine = /(?:^|: | {2})((?:[\w-]+): (?:["'[{|=]|\w+$).*)$/;

/** What a hint says to write, where that can be copied as it stands. */
function suggestedYaml(hint: string): readonly string[] {
  const [first = '', ...block] = hint.split('\n');
  if (block.length > 0) return [block.join('\n')];
  const found = onOneLine.exec(first)?.[1];
  return found === undefined ? [] : [found];
}

const isSketch = (yaml: string): boolean => /…/.test(yaml);

describe('the YAML that a hint says to write', () => {
  const seen: string[] = [];

  it.each(faults)('can be read: $name', async (fault) => {
    const { problems } = await validated(filesWith(fault));
    for (const yaml of problems.flatMap(({ hint }) => suggestedYaml(hint))) {
      const parsed = parseYaml('hint', yaml);
      expect(parsed, yaml).toMatchObject({ ok: true });
      seen.push(yaml);
      const value: unknown = parsed.ok ? Object.values(parsed.yaml.value as object)[0] : undefined;
      if (typeof value !== 'string' || !value.startsWith('=') || isSketch(yaml)) continue;
      expect(parseExpression(value.trim().slice(1)), yaml).not.toHaveProperty('problem');
    }
  });

  it('is there for many faults', () => {
    expect(seen.length).toBeGreaterThan(30);
  });
});
