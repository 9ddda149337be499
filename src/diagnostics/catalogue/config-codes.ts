import type { Diagnostic } from '../diagnostic.ts';

/** What is wrong with gateway.yaml. */
export const configCodes = {
  'config/changed': {
    title: 'gateway.yaml was changed while the gateway runs',
    why: 'Mappings take effect at once, but sources, destinations and variables are read at the start: restart to apply the change. Where the new text has errors, correct them first: the gateway would not start with it.',
    example: { situation: 'gateway.yaml was saved while the gateway ran.' },
  },
  'config/disabled': {
    title: 'A source or destination that is off',
    why: 'A variable that it needs is not set. A source that is off answers 503, and the sender tries again; mappings skip a destination that is off.',
    example: { wrong: { '.env': '# WRITE_KEY is not set' }, right: { '.env': 'WRITE_KEY=q1w2e3' } },
  },
  'config/expression': {
    title: 'An expression in gateway.yaml',
    why: 'Only mappings have expressions. Here the text itself would be taken for the value, as it stands.',
    example: {
      wrong: { 'gateway.yaml': 'vars:\n  site: ="example." & "com"' },
      right: { 'gateway.yaml': 'vars:\n  site: example.com' },
    },
  },
  'config/invalid-value': {
    title: 'A setting of the wrong kind',
    why: 'The setting is there, but its value cannot be used: a text where a number is needed, an address that is no URL, a secret that is too short to be one.',
    example: {
      wrong: {
        'gateway.yaml': 'destinations:\n  segment: { type: segment, write_key: "${WRITE_KEY}", timeout_ms: "500" }',
      },
      right: {
        'gateway.yaml': 'destinations:\n  segment: { type: segment, write_key: "${WRITE_KEY}", timeout_ms: 500 }',
      },
    },
  },
  'config/invalid-variable': {
    title: 'A reference to a variable that is no reference',
    why: 'Variables are written ${NAME}, ${NAME:-default} or ${NAME:?message}. Anything else stays as it is, so a destination would be called with the text of the reference as its key.',
    example: {
      wrong: { 'gateway.yaml': 'destinations:\n  segment: { type: segment, write_key: "${WRITE_KEY" }' },
      right: { 'gateway.yaml': 'destinations:\n  segment: { type: segment, write_key: "${WRITE_KEY}" }' },
    },
  },
  'config/literal-secret': {
    title: 'A secret in the file',
    why: 'gateway.yaml belongs into version control, and a secret does not. Name a variable instead; it can also come from a file, through NAME_FILE.',
    example: {
      wrong: { 'gateway.yaml': 'destinations:\n  segment: { type: segment, write_key: q1w2e3 }' },
      right: { 'gateway.yaml': 'destinations:\n  segment: { type: segment, write_key: "${WRITE_KEY}" }' },
    },
  },
  'config/missing-key': {
    title: 'A setting is missing',
    why: 'gateway.yaml needs its version, and every source and destination its type.',
    example: {
      wrong: { 'gateway.yaml': 'destinations:\n  segment: { write_key: "${WRITE_KEY}" }' },
      right: { 'gateway.yaml': 'destinations:\n  segment: { type: segment, write_key: "${WRITE_KEY}" }' },
    },
  },
  'config/missing-variable': {
    title: 'A required variable that is not set',
    why: '${NAME:?message} insists on the variable. Write ${NAME:-} where the source or destination may be off without it.',
    example: {
      wrong: {
        'gateway.yaml':
          'destinations:\n  segment: { type: segment, write_key: "${SEGMENT_KEY:?see Settings › API keys}" }',
      },
      right: {
        'gateway.yaml':
          'destinations:\n  segment: { type: segment, write_key: "${WRITE_KEY:?see Settings › API keys}" }',
      },
    },
  },
  'config/misspelt-variable': {
    title: 'A variable that is probably misspelt',
    why: 'gateway.yaml names a variable that is not set, and one that is set and that nothing reads has almost the same name. Until one of the two is corrected, the source or destination is off.',
    example: {
      wrong: { 'gateway.yaml': 'destinations:\n  segment: { type: segment, write_key: "${WRITE_KYE}" }' },
      right: { 'gateway.yaml': 'destinations:\n  segment: { type: segment, write_key: "${WRITE_KEY}" }' },
    },
  },
  'config/unknown-key': {
    title: 'A setting that means nothing here',
    why: 'Nothing reads it. Most often it is misspelt, belongs to another type, or stands in the wrong block.',
    example: {
      wrong: { 'gateway.yaml': 'destinations:\n  segment: { type: segment, wriet_key: "${WRITE_KEY}" }' },
      right: { 'gateway.yaml': 'destinations:\n  segment: { type: segment, write_key: "${WRITE_KEY}" }' },
    },
  },
  'config/unknown-type': {
    title: 'A source or destination of an unknown type',
    why: 'type: names what hookstitch knows how to verify or how to send to; the name of the entry is your own choice.',
    example: {
      wrong: { 'gateway.yaml': 'sources:\n  stripe: { type: strpe, secret: "${SECRET}" }' },
      right: { 'gateway.yaml': 'sources:\n  stripe: { type: stripe, secret: "${SECRET}" }' },
    },
  },
  'config/unsigned-source': {
    title: 'A source that proves nothing',
    why: 'Its sender does not sign: the secret in the URL is all that keeps others out, and URLs end up in logs. Choose this only for senders that know no better.',
    example: {
      wrong: { 'gateway.yaml': 'sources:\n  stripe: { type: secret_url, secret: "${SECRET}" }' },
      right: {
        'gateway.yaml': 'sources:\n  stripe: { type: hmac, secret: "${SECRET}", signature: { header: X-Signature } }',
      },
    },
  },
  'config/unreadable': {
    title: 'gateway.yaml, or a file that it needs, cannot be read',
    why: 'The running gateway keeps what it has started with, but it would not start again.',
    example: {
      situation: 'gateway.yaml, .env or the file that a NAME_FILE names was closed to the gateway while it ran.',
    },
  },
} as const satisfies Record<`config/${string}`, Diagnostic>;
