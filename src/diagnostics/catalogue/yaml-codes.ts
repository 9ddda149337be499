import type { Diagnostic } from '../diagnostic.ts';

/** What keeps a file from being YAML, or from being the YAML its author meant. */
export const yamlCodes = {
  'yaml/alias': {
    title: 'A value starts with *',
    why: 'YAML takes * at the start of a value for an alias, a reference to another value. Aliases are not supported: a file says what it means where it says it. A pattern of event types needs quotes.',
    example: { wrong: 'events: *.paid', right: 'events: "*.paid"' },
  },
  'yaml/anchor': {
    title: 'A value starts with &',
    why: 'YAML takes & at the start of a value for an anchor, a name for others to refer to, and leaves it out of the text. Nothing refers to it here, so it was meant as text.',
    example: {
      wrong: 'event:\n  name: &Paid\n  user: { id: =id }',
      right: 'event:\n  name: "&Paid"\n  user: { id: =id }',
    },
  },
  'yaml/bad-dq-escape': {
    title: 'A backslash that YAML does not know',
    why: 'In "…" a backslash starts an escape such as \\n. The regular expressions of JSONata are full of other ones. In \'…\', in plain values and in blocks a backslash means nothing to YAML.',
    example: { wrong: 'when: "=type ~> /\\d+/"', right: "when: '=$contains(type, /\\d+/)'" },
  },
  'yaml/bad-indent': {
    title: 'A line is indented too far or not far enough',
    why: 'Indentation is what tells YAML which key belongs to which. All keys of one block start in the same column.',
    example: {
      wrong: 'event:\n  name: Paid\n  user:\n    id: =id\n   email: =data.object.customer_email',
      right: 'event:\n  name: Paid\n  user:\n    id: =id\n    email: =data.object.customer_email',
    },
  },
  'yaml/bad-scalar-start': {
    title: 'A value starts with a sign that YAML keeps for itself',
    why: 'A value cannot start with @, a backtick or %. Expressions start with =, whatever other tools use to mark them; a text that starts with such a sign goes in quotes.',
    example: {
      wrong: 'event:\n  name: {% data.object.status %}\n  user: { id: =id }',
      right: 'event:\n  name: =data.object.status\n  user: { id: =id }',
    },
  },
  'yaml/block-as-implicit-key': {
    title: 'A ": " inside a value',
    why: 'A colon followed by a blank makes a key, also in the middle of an expression: in a ? b : c, in an object, in ?: . In a block, which starts with |, nothing means anything to YAML; in quotes neither.',
    example: {
      wrong: 'event:\n  name: =data.object.paid ? "Paid" : "Unpaid"\n  user: { id: =id }',
      right: 'event:\n  name: |\n    =data.object.paid ? "Paid" : "Unpaid"\n  user: { id: =id }',
    },
  },
  'yaml/comma-in-value': {
    title: 'A comma that ends a value',
    why: 'Inside { } and [ ] a comma separates entries, also in the middle of an expression: what follows is taken for a key. In quotes, and outside of brackets, a comma means nothing to YAML.',
    example: {
      wrong: 'event:\n  name: Paid\n  user: { id: =$firstOf(data.object.customer, id) }',
      right: 'event:\n  name: Paid\n  user: { id: "=$firstOf(data.object.customer, id)" }',
    },
  },
  'yaml/complex-key': {
    title: 'A block of keys where a key should be',
    why: 'YAML reads {{ name }} as a block that has a block as its key. The braces of template languages mean nothing here: expressions start with =.',
    example: {
      wrong: 'event:\n  name: {{ data.object.status }}\n  user: { id: =id }',
      right: 'event:\n  name: =data.object.status\n  user: { id: =id }',
    },
  },
  'yaml/dash-among-keys': {
    title: 'A dash in a block of keys',
    why: 'A dash makes an entry of a list, and a block is either a list or made of keys. Names under let:, keys under event: and destinations with changes are keys: they stand without a dash.',
    example: {
      wrong: 'let:\n  invoice: =data.object\n  - customer: =data.object.customer',
      right: 'let:\n  invoice: =data.object\n  customer: =data.object.customer',
    },
  },
  'yaml/duplicate-key': {
    title: 'The same key twice in one block',
    why: 'Only one of the two could count, and which one depends on the tool that reads the file.',
    example: {
      wrong: 'event:\n  name: Paid\n  name: Unpaid\n  user: { id: =id }',
      right: 'event:\n  name: Paid\n  user: { id: =id }',
    },
  },
  'yaml/missing-colon': {
    title: 'A line that is no key and no value',
    why: 'Every line of a block is a key with a colon, or goes on with the value above and is indented deeper.',
    example: {
      wrong: 'event:\n  name Paid\n  user: { id: =id }',
      right: 'event:\n  name: Paid\n  user: { id: =id }',
    },
  },
  'yaml/missing-comma': {
    title: 'Entries in brackets that run into each other',
    why: 'Inside { } and [ ] a comma separates the entries, and a text with a bracket, a comma or ": " in it goes in quotes.',
    example: { wrong: 'destinations: ["segment" "console"]', right: 'destinations: ["segment"]' },
  },
  'yaml/missing-space': {
    title: 'No space after a colon',
    why: 'Without a space, key and value are one word to YAML.',
    example: {
      wrong: 'event:\n  name:=type\n  user: { id: =id }',
      right: 'event:\n  name: =type\n  user: { id: =id }',
    },
  },
  'yaml/multiple-docs': {
    title: 'More than one document in a file',
    why: 'A line of three dashes starts another document, and one file holds one mapping.',
    example: {
      wrong: 'event:\n  name: Paid\n  user: { id: =id }\n---\nname: Another',
      right: 'event:\n  name: Paid\n  user: { id: =id }',
    },
  },
  'yaml/number': {
    title: 'Digits that YAML reads as another number',
    why: 'A leading zero or plus sign, 0x…, and more digits than a number can hold are gone once YAML has made a number of them. Ids, codes and phone numbers are texts and go in quotes.',
    example: {
      wrong: 'event:\n  name: Paid\n  user: { id: =id, phone: +15551234567 }',
      right: 'event:\n  name: Paid\n  user: { id: =id, phone: "+15551234567" }',
    },
  },
  'yaml/syntax': {
    title: 'YAML that cannot be read',
    why: 'The message is the one of the YAML parser. Most often indentation, a bracket or a quote is at fault, on this line or the one above.',
    example: {
      wrong: 'description: &a &b Paid',
      right: 'description: "&a &b Paid"',
    },
  },
  'yaml/tab-as-indent': {
    title: 'A tab where spaces should be',
    why: 'YAML indents with spaces only, because nobody agrees how wide a tab is.',
    example: {
      wrong: 'event:\n\tname: Paid\n\tuser: { id: =id }',
      right: 'event:\n  name: Paid\n  user: { id: =id }',
    },
  },
  'yaml/tag-resolve-failed': {
    title: 'A value starts with !',
    why: 'YAML takes a word that starts with ! for a tag, a type of its own. There are none here. In expressions "not" is $not(…); a text that starts with ! goes in quotes.',
    example: { wrong: 'when: !data.object.livemode', right: 'when: =$not(data.object.livemode)' },
  },
  'yaml/too-deep': {
    title: 'Nested too deeply',
    why: 'More than 64 levels of brackets or indentation are refused before the parser sees them, because they can end the process.',
    example: {
      wrong: `event: ${'['.repeat(70)}${']'.repeat(70)}`,
      right: 'event:\n  name: Paid\n  user: { id: =id }',
    },
  },
  'yaml/too-large': {
    title: 'A file that is too large',
    why: 'A mapping of more than 256 KB is no mapping any more, and reading it would block the gateway for seconds.',
    example: {
      wrong: `description: ${'Paid '.repeat(60_000)}`,
      right: 'description: Paid',
    },
  },
  'yaml/unclosed-bracket': {
    title: 'A bracket that is not closed',
    why: 'A [ or { at the start of a value opens a list or a block of keys, which needs its ] or }.',
    example: {
      wrong: 'event: { name: Paid, user: { id: =id }\ndestinations: [segment]',
      right: 'event: { name: Paid, user: { id: =id } }\ndestinations: [segment]',
    },
  },
  'yaml/unclosed-quote': {
    title: 'A quote that is not closed',
    why: 'A value that starts with a quote goes on to the next one, over any number of lines.',
    example: {
      wrong: 'event:\n  name: "Paid\n  user: { id: =id }',
      right: 'event:\n  name: "Paid"\n  user: { id: =id }',
    },
  },
  'yaml/unexpected-token': {
    title: 'Something behind a value that was complete',
    why: 'A value that starts with a quote ends at the next one, and inside { } and [ ] it also ends at a comma or a bracket. Quote the whole value, in the other kind of quotes if need be.',
    example: {
      wrong: 'event:\n  name: "Plan " & data.object.plan\n  user: { id: =id }',
      right: 'event:\n  name: ="Plan " & data.object.plan\n  user: { id: =id }',
    },
  },
} as const satisfies Record<`yaml/${string}`, Diagnostic>;
