import type { z } from 'zod';
import { publicUrl, secretList } from '../source-settings.ts';
import type { Descriptor } from '../verify/descriptor.ts';
import { secretFault } from '../verify/keys.ts';
import { eventExpressions } from './preset-file.ts';

/** The settings that every source has that is data. */
export const describedBase = (secretDescription: string) => ({
  secret: secretList.meta({ description: `${secretDescription} A list, or separated by commas, while rotating.` }),
  public_url: publicUrl,
  ...eventExpressions,
});

/** For senders that ask for a text of the operator's own before they send. */
export const verifyToken = {
  verify_token: secretList.optional().meta({
    description: 'The token that the sender repeats when it tries the URL; a random text of your own.',
  }),
};

/** What is wrong with secrets beyond their length; none of them is repeated. */
export function checkSecrets(secrets: readonly string[], descriptor: Descriptor, context: z.core.$RefinementCtx): void {
  for (const [index, secret] of secrets.entries()) {
    const message = faultOf(secret, descriptor);
    if (message !== undefined) context.addIssue({ code: 'custom', path: ['secret', index], message });
  }
}

function faultOf(secret: string, descriptor: Descriptor): string | undefined {
  if ('signature' in descriptor) return secretFault(secret, descriptor);
  return descriptor.method === 'basic' && !/^[^:]+:/.test(secret) ? 'must be user:password' : undefined;
}
