import type { Diagnostic } from '../diagnostic.ts';

/** What is wrong with a mapping beside its expressions. */
export const mappingCodes = {
  'mapping/folder-unreadable': {
    title: 'The mappings folder cannot be read',
    why: 'The running gateway keeps the mappings it has, and looks again until the folder is back.',
    example: { situation: 'MAPPINGS_DIR was removed, renamed or closed to the gateway while it ran.' },
  },
  'mapping/invalid-value': {
    title: 'A value of the wrong kind',
    why: 'The key is right, but its value cannot be used: a list where one text is needed, a word for true, a text without = where only an expression makes sense.',
    example: { wrong: 'when: data.object.paid', right: 'when: =data.object.paid' },
  },
  'mapping/missing-key': {
    title: 'A key is missing',
    why: 'A mapping needs at least version, name, source, destinations, and event unless every destination has a payload of its own.',
    example: {
      wrong: 'event:\n  name: Paid\n  user: { id: =id }\n  revenue: { currency: usd }',
      right: 'event:\n  name: Paid\n  user: { id: =id }\n  revenue: { amount: 29, currency: usd }',
    },
  },
  'mapping/not-checked': {
    title: "A mapping's own tests could not run",
    why: 'A changed mapping takes effect only after its tests have passed. Here they could not even start, so the version before stays in force.',
    example: {
      situation: 'The process that evaluates mappings could not be started or ended, most often for lack of memory.',
    },
  },
  'mapping/other-syntax': {
    title: "Another tool's way to write an expression",
    why: '{{ … }}, {% … %} and ${ … } mean nothing here and would reach the destination as they stand. Expressions start with =. To send such a text all the same, write it as an expression: ="{{ name }}".',
    example: {
      wrong: 'event:\n  name: "Paid by {{ data.object.customer_name }}"\n  user: { id: =id }',
      right: 'event:\n  name: ="Paid by " & data.object.customer_name\n  user: { id: =id }',
    },
  },
  'mapping/plain-text': {
    title: 'A text that looks like an expression',
    why: 'Without = a value is sent as it is written: every event would carry the same words. As an id, that makes one user of everybody.',
    example: {
      wrong: 'event:\n  name: Paid\n  user: { id: data.object.customer }',
      right: 'event:\n  name: Paid\n  user: { id: =data.object.customer }',
    },
  },
  'mapping/test-failed': {
    title: "A mapping's own test fails",
    why: 'A changed mapping takes effect only when its tests pass, so that a slip does not reach the destinations. The version before stays in force. `hookstitch test` shows what was expected and what came out.',
    example: {
      wrong:
        'tests:\n  - name: the type is the name\n    given: { id: evt_1, type: invoice.paid }\n    expect: { segment: { event: Refunded } }',
      right:
        'tests:\n  - name: the type is the name\n    given: { id: evt_1, type: invoice.paid }\n    expect: { segment: { event: Paid } }',
    },
  },
  'mapping/unknown-destination': {
    title: 'A destination that nobody knows',
    why: 'destinations: names entries of gateway.yaml, and expect: names destinations of the mapping. A misspelt one would never get or expect anything.',
    example: { wrong: 'destinations: [segmnet]', right: 'destinations: [segment]' },
  },
  'mapping/unknown-event-type': {
    title: 'An event type that the source does not send',
    why: 'The mapping would wait for an event that never comes. It is only a warning: a vendor may have a type that is newer than our list.',
    example: { wrong: 'events: invoice.payed', right: 'events: invoice.paid' },
  },
  'mapping/unknown-fixture': {
    title: 'A fixture that is not there',
    why: 'given: names a file with a body, from the mappings folder. Without it the test shows nothing, and a running gateway would not take the mapping.',
    example: {
      wrong:
        'tests:\n  - name: the type is the name\n    given: fixtures/piad.json\n    expect: { segment: { event: Paid } }',
      right:
        'tests:\n  - name: the type is the name\n    given: fixtures/paid.json\n    expect: { segment: { event: Paid } }',
    },
  },
  'mapping/unknown-key': {
    title: 'A key that means nothing here',
    why: 'Nothing reads it, so what stands under it would be lost without a word. Most often it is misspelt or stands in the wrong block.',
    example: { wrong: 'on: invoice.paid', right: 'events: invoice.paid' },
  },
  'mapping/unknown-source': {
    title: 'A source that gateway.yaml does not have',
    why: 'source: names an entry under sources: in gateway.yaml, which is also the last part of its URL.',
    example: { wrong: 'source: strpe', right: 'source: stripe' },
  },
  'mapping/wrong-source': {
    title: 'A lookup that its source cannot answer',
    why: "A lookup asks the API of one kind of sender, with the token of a source of gateway.yaml: the mapping's own, or the one named beside it.",
    example: {
      wrong: 'lookup:\n  contact:\n    hubspot.contact: { id: =data.object.metadata.contact }',
      right: 'lookup:\n  customer:\n    stripe.customer: { id: =data.object.customer }',
    },
  },
  'mapping/unreadable': {
    title: 'A file that cannot be read',
    why: 'It is a link, which could lead out of the folder and is not followed, or no plain file, or the gateway may not read it.',
    example: {
      wrong: { shell: 'ln -s ../shared/paid.yaml mappings/paid.yaml' },
      right: { shell: 'cp shared/paid.yaml mappings/paid.yaml' },
    },
  },
  'mapping/unusable-fixture': {
    title: 'A fixture that cannot be used',
    why: 'given: names a plain file with one body in JSON, of at most 1 MiB, inside the mappings folder; links are not followed. Without it the test shows nothing, and a running gateway would not take the mapping.',
    example: {
      wrong:
        'tests:\n  - name: the type is the name\n    given: ../shared/paid.json\n    expect: { segment: { event: Paid } }',
      right:
        'tests:\n  - name: the type is the name\n    given: fixtures/paid.json\n    expect: { segment: { event: Paid } }',
    },
  },
  'mapping/variable': {
    title: 'An environment variable in a mapping',
    why: '${NAME} is filled in only in gateway.yaml, so that mappings hold no secrets and can be shared. What mappings may know goes under vars: there, and is $vars.name here.',
    example: {
      wrong: 'event:\n  name: Paid\n  user: { id: =id }\n  context: { url: "https://${SITE}/paid" }',
      right: 'event:\n  name: Paid\n  user: { id: =id }\n  context: { url: =$vars.site & "/paid" }',
    },
  },
} as const satisfies Record<`mapping/${string}`, Diagnostic>;
