import { useEffect, useState } from 'preact/hooks';
import { api } from '../../api/client.ts';
import { type ApiProblem, asProblem } from '../../api/problem.ts';
import { type Session, session } from '../../api/session.ts';
import { Brand } from '../../frame/brand.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { Gate } from './gate.tsx';

const passwordLengthMin = 12;

/** Taken out of the address at once: it must not stay in the history, nor in a screenshot. */
function takeToken(): string {
  const token = new URLSearchParams(location.search).get('token') ?? '';
  if (token !== '') history.replaceState(null, '', '/setup');
  return token;
}

interface SetupProps {
  /** The password is set, and whoever has set it is in. */
  readonly onDone?: () => void;
}

/** The first password or another one, for whoever has a link that sets it. */
export function Setup({ onDone }: SetupProps) {
  const [token] = useState(takeToken);
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [problem, setProblem] = useState<ApiProblem>();
  const [isSending, setSending] = useState(false);
  if (token === '') return <NoLink />;
  const isDifferent = again !== '' && again !== password;
  const send = async (): Promise<void> => {
    if (again !== password) return;
    setSending(true);
    try {
      session.value = await api<Session>('/setup', { method: 'POST', body: { token, password } });
      onDone?.();
    } catch (error) {
      setProblem(asProblem(error));
      setSending(false);
    }
  };
  return (
    <Gate title="Set your password" isSending={isSending} action="Set the password" onSubmit={() => void send()}>
      <p class="muted">It opens this console from now on. The link that brought you here works once.</p>
      {problem !== undefined && <ProblemNote problem={problem} />}
      <input type="text" name="username" value="admin" autocomplete="username" hidden readOnly />
      <div class="field">
        <label for="password">New password</label>
        <input
          id="password"
          class="input"
          type="password"
          autocomplete="new-password"
          aria-describedby="password-hint"
          minLength={passwordLengthMin}
          required
          autofocus
          value={password}
          onInput={({ currentTarget }) => setPassword(currentTarget.value)}
        />
        <span class="hint" id="password-hint">
          At least {passwordLengthMin} characters; a few words are easier to remember than symbols.
        </span>
      </div>
      <div class="field">
        <label for="again">The same again</label>
        <input
          id="again"
          class="input"
          type="password"
          autocomplete="new-password"
          required
          value={again}
          {...(isDifferent ? { 'aria-invalid': 'true', 'aria-describedby': 'again-hint' } : {})}
          onInput={({ currentTarget }) => setAgain(currentTarget.value)}
        />
        {isDifferent && (
          <span class="hint bad" id="again-hint">
            These are not the same yet.
          </span>
        )}
      </div>
    </Gate>
  );
}

function NoLink() {
  useEffect(() => {
    document.title = 'Set up · hookstitch';
  }, []);
  return (
    <main class="gate">
      <div class="panel stack">
        <Brand />
        <h1>No password is set yet</h1>
        <p>
          The gateway has written a link to its log, <code>/setup?token=…</code>. Open it in this browser to set the
          password. It works once and for an hour; a restart of the gateway writes a new one.
        </p>
      </div>
    </main>
  );
}
