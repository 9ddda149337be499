import { setFlagsFromString } from 'node:v8';
import { disabledProblems, loadGatewayConfiguration, requireValidGateway } from '../../config/load.ts';
import { startGateway } from '../../gateway.ts';
import { createLog } from '../../log.ts';
import { liveIn } from '../../mapping/library.ts';
import { reportProblems } from '../../pipeline/report-mappings.ts';
import { exitCodes, type Verb } from '../command.ts';
import { print } from '../output.ts';
import { stopSignal } from '../stop-signal.ts';

/**
 * How much the heap grows, in percent, before it is collected: by default several times its size where memory seems
 * plenty, so that a burst takes 350 MB for the 40 MB that are in use.
 */
const heapGrowingPercent = 50;

/** A proxy that asks `/readyz` every half second has heard of the end in time. */
const announceMs = 1_000;

/** `hookstitch serve`: the gateway, until SIGTERM or Ctrl-C. */
export const serveCommand: Verb = {
  usage: 'serve',
  description: 'receive, translate and deliver until stopped',
  run: async () => {
    setFlagsFromString(`--heap-growing-percent=${heapGrowingPercent}`);
    const configuration = await loadGatewayConfiguration();
    requireValidGateway(configuration);
    const { settings, file } = configuration;
    const log = createLog({ level: settings.logLevel, pretty: process.stdout.isTTY });
    reportProblems(file.problems, log);
    const stopped = stopSignal();
    const gateway = await startGateway({ settings, file, log, show: print, announceMs });
    const definitions = liveIn(gateway.mappings());
    reportProblems(disabledProblems({ ...configuration, mappings: { definitions } }), log);
    log.write('gateway.listening', {
      receiver: gateway.url,
      admin: gateway.adminUrl,
      mappings: definitions.length,
    });
    log.write('gateway.stopping', { signal: await stopped });
    await gateway.stop();
    log.write('gateway.stopped', {});
    return exitCodes.ok;
  },
};
