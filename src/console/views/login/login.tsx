import { useRef, useState } from 'preact/hooks';
import { api } from '../../api/client.ts';
import { type ApiProblem, asProblem } from '../../api/problem.ts';
import { type Session, session } from '../../api/session.ts';
import { ProblemNote } from '../../ui/states.tsx';
import { Gate } from './gate.tsx';

/** The password opens a session; the address stays what it was, so that the view that was wanted comes next. */
export function Login() {
  const [problem, setProblem] = useState<ApiProblem>();
  const [isSending, setSending] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const send = async (): Promise<void> => {
    setSending(true);
    try {
      session.value = await api<Session>('/session', {
        method: 'POST',
        body: { password: field.current?.value ?? '' },
      });
    } catch (error) {
      setProblem(asProblem(error));
      setSending(false);
      field.current?.select();
      field.current?.focus();
    }
  };
  return (
    <Gate title="Log in" isSending={isSending} action="Log in" onSubmit={() => void send()}>
      {problem !== undefined && <ProblemNote problem={problem} />}
      <input type="text" name="username" value="admin" autocomplete="username" hidden readOnly />
      <div class="field">
        <label for="password">Password</label>
        <input
          ref={field}
          id="password"
          class="input"
          type="password"
          autocomplete="current-password"
          required
          autofocus
          {...(problem?.status === 401 ? { 'aria-invalid': 'true' } : {})}
        />
        <span class="hint">
          Lost it? <code>hookstitch setup password</code> prints a link that sets another.
        </span>
      </div>
    </Gate>
  );
}
