import { Argument } from 'commander';
import { jsonSchema, type SchemaName, schemaNames } from '../../config/json-schema.ts';
import { schemaReference } from '../../config/schema-reference.ts';
import { exitCodes, type Verb } from '../command.ts';
import { print, printJson } from '../output.ts';

/** `hookstitch schema`: what editors complete and check with, and what docs/reference.md is made of. */
export const schemaCommand: Verb = {
  usage: 'schema',
  description: 'print the JSON Schema of a mapping or of gateway.yaml',
  configure: (command) =>
    command
      .addArgument(new Argument('<name>', 'whose schema').choices(schemaNames))
      .option('--markdown', 'as tables for people'),
  run: async ([name], { markdown }) => {
    const schema = jsonSchema(name as SchemaName);
    if (markdown === true) print(schemaReference(schema).trimEnd());
    else printJson(schema);
    return exitCodes.ok;
  },
};
