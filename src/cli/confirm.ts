import { GatewayError } from '../model/error.ts';
import { askerOnTerminal } from './ask.ts';

/** Whether whoever sits there means it. Throws REQUEST_INVALID where nobody does. */
export async function isMeant(question: string, what: string): Promise<boolean> {
  const asker = askerOnTerminal();
  if (asker === undefined) {
    throw new GatewayError('REQUEST_INVALID', `there is no terminal to ask on before ${what}`, {
      hint: 'add --yes; --dry-run shows what would happen',
    });
  }
  try {
    return (await asker.ask(`${question} Type yes: `)) === 'yes';
  } finally {
    asker.close();
  }
}
