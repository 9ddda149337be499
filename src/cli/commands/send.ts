import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { readEnvironment } from '../../config/environment.ts';
import { loadConfiguration } from '../../config/load.ts';
import { createSender } from '../../delivery/send.ts';
import { systemClock } from '../../model/clock.ts';
import { GatewayError } from '../../model/error.ts';
import { newSample, sampleNames, signedRequest } from '../../sources/sample-request.ts';
import { exitCodes, type Verb } from '../command.ts';
import { plainText, print, printError, printJson } from '../output.ts';

const timeoutMs = 10_000;

/** `hookstitch send <source>.<sample>`: signs a sample as its sender would and posts it to a running gateway. */
export const sendCommand: Verb = {
  usage: 'send <sample>',
  description: 'sign a sample webhook, as in stripe.invoice.paid, and post it to the running gateway',
  configure: (command) =>
    command
      .option('--url <url>', 'the gateway’s base URL (default: this machine)')
      .option('--key <file>', 'the private key in PEM, for a sender whose secret is a public key')
      .option('--json', 'machine-readable output'),
  run: async ([wanted], { url, key, json }) => {
    const { settings, file } = await loadConfiguration(readEnvironment());
    const sample = newSample(String(wanted), file.sources, {
      id: randomBytes(8).toString('hex'),
      now: systemClock.now(),
    });
    if (sample === undefined) {
      throw new GatewayError('SOURCE_UNKNOWN', `no sample called "${plainText(String(wanted))}"`, {
        hint: `samples: ${sampleNames(file.sources).join(', ')}`,
      });
    }
    const base = typeof url === 'string' ? url.replace(/\/+$/, '') : `http://localhost:${settings.port}`;
    const request = signedRequest(sample, {
      base,
      publicUrl: settings.publicUrl ?? base,
      now: systemClock.now(),
      key: await keyIn(key),
    });
    const sender = createSender();
    const result = await sender.send(request, { timeoutMs, allowPrivateAddress: true });
    sender.close();
    if (result.kind !== 'answered') {
      printError(result.kind === 'failed' ? `${base} did not answer: ${result.failure.message}` : 'stopped');
      return exitCodes.problems;
    }
    const { status, body } = result.answer;
    if (json === true) printJson({ url: request.url.replace(/\?.*/, ''), status, body });
    else print(`${status} ${plainText(body)}`.trimEnd());
    return status === 200 ? exitCodes.ok : exitCodes.problems;
  },
};

async function keyIn(file: unknown): Promise<string | undefined> {
  if (typeof file !== 'string') return undefined;
  return await readFile(file, 'utf8').catch((cause) => {
    throw new GatewayError('CONFIG_INVALID', `${plainText(file)} cannot be read`, { cause });
  });
}
