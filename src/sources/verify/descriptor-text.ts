import type { Descriptor } from './descriptor.ts';

/** How a sender proves that a request is its own, in a few words. */
export function descriptorText(descriptor: Descriptor): string {
  if ('signature' in descriptor) {
    const { signature, timestamp } = descriptor;
    const age = timestamp === undefined ? '' : `, at most ${timestamp.tolerance_s} s old`;
    return `${algorithmOf(descriptor)} in ${signature.header}${signature.numbered ? '1' : ''}${age}`;
  }
  switch (descriptor.method) {
    case 'token':
      return `the secret itself in ${descriptor.header}; nothing is signed`;
    case 'basic':
      return 'user and password; nothing is signed';
    case 'secret_url':
      return `nothing but the secret in the URL, ?${descriptor.query}=…`;
  }
}

function algorithmOf(descriptor: Extract<Descriptor, { signature: unknown }>): string {
  switch (descriptor.method) {
    case 'hmac':
      return `HMAC-${descriptor.algorithm.toUpperCase()}`;
    case 'hash':
      return `${descriptor.algorithm.toUpperCase()} over secret and body`;
    case 'ed25519':
      return 'Ed25519';
    case 'ecdsa_p256':
      return 'ECDSA P-256';
  }
}
