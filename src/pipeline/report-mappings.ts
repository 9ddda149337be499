import type { Log } from '../log.ts';
import { type Change, changesBetween, type GatewayFileState, type Library, liveIn } from '../mapping/library.ts';

/** Of a file with more problems, the log tells these and how many there are. */
const problemsMax = 10;

/** A line for each file that took effect, was refused or is gone, after one for each of its problems. */
export function reportChanges(before: Library, after: Library, log: Log): void {
  const mappings = liveIn(after).length;
  for (const change of changesBetween(before, after)) {
    const { file } = change;
    if ('problems' in change) reportProblems(change.problems, log);
    switch (change.kind) {
      case 'loaded':
        log.write('mapping.loaded', { file, version: change.version, mappings });
        break;
      case 'refused':
        reportRefusal(change, log);
        break;
      case 'removed':
        log.write('mapping.removed', { file, mappings });
    }
  }
}

type Refused = Extract<Change, { kind: 'refused' }>;
type Told = Refused['problems'][number];

const placeOf = ({ at }: Told): string => `${at.file}:${at.line}:${at.column}`;

function reportRefusal({ file, problems }: Refused, log: Log): void {
  const first = problems.find(({ severity }) => severity === 'error');
  if (first === undefined) return;
  log.write('mapping.refused', { file, problems: problems.length, at: placeOf(first), code: first.code });
}

/** As `hookstitch validate` tells them. */
export function reportProblems(problems: readonly Told[], log: Log): void {
  for (const problem of problems.slice(0, problemsMax)) {
    const { severity, code, message, hint } = problem;
    const fields = { at: placeOf(problem), code, problem: message, hint };
    log.write(severity === 'error' ? 'config.problem' : 'config.warning', fields);
  }
}

/** What a restart would come to; nothing when the file is again as it was. */
export function reportGatewayFile(path: string, { status, problems }: GatewayFileState, log: Log): void {
  if (status === 'ok') return;
  reportProblems(problems, log);
  log.write('config.warning', {
    at: `${path}:1:1`,
    code: 'config/changed',
    problem: 'was changed while the gateway runs',
    hint:
      status === 'changed'
        ? 'restart to apply it'
        : 'correct it before you restart: as it is, the gateway would not start',
  });
}

export function reportFolderFault(folder: string, error: unknown, log: Log): void {
  log.write('config.problem', {
    at: `${folder}:1:1`,
    code: 'mapping/folder-unreadable',
    problem: error instanceof Error ? error.message : String(error),
    hint: 'the mappings that were loaded stay in force',
  });
}
