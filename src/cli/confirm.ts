import { GatewayError } from '../model/error.ts';
import { askerOnTerminal } from './ask.ts';

/** Whether whoever sits there means it. Throws REQUEST_INVALID, with what there is no asking for, where nobody does. */
export async function isMeant(
  question: string,
  nobody: { readonly why: string; readonly hint: string },
): Promise<boolean> {
  const asker = askerOnTerminal();
  if (asker === undefined)
    throw new GatewayError('REQUEST_INVALID', `there is no terminal to ask on, and ${nobody.why}`, {
      hint: nobody.hint,
    });
  try {
    return (await asker.ask(`${question} Type yes: `)) === 'yes';
  } finally {
    asker.close();
  }
}

/** For what is not sent then. */
export const endsMany = { why: 'this cannot be taken back', hint: 'add --yes; --dry-run shows what would happen' };

/** For what sends again. */
export const sendsToMany = { why: 'this sends to others', hint: 'add --yes; --dry-run shows what would happen' };
