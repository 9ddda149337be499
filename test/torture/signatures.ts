import type { RawRequest } from '../../src/model/event.ts';
import { callrail } from '../../src/sources/callrail.ts';
import { hubspot } from '../../src/sources/hubspot.ts';
import type { Source } from '../../src/sources/source.ts';
import { stripe } from '../../src/sources/stripe.ts';
import { mutant, seededRandom, singleBitFlips } from '../sources/mutants.ts';
import { bytes, secret, signed } from '../sources/raw-request.ts';
import { ask, type Counts, createWorkspace, type Workspace } from '../support/gateway-process.ts';
import { isHarmless, statusesOfAll, wrongAnswers } from '../support/hostile-sender.ts';
import { type Context, defineScenario, exactly, none, type Report } from './scenario.ts';

/** Signed anew after so many: a signature that is older than five minutes would be refused for its age alone. */
const batch = 5_000;

const schemes: readonly { readonly source: Source; readonly body: string }[] = [
  { source: stripe, body: '{"id":"evt_1","type":"invoice.paid","name":"Zoë"}' },
  { source: callrail, body: '{"resource_id":"CAL1","name":"Zoë","duration":"15"}' },
  { source: hubspot, body: '[{"eventId":1,"subscriptionType":"contact.creation"}]' },
];

type Size = { readonly mutantsPerSource: number };

export const signatures = defineScenario({
  name: 'signatures',
  description:
    'Forged requests over HTTP, each bit of a genuine one flipped and mutants of it: none is accepted, none stored.',
  sizes: { ci: { mutantsPerSource: 10_000 }, release: { mutantsPerSource: 1_000_000 } },
  run,
});

async function run({ size: { mutantsPerSource }, seed }: Context<Size>): Promise<Report> {
  const random = seededRandom(seed);
  const sources = Object.fromEntries(schemes.map(({ source: { name } }) => [name, { type: name, secret }]));
  const workspace = await createWorkspace({
    gateway: JSON.stringify({ version: 1, sources, destinations: { debug: { type: 'console' } } }),
    mappings: {},
  });
  try {
    const gateway = await workspace.start();
    const tally = { flips: 0, mutants: 0, accepted: 0, faults: 0, wrong: [] as string[] };
    let genuine = 0;
    for (const { source, body } of schemes) {
      const sign = (): RawRequest => signed(source, { url: urlOf(workspace, source), body: bytes(body) }, new Date());
      const flips = [...singleBitFlips(sign(), { url: false })];
      await judge(workspace, source, flips, tally);
      tally.flips += flips.length;
      for (let made = 0; made < mutantsPerSource; made += batch) {
        const original = sign();
        const length = Math.min(batch, mutantsPerSource - made);
        const mutants = Array.from({ length }, () => mutant(original, random)).filter(
          (request) => !isHarmless(request, original, source),
        );
        await judge(workspace, source, mutants, tally);
        tally.mutants += mutants.length;
      }
      const stored = storedIn(await ask<Counts>(workspace, '/api/stats'));
      if (stored > genuine) tally.wrong.push(`${stored - genuine} forged events are stored`);
      const [status] = await statusesOfAll(endpointOf(workspace, source), [sign()]);
      if (status === 200) genuine += 1;
    }
    const stored = storedIn(await ask<Counts>(workspace, '/api/stats'));
    await gateway.end('SIGTERM');
    return {
      goals: [
        none('forged requests accepted', tally.accepted),
        none('forged requests answered 5xx', tally.faults),
        none('forged requests answered otherwise than 401, or 400 where they are no HTTP', tally.wrong.length),
        exactly('genuine requests accepted', genuine, schemes.length),
        exactly('events stored', stored, schemes.length),
      ],
      figures: { flips: tally.flips, mutants: tally.mutants, wrong: tally.wrong.slice(0, 5) },
    };
  } finally {
    await workspace.remove();
  }
}

interface Tally {
  accepted: number;
  faults: number;
  readonly wrong: string[];
}

async function judge(
  workspace: Workspace,
  source: Source,
  requests: readonly RawRequest[],
  tally: Tally,
): Promise<void> {
  const statuses = await statusesOfAll(endpointOf(workspace, source), requests);
  for (const status of statuses) {
    if (status !== undefined && status >= 200 && status <= 299) tally.accepted += 1;
    if (status !== undefined && status >= 500) tally.faults += 1;
  }
  tally.wrong.push(...wrongAnswers(requests, statuses));
}

const urlOf = ({ url }: Workspace, { name }: Source): string => `${url}/in/${name}`;

const endpointOf = ({ url }: Workspace, { name }: Source) => ({ port: Number(new URL(url).port), path: `/in/${name}` });

const storedIn = ({ events }: Counts): number => Object.values(events).reduce((sum, count) => sum + count, 0);
