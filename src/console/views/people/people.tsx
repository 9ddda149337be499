import { useRef, useState } from 'preact/hooks';
import type { ApiForgotten, ApiPerson } from '../../../api-shapes/people.ts';
import { pathWith } from '../../api/client.ts';
import { useRevealable } from '../../api/use-revealable.ts';
import { useShortcuts } from '../../state/shortcuts.ts';
import { useUrlState } from '../../state/url-state.ts';
import { Icon } from '../../ui/icon.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Reveal } from '../../ui/reveal.tsx';
import { Empty, Loading, ProblemState } from '../../ui/states.tsx';
import { Forgetting, Forgotten } from './forgetting.tsx';
import './people.css';
import { Person } from './person.tsx';

/** `/people?identifier=`: who somebody is by what is linked, and what is kept of them. */
export function People() {
  const [{ identifier }, change] = useUrlState(['identifier']);
  const [forgotten, setForgotten] = useState<ApiForgotten>();
  const look = (text: string): void => {
    setForgotten(undefined);
    change({ identifier: text });
  };
  return (
    <>
      <PageHeader title="People" sub="Who events belong to, and by which links." />
      <LookUp key={identifier} identifier={identifier} onLook={look} />
      {forgotten !== undefined && <Forgotten forgotten={forgotten} />}
      {forgotten === undefined && identifier !== '' && (
        <Found
          key={identifier}
          identifier={identifier}
          onForgotten={(came) => {
            setForgotten(came);
            change({ identifier: '' }, true);
          }}
        />
      )}
      {forgotten === undefined && identifier === '' && (
        <Empty icon="people" title="Look somebody up">
          <p>
            By an e-mail address, a phone number with its country, a user id or any other identifier. Write its kind
            before it where a value alone is ambiguous, as in <code>hubspot_contact:42</code>.
          </p>
        </Empty>
      )}
    </>
  );
}

interface LookUpProps {
  readonly identifier: string;
  readonly onLook: (identifier: string) => void;
}

function LookUp({ identifier, onLook }: LookUpProps) {
  const [text, setText] = useState(identifier);
  const input = useRef<HTMLInputElement>(null);
  useShortcuts([{ keys: '/', does: 'look somebody up', run: () => input.current?.focus() }]);
  return (
    <search>
      <form
        class="line look-up"
        onSubmit={(event) => {
          event.preventDefault();
          onLook(text.trim());
        }}
      >
        <input
          ref={input}
          class="input grow"
          type="search"
          aria-label="Identifier"
          placeholder="ada@example.com, +12025550143, usr_1a2b3c"
          maxLength={300}
          spellcheck={false}
          autocomplete="off"
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
        <button type="submit" class="button main-action" disabled={text.trim() === ''}>
          <Icon name="search" />
          Look up
        </button>
      </form>
    </search>
  );
}

interface FoundProps {
  readonly identifier: string;
  readonly onForgotten: (forgotten: ApiForgotten) => void;
}

function Found({ identifier, onForgotten }: FoundProps) {
  const person = useRevealable<ApiPerson>(pathWith('/identities', { identifier }), ['events']);
  const { data, problem, reload } = person;
  const [isForgetting, setForgetting] = useState(false);
  const isUnknown = problem?.code === 'person_not_found';
  return (
    <>
      <Reveal {...person} />
      {data !== undefined && !isUnknown && (
        <Person person={data} isMasked={person.isMasked} onForget={() => setForgetting(true)} />
      )}
      {isUnknown && (
        <Empty icon="people" title="Nobody is known by this identifier">
          <p>No event that is kept has carried it. What a payload may hold of it unread can be erased all the same.</p>
          <button type="button" class="button danger" onClick={() => setForgetting(true)}>
            Forget it anyway
          </button>
        </Empty>
      )}
      {problem !== undefined && !isUnknown && <ProblemState problem={problem} retry={reload} />}
      {data === undefined && problem === undefined && <Loading />}
      {isForgetting && (
        <Forgetting identifier={identifier} onClose={() => setForgetting(false)} onForgotten={onForgotten} />
      )}
    </>
  );
}
