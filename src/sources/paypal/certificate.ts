import { X509Certificate } from 'node:crypto';
import type { Certificate } from '../source.ts';

/** Certificates of one file: the sender's own and those between it and a root. More are no chain. */
const chainMax = 8;

export interface Trust {
  /** In PEM. */
  readonly roots: readonly string[];
  readonly now: Date;
  /** The name that the certificate has to be made out to. */
  readonly subject: string;
}

/**
 * The key of the first certificate in a PEM file; undefined unless it is made out to the sender, valid now, and issued
 * by way of the others, all valid, by a root that is trusted.
 */
export function trustedCertificate(pem: string, trust: Trust): Certificate | undefined {
  const chain = certificatesIn(pem);
  const [own] = chain;
  if (own === undefined || chain.length > chainMax || !isMadeOutTo(own, trust.subject)) return undefined;
  const path = pathOf(own, chain.slice(1));
  if (!path.every((certificate) => isCurrent(certificate, trust.now))) return undefined;
  if (!path.slice(1).every(({ ca }) => ca) || !isTrusted(path.at(-1) ?? own, trust)) return undefined;
  const validTo = Math.min(...path.map((certificate) => certificate.validToDate.getTime()));
  return own.publicKey.asymmetricKeyType === 'rsa' ? { key: own.publicKey, validTo } : undefined;
}

function certificatesIn(pem: string): readonly X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g) ?? [];
  try {
    return blocks.slice(0, chainMax + 1).map((block) => new X509Certificate(block));
  } catch {
    // Node reports what is no certificate by throwing.
    return [];
  }
}

/** The name stands in the subject, as this sender's own libraries look for it. */
const isMadeOutTo = ({ subject }: X509Certificate, name: string): boolean => subject.split('\n').includes(`CN=${name}`);

const isCurrent = ({ validFromDate, validToDate }: X509Certificate, now: Date): boolean =>
  validFromDate <= now && now <= validToDate;

const isIssuedBy = (certificate: X509Certificate, issuer: X509Certificate): boolean =>
  certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);

/** From the sender's own upwards, as far as the file goes. */
function pathOf(own: X509Certificate, others: readonly X509Certificate[]): readonly X509Certificate[] {
  const path = [own];
  const left = new Set(others);
  for (let last: X509Certificate | undefined = own; last !== undefined; ) {
    const below: X509Certificate = last;
    last = [...left].find((candidate) => isIssuedBy(below, candidate));
    if (last !== undefined) {
      path.push(last);
      left.delete(last);
    }
  }
  return path;
}

function isTrusted(last: X509Certificate, { roots, now }: Trust): boolean {
  return roots.some((pem) => {
    const root = new X509Certificate(pem);
    return isCurrent(root, now) && (root.fingerprint256 === last.fingerprint256 || isIssuedBy(last, root));
  });
}
