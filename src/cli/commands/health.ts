import { readEnvironment } from '../../config/environment.ts';
import { readSettings } from '../../config/settings.ts';
import { exitCodes, type Verb } from '../command.ts';
import { print, printError } from '../output.ts';

const timeoutMs = 3_000;

/** `hookstitch health`: asks the receiver on this machine whether it is ready; what the container's health check runs. */
export const healthCommand: Verb = {
  usage: 'health',
  description: 'exit 0 when the gateway on this machine is ready',
  run: async () => {
    const { port, host } = readSettings(readEnvironment());
    const local = ['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host;
    try {
      const answer = await fetch(`http://${local}:${port}/readyz`, { signal: AbortSignal.timeout(timeoutMs) });
      print(answer.ok ? 'ready' : `not ready: ${answer.status}`);
      return answer.ok ? exitCodes.ok : exitCodes.problems;
    } catch (error) {
      // Nobody answering is the very thing this verb is there to find.
      printError(`not ready: ${error instanceof Error ? error.message : String(error)}`);
      return exitCodes.problems;
    }
  },
};
