import { useId, useState } from 'preact/hooks';
import { api } from '../../api/client.ts';
import { type ApiProblem, asProblem } from '../../api/problem.ts';
import { type Session, session } from '../../api/session.ts';
import { toast } from '../../state/toasts.ts';
import { ProblemNote } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';

const lengthMin = 12;

/** Another password ends every other session. */
export function PasswordForm({ session: open }: { readonly session: Extract<Session, { status: 'open' }> }) {
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<ApiProblem>();
  const [isChanging, setChanging] = useState(false);
  const change = async (): Promise<void> => {
    setChanging(true);
    setProblem(undefined);
    try {
      session.value = await api<Session>('/password', { method: 'PUT', body: { current, password } });
      setCurrent('');
      setPassword('');
      toast({ tone: 'good', text: 'The password is changed; other sessions have ended' });
    } catch (error) {
      setProblem(asProblem(error));
    }
    setChanging(false);
  };
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>Password</h2>
      </div>
      <form
        class="panel-body stack password-form"
        onSubmit={(event) => {
          event.preventDefault();
          void change();
        }}
      >
        {open.expires_at !== undefined && (
          <p class="muted small">
            You are logged in as {open.user}; this session ends <Time at={open.expires_at} /> at the latest.
          </p>
        )}
        {problem !== undefined && <ProblemNote problem={problem} />}
        <Secret label="Current password" autocomplete="current-password" value={current} onInput={setCurrent} />
        <Secret label="New password" autocomplete="new-password" value={password} onInput={setPassword}>
          at least {lengthMin} characters
        </Secret>
        <div class="line">
          <button
            type="submit"
            class="button main-action"
            disabled={isChanging || current === '' || password.length < lengthMin}
          >
            Change password
          </button>
        </div>
      </form>
    </section>
  );
}

interface SecretProps {
  readonly label: string;
  readonly autocomplete: 'current-password' | 'new-password';
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly children?: preact.ComponentChildren;
}

function Secret({ label, autocomplete, value, onInput, children }: SecretProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        class="input"
        type="password"
        autocomplete={autocomplete}
        value={value}
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
        {...(children === undefined ? {} : { 'aria-describedby': `${id}-hint` })}
      />
      {children !== undefined && (
        <span class="hint" id={`${id}-hint`}>
          {children}
        </span>
      )}
    </div>
  );
}
