/** `npm run bench -- <scenario>`: figures of one run on this machine, as a table and as JSON. Loopback and disk only. */
import { identity } from './identity.ts';
import { throughput } from './throughput.ts';

const scenarios: Readonly<Record<string, () => Promise<unknown>>> = { identity, throughput };

const [name = ''] = process.argv.slice(2);
const scenario = scenarios[name];
if (scenario === undefined) {
  console.error(`usage: npm run bench -- <scenario>\nscenarios: ${Object.keys(scenarios).join(', ')}`);
  process.exitCode = 2;
} else {
  console.log(JSON.stringify({ scenario: name, node: process.version, ...((await scenario()) as object) }));
}
