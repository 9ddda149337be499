import type { Request } from 'express';
import type { Session } from '../../model/access.ts';
import { GatewayError } from '../../model/error.ts';

/** Who asks: a script with the token, somebody with a session, or somebody the proxy has let in. */
export type Visitor =
  | { readonly by: 'token' }
  | { readonly by: 'password'; readonly session: Session }
  | { readonly by: 'proxy'; readonly user: string };

const visitors = new WeakMap<Request, Visitor>();

export function admit(request: Request, visitor: Visitor): void {
  visitors.set(request, visitor);
}

/** Whoever was let in; nothing behind the door is reached without. */
export function visitorOf(request: Request): Visitor {
  const visitor = visitors.get(request);
  if (visitor === undefined) throw new GatewayError('UNAUTHORIZED', 'nobody was let in');
  return visitor;
}

/** As the log names them; of those with the password there is one. */
export function nameOf(visitor: Visitor): string {
  switch (visitor.by) {
    case 'token':
      return 'token';
    case 'password':
      return 'admin';
    case 'proxy':
      return visitor.user;
  }
}
