import { genericEntry, genericNamed, isGeneric } from '../sources/generic.ts';
import { setupSteps } from '../sources/source.ts';
import { appendKey } from '../yaml/edit.ts';
import { style } from './output.ts';

const addresses = { url: '<PUBLIC_URL>/in/shop', local: 'localhost:8080/in/shop' };

/** Of a type that is no sender but a way of proving oneself: what it is, and an entry of gateway.yaml to change. */
export function wayLines(name: string): readonly string[] | undefined {
  if (!isGeneric(name)) return undefined;
  const { title, docs, setup } = genericNamed(name);
  const steps = setupSteps({ setup }, addresses);
  const entry = appendKey('sources:\n', ['sources'], ['shop', genericEntry(name)]);
  return [
    `${style('bold', title)}  ${style('dim', docs)}`,
    '',
    'For a sender that has no type of its own. In gateway.yaml, under a name of your own:',
    '',
    ...entry
      .trimEnd()
      .split('\n')
      .map((line) => `  ${line}`),
    '',
    ...steps.map((step, index) => `${`${index + 1}.`.padStart(4)} ${step}`),
    '',
    style('dim', 'All settings: docs/sources.md, "Any other sender"'),
  ];
}

/** The same for programs. */
export function wayJson(name: string): object | undefined {
  if (!isGeneric(name)) return undefined;
  const { title, docs, setup } = genericNamed(name);
  return { type: name, title, docs, entry: genericEntry(name), setup: setupSteps({ setup }, addresses) };
}

/** Senders that people look for, and why no type can be theirs. */
const unsayable: Readonly<Record<string, string>> = {
  'adyen-standard': 'signs some fields of the body, joined; webhooks of Adyen’s platform are of type adyen',
  'aws-sns': 'signs fields of the body under a certificate that the body names',
  fusionauth: 'sends a JWT with a hash of the body',
  mailchannels: 'lets each request say what of it is signed (RFC 9421)',
  mailgun: 'signs a token and not the body',
  netlify: 'sends a JWT with a hash of the body',
  salesforce: 'sends SOAP, unsigned',
  sns: 'signs fields of the body under a certificate that the body names',
};

export const whyNot = (name: string): string | undefined =>
  Object.hasOwn(unsayable, name) ? `${name} ${unsayable[name]}: docs/presets.md, "What no preset can say"` : undefined;
