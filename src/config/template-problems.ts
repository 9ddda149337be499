import { inOrder, isError, type Problem } from '../diagnostics/problem.ts';
import { type SiteContext, siteProblems } from '../mapping/static/site-checks.ts';
import type { Site } from '../mapping/static/sites.ts';
import type { TemplatePath } from '../mapping/template.ts';
import { destinationVariables } from '../mapping/translation.ts';
import { isJsonObject, type Json } from '../model/json.ts';
import { withExcerpts, type YamlFile } from '../yaml/document.ts';

import type { GatewayFile } from './gateway-file.ts';
import { variableUses } from './interpolate.ts';
import { concealSecrets, valueAt } from './secrets-in-file.ts';
import { isExpression, templatesIn } from './template-settings.ts';

/**
 * The file with what is wrong in the expressions of its destinations, and without the destinations that have such. Apart
 * from reading the file, because it takes the parser of expressions, which a gateway without them need not load.
 */
export function withTemplateProblems(file: GatewayFile, yaml: YamlFile): GatewayFile {
  const raw = yaml.value as Json;
  const vars = valueAt(raw, ['vars']);
  const context: SiteContext = {
    yaml,
    letNames: [],
    vars: vars === undefined ? [] : isJsonObject(vars) ? Object.keys(vars) : undefined,
    types: { paths: [], patterns: [] },
  };
  const found = templatesIn(raw).map(({ path, value }) => {
    const sites = sitesIn(value, path);
    const problems = [...siteProblems(sites, context), ...sites.flatMap((site) => variableProblems(site, yaml))];
    return { name: path[1], problems: problems.filter(({ at }) => !yaml.isSpoilt(at)) };
  });
  const broken = found.filter(({ problems }) => problems.some(isError)).map(({ name }) => name);
  const told = withExcerpts(
    found.flatMap(({ problems }) => problems),
    yaml.text,
  );
  return {
    ...file,
    destinations: file.destinations.filter(({ name }) => !broken.includes(name)),
    problems: inOrder([...file.problems, ...concealSecrets(told, yaml.text)]),
  };
}

/** A variable's content would be taken for a part of the expression. */
function variableProblems({ path, text }: Site, yaml: YamlFile): readonly Problem[] {
  if (!isExpression(text)) return [];
  return variableUses(text).map(({ name, offset }) => ({
    severity: 'error',
    code: 'config/invalid-variable',
    message: `${name} is not filled in inside an expression`,
    at: yaml.positionInText(path, offset),
    hint: `a credential is a text of its own, as in "Token \${${name}}"; else name it under vars:, as in  vars: { ${name.toLowerCase()}: "\${${name}}" }  and write $vars.${name.toLowerCase()}`,
  }));
}

function sitesIn(value: Json | undefined, path: TemplatePath): readonly Site[] {
  if (typeof value === 'string') {
    // What is wrong with a plain text that names variables is told where these are filled in.
    const isFilled = !isExpression(value) && value.includes('${');
    return isFilled ? [] : [{ path, text: value, role: 'value', variables: destinationVariables }];
  }
  if (Array.isArray(value)) return value.flatMap((item: Json, index) => sitesIn(item, [...path, index]));
  return isJsonObject(value) ? Object.entries(value).flatMap(([key, item]) => sitesIn(item, [...path, key])) : [];
}
