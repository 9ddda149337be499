import { seededRandom } from '../sources/mutants.ts';
import { killed } from './crash.ts';
import { defineScenario } from './scenario.ts';
import type { Answering } from './sink.ts';

/** Eight at once take 130 a second: as many as come, so that the queue is short and every kill meets sends under way. */
const answerMsMax = 120;
const everyMs = 60;

export const crashPipeline = defineScenario({
  name: 'crash-pipeline',
  description:
    'The same with a slow destination, so that every kill meets sends under way: copies are those alone, unchanged.',
  sizes: { ci: { kills: 15, senders: 8 }, release: { kills: 200, senders: 8 } },
  run: (context) => killed({ ...context, answering: answerSlowly(seededRandom(context.seed)), everyMs }),
});

/** After any time up to `answerMsMax`. */
function answerSlowly(random: () => number): Answering {
  return (_call, response) => {
    setTimeout(() => response.writeHead(200).end('{"success":true}'), random() * answerMsMax);
  };
}
