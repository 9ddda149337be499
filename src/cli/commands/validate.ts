import { relative } from 'node:path';
import { Option } from 'commander';
import { loadConfiguration } from '../../config/load.ts';
import { filesOf, type Validation, validate } from '../../config/validation.ts';
import { githubAnnotation } from '../../diagnostics/format.ts';
import { exitCodes, type Verb } from '../command.ts';
import { chooseFiles } from '../named-files.ts';
import { print, printJson } from '../output.ts';
import { validationReport } from '../validation-report.ts';

const formats = ['pretty', 'json', 'github'] as const;

/** `hookstitch validate`: every problem of every file in one go. */
export const validateCommand: Verb = {
  usage: 'validate [files...]',
  description: 'check gateway.yaml and the mappings; all problems of all files in one run',
  configure: (command) =>
    command
      .addOption(
        new Option('--format <format>', 'for people, for programs, or as annotations of GitHub Actions')
          .choices(formats)
          .default('pretty'),
      )
      .option('--json', 'the same as --format json'),
  run: async ([typed], { format, json }) => {
    const configuration = await loadConfiguration();
    const folder = configuration.settings.mappingsDir;
    const files = chooseFiles(typed as readonly string[], { what: 'file', folder, known: filesOf(configuration) });
    const validation = validate(configuration, files);
    show(validation, json === true ? 'json' : (format as (typeof formats)[number]));
    return validation.ok ? exitCodes.ok : exitCodes.problems;
  },
};

function show(validation: Validation, format: (typeof formats)[number]): void {
  switch (format) {
    case 'json': {
      const { ok, files, problems } = validation;
      printJson({ ok, files: files.map(({ path }) => path), problems });
      return;
    }
    case 'github':
      // GitHub knows files by their path in the repository, which is where its workflows run.
      for (const problem of validation.problems) {
        print(githubAnnotation({ ...problem, at: { ...problem.at, file: relative('', problem.at.file) } }));
      }
      return;
    case 'pretty':
      print(validationReport(validation));
  }
}
