import { type Sender, senderNamed, senderNames } from '../../config/sender.ts';
import { starterSample, starters } from '../../config/starter.ts';
import { suggest } from '../../diagnostics/closest.ts';
import { genericNames } from '../../sources/coded.ts';
import { standardWebhooks } from '../../sources/preset/preset-names.ts';
import { unsignedText } from '../../sources/preset/unsigned-headers.ts';
import { setupSteps } from '../../sources/source.ts';
import { exitCodes, type Verb } from '../command.ts';
import { plainText, print, printError, printJson, style } from '../output.ts';
import { table } from '../table.ts';
import { wayJson, wayLines, whyNot } from '../way-to-prove.ts';

/** `hookstitch sources [name]`: who can be a source by one word, and what there is to do for it. */
export const sourcesCommand: Verb = {
  usage: 'sources [name]',
  description: 'the senders that are known, and for one of them the steps, the variables and the samples',
  configure: (command) => command.option('--json', 'machine-readable output'),
  run: async ([name], { json }) => {
    if (name === undefined) {
      const senders = senderNames.flatMap((known) => senderNamed(known) ?? []);
      if (json === true) printJson({ items: senders.map(senderJson) });
      else print(senderTable(senders));
      return exitCodes.ok;
    }
    const wanted = String(name).toLowerCase();
    const sender = senderNamed(wanted === standardWebhooks ? 'standard-webhooks' : wanted);
    if (sender !== undefined && json === true) printJson(senderJson(sender));
    else if (sender !== undefined) print(senderLines(sender).join('\n'));
    else return tellOther(wanted, json === true);
    return exitCodes.ok;
  },
};

function tellOther(name: string, isJson: boolean): number {
  const way = wayLines(name);
  if (way !== undefined) {
    if (isJson) printJson(wayJson(name));
    else print(way.join('\n'));
    return exitCodes.ok;
  }
  const hint = suggest(name, [...senderNames, ...genericNames], { what: 'there are', otherwise: '' });
  printError(whyNot(name) ?? `no sender called "${plainText(name)}"; ${hint}`);
  printError('any other can be a source of type hmac, token, basic or standard_webhooks: hookstitch sources hmac');
  return exitCodes.wrongUse;
}

function senderTable(senders: readonly Sender[]): string {
  const rows = senders
    .toSorted((one, other) => one.source.title.localeCompare(other.source.title, 'en'))
    .map(({ name, source, proof, variable }) => [
      style('bold', name),
      source.title,
      source.isUnsigned === true ? style('red', proof) : proof,
      variable,
    ]);
  const list = table(['TYPE', 'SENDER', 'PROOF', 'SECRET IN'], rows);
  const next = [
    'One of them: hookstitch sources <type>   To begin: hookstitch init --source <type>',
    `Any other sender: hookstitch sources ${genericNames.join('|')}`,
  ];
  return `${list}\n\n${style('dim', next.join('\n'))}`;
}

const samplesOf = (name: string, { samples }: Sender['source']): string =>
  samples.map((sample) => `${name}.${sample.name}`).join(', ');

function senderLines(sender: Sender): readonly string[] {
  const { name, source, proof, variable, notes, asksForToken, signsAlone, unsigned } = sender;
  const steps = setupSteps(source, { url: `<PUBLIC_URL>/in/${name}`, local: `localhost:8080/in/${name}` });
  const field = (key: string, text: string): string => `${key.padEnd(9)} ${text}`;
  return [
    `${style('bold', source.title)}  ${style('dim', source.docs)}`,
    '',
    field('type', name),
    field('proof', source.isUnsigned === true ? style('red', proof) : proof),
    field('secret', variable),
    ...(asksForToken ? [field('token', 'verify_token, a random text of your own')] : []),
    ...(source.needsPublicUrl ? [field('needs', 'PUBLIC_URL: the signature covers the address')] : []),
    field('samples', signsAlone ? `none to send: nobody can sign as ${source.title} does` : samplesOf(name, source)),
    field('mapping', starters[name]?.mapping ?? `made of the sample ${starterSample(name) ?? ''}`),
    '',
    ...steps.map((step, index) => `${`${index + 1}.`.padStart(4)} ${step}`),
    ...(notes.length === 0 ? [] : ['', ...notes.map((note) => `   - ${note}`)]),
    ...(unsigned === undefined ? [] : [style('yellow', `   ! ${unsignedText(unsigned)}`)]),
    '',
    style('dim', `To begin: hookstitch init --source ${name} --destination <type>`),
  ];
}

const senderJson = ({ name, source, proof, variable, notes, asksForToken, unsigned }: Sender): object => ({
  type: name,
  title: source.title,
  docs: source.docs,
  proof,
  is_unsigned: source.isUnsigned === true,
  signs_url: source.needsPublicUrl,
  unsigned_headers: unsigned?.names ?? [],
  secret_variable: variable,
  asks_for_token: asksForToken,
  path: `/in/${name}`,
  setup: setupSteps(source, { url: `<PUBLIC_URL>/in/${name}`, local: `localhost:8080/in/${name}` }),
  notes,
  event_types: source.eventTypes,
  samples: source.samples.map((sample) => sample.name),
  mapping: starters[name]?.mapping ?? null,
});
