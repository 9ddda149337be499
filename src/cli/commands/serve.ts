import { disabledProblems, loadConfiguration, requireValidGateway } from '../../config/load.ts';
import { startGateway } from '../../gateway.ts';
import { createLog, type Log } from '../../log.ts';
import type { Problem } from '../../yaml/problem.ts';
import { exitCodes, type Verb } from '../command.ts';
import { print } from '../output.ts';
import { stopSignal } from '../stop-signal.ts';

/** `hookstitch serve`: the gateway, until SIGTERM or Ctrl-C. */
export const serveCommand: Verb = {
  usage: 'serve',
  description: 'receive, translate and deliver until stopped',
  run: async () => {
    const configuration = await loadConfiguration();
    requireValidGateway(configuration);
    const { settings, file, mappings } = configuration;
    const log = createLog({ level: settings.logLevel, pretty: process.stdout.isTTY });
    for (const problem of [...file.problems, ...mappings.problems, ...disabledProblems(configuration)])
      report(problem, log);
    const stopped = stopSignal();
    const gateway = await startGateway({ settings, file, mappings: mappings.definitions, log, show: print });
    log.write('gateway.listening', {
      receiver: gateway.url,
      admin: gateway.adminUrl,
      mappings: mappings.definitions.filter(({ content }) => content.enabled).length,
    });
    log.write('gateway.stopping', { signal: await stopped });
    await gateway.stop();
    log.write('gateway.stopped', {});
    return exitCodes.ok;
  },
};

function report({ at, code, message, hint, severity }: Problem, log: Log): void {
  log.write(severity === 'error' ? 'config.problem' : 'config.warning', {
    at: `${at.file}:${at.line}:${at.column}`,
    code,
    problem: message,
    hint,
  });
}
