import { signal } from '@preact/signals';

/** Whether the API lets us in, as `GET /api/session` says it; unknown until it has answered once. */
export type Session =
  | { readonly status: 'unknown' | 'setup_needed' | 'login_needed' }
  | {
      readonly status: 'open';
      /** `proxy`: somebody in front of the gateway has checked who this is, and there is nothing to log out of. */
      readonly by: 'password' | 'proxy';
      readonly user: string;
      readonly expires_at?: string;
      readonly idle_expires_at?: string;
    };

export const session = signal<Session>({ status: 'unknown' });

/** The API refused: the frame shows the login page, and the same address again afterwards. */
export function closeSession(): void {
  if (session.value.status === 'open') session.value = { status: 'login_needed' };
}
