import type { Diagnostic } from '../diagnostic.ts';

/** What is wrong with an expression. */
export const expressionCodes = {
  'expr/dashed-name': {
    title: 'A field name with a dash',
    why: 'JSONata reads a-b as a minus b. A field whose name has a dash, a blank or another sign goes in backticks.',
    example: { wrong: 'when: =$exists($headers.x-shop-id)', right: 'when: =$exists($headers.`x-shop-id`)' },
  },
  'expr/curly-quotes': {
    title: 'Quotes of a word processor',
    why: 'Word processors and chats turn "…" into curly quotes, which enclose nothing in an expression: the text between them would be read as the name of a field.',
    example: { wrong: 'when: =type = “invoice.paid”', right: 'when: =type = "invoice.paid"' },
  },
  'expr/javascript': {
    title: 'JavaScript in an expression',
    why: 'Expressions are JSONata: = compares, & joins texts, and / or / $not(…) combine conditions, functions start with $, and there are no methods, templates or undefined.',
    example: { wrong: 'when: =type == "invoice.paid"', right: 'when: =type = "invoice.paid"' },
  },
  'expr/never-true': {
    title: 'A condition that is never true',
    why: 'when: lets an event through only where it comes to exactly true. This one never does, so everything would be skipped. To switch a mapping off, write enabled: false.',
    example: { wrong: 'when: =$count(data.object.lines)', right: 'when: =$count(data.object.lines) > 0' },
  },
  'expr/not-a-function': {
    title: 'A call of something that is no function',
    why: 'Functions start with $, and values have no methods: it is $lowercase(email), not email.toLowerCase().',
    example: {
      wrong: 'event:\n  name: Paid\n  user: { id: "=firstOf(data.object.customer, id)" }',
      right: 'event:\n  name: Paid\n  user: { id: "=$firstOf(data.object.customer, id)" }',
    },
  },
  'expr/null-check': {
    title: 'A comparison with null',
    why: 'A field that is missing is not null but nothing, and nothing equals nothing else: the comparison is false for it. $exists(…) asks whether a field is there, $firstOf(…) skips what is missing, null or empty.',
    example: {
      wrong: 'when: =data.object.customer = null',
      right: 'when: =$not($exists($firstOf(data.object.customer)))',
    },
  },
  'expr/refused': {
    title: 'A function that mappings do not have',
    why: '$eval would run text of a webhook as code. $random and $shuffle give another result at every try, and a retried event has to give the same one.',
    example: {
      wrong: 'event:\n  name: Paid\n  user: { anonymous_id: =$string($random()) }',
      right: 'event:\n  name: Paid\n  user: { anonymous_id: "=$stableId(\'stripe\', data.object.customer)" }',
    },
  },
  'expr/risky-pattern': {
    title: 'A regular expression that can take for ever',
    why: 'A repetition within a repetition can match the same text in more ways than there are atoms. Whoever sends a webhook can choose that text, and every such event ends as too_slow.',
    example: { wrong: 'when: =$contains(type, /^(a+)+$/)', right: 'when: =$contains(type, /^a+$/)' },
  },
  'expr/syntax': {
    title: 'An expression that cannot be read',
    why: 'It is not JSONata. The caret stands at the first word or sign that does not fit. `hookstitch eval` tries expressions out. In a plain value " #" starts a comment, also within quotes of the expression.',
    example: {
      wrong: 'event:\n  name: =type & " #1"\n  user: { id: =id }',
      right: 'event:\n  name: \'=type & " #1"\'\n  user: { id: =id }',
    },
  },
  'expr/unknown-name': {
    title: 'A function or variable that nobody defines',
    why: 'JSONata would take an unknown variable for nothing and fail at an unknown function only when an event comes. Names come from let: (known to what follows), from the gateway ($body, $headers, $query, $vars, $meta; $item, $index, $event and $config in their places) and from the functions.',
    example: {
      wrong: 'event:\n  name: Paid\n  user: { id: "=$firstof(data.object.customer, id)" }',
      right: 'event:\n  name: Paid\n  user: { id: "=$firstOf(data.object.customer, id)" }',
    },
  },
  'expr/wrong-kind': {
    title: 'A list, a block or a function where one text is needed',
    why: 'An id, a name or an e-mail address is one text. An event whose mapping gives a list there fails. Pick one entry, as in [0], or join them with $join.',
    example: {
      wrong: 'event:\n  name: Paid\n  user: { id: =id, email: "=$split(data.object.emails, \',\')" }',
      right: 'event:\n  name: Paid\n  user: { id: =id, email: "=$split(data.object.emails, \',\')[0]" }',
    },
  },
} as const satisfies Record<`expr/${string}`, Diagnostic>;
