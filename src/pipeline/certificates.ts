import { rootCertificates } from 'node:tls';
import type { Sender } from '../delivery/send.ts';
import type { Clock } from '../model/clock.ts';
import { GatewayError } from '../model/error.ts';
import type { RawRequest } from '../model/event.ts';
import type { Certificate, ConfiguredSource, Verification } from '../sources/source.ts';

/** Asks for the text behind a URL: undefined where there is none, and `unreachable` where it cannot be known now. */
export type AskFor = (url: string) => Promise<string | undefined | 'unreachable'>;

export interface CertificatesSetup {
  readonly ask: AskFor;
  readonly clock: Clock;
  /** In PEM; those that Node trusts where nothing is said. */
  readonly roots?: readonly string[];
}

const limits = { timeoutMs: 5_000, allowPrivateAddress: false, answerBytesMax: 64 * 1024 };

/** By the only way out: to public addresses, following no redirect, bounded in size and time. */
export const askBy =
  (sender: Pick<Sender, 'send'>): AskFor =>
  async (url) => {
    const result = await sender.send({ method: 'GET', url, headers: {} }, limits);
    if (result.kind !== 'answered') return 'unreachable';
    const { status, body } = result.answer;
    if (status === 200) return body;
    return status === 429 || status >= 500 ? 'unreachable' : undefined;
  };

/** Certificates are replaced about once a year; a day keeps one that is withdrawn from counting for long. */
const keptMs = 86_400_000;
/** For as long nobody is asked again for what was no good. */
const refusedMs = 60_000;
/** Few are ever in use; whoever makes up names of others fills no more than this. */
const knownMax = 64;
/** Requests that are not proved yet can make us ask, and no more often than this at once. */
const askedMax = 4;

interface Known {
  readonly certificate: Certificate | undefined;
  readonly untilMs: number;
}

/** Verifies what only a certificate of the sender's proves; each certificate is asked for once and kept. */
export class Certificates {
  readonly #ask: AskFor;
  readonly #clock: Clock;
  readonly #roots: readonly string[];
  readonly #known = new Map<string, Known>();
  readonly #asked = new Map<string, Promise<Known>>();

  constructor({ ask, clock, roots = rootCertificates }: CertificatesSetup) {
    this.#ask = ask;
    this.#clock = clock;
    this.#roots = roots;
  }

  /** Throws CERTIFICATE_UNAVAILABLE where the certificate cannot be had now. */
  async verify(request: RawRequest, { source, settings, name }: ConfiguredSource): Promise<Verification> {
    const { certified } = source;
    if (certified === undefined) return source.verify(request, settings, this.#clock.now());
    const url = certified.certificateUrl(request, settings);
    if (!url.ok) return url;
    const read = (pem: string): Certificate | undefined =>
      certified.readCertificate(pem, settings, { roots: this.#roots, now: this.#clock.now() });
    // What is sandbox's is not the other's: what a source makes of a file is its own.
    const { certificate } = await this.#certificate(`${name} ${url.value}`, url.value, read);
    if (certificate === undefined) return { ok: false, reason: 'bad_signature' };
    return certified.verify(request, settings, { certificate, now: this.#clock.now() });
  }

  async #certificate(key: string, url: string, read: (pem: string) => Certificate | undefined): Promise<Known> {
    const known = this.#known.get(key);
    if (known !== undefined && this.#clock.now().getTime() < known.untilMs) return known;
    const underWay = this.#asked.get(key);
    if (underWay !== undefined) return await underWay;
    if (this.#asked.size >= askedMax) throw unavailable();
    const asked = this.#askFor(url, read);
    this.#asked.set(key, asked);
    try {
      const found = await asked;
      this.#keep(key, found);
      return found;
    } finally {
      this.#asked.delete(key);
    }
  }

  async #askFor(url: string, read: (pem: string) => Certificate | undefined): Promise<Known> {
    const pem = await this.#ask(url);
    if (pem === 'unreachable') throw unavailable();
    const certificate = pem === undefined ? undefined : read(pem);
    const nowMs = this.#clock.now().getTime();
    return certificate === undefined
      ? { certificate, untilMs: nowMs + refusedMs }
      : { certificate, untilMs: Math.min(nowMs + keptMs, certificate.validTo) };
  }

  /** The oldest goes first; those that prove something stay before those that do not. */
  #keep(key: string, known: Known): void {
    this.#known.delete(key);
    if (this.#known.size >= knownMax) {
      const refused = [...this.#known].find(([, { certificate }]) => certificate === undefined);
      const oldest = refused?.[0] ?? this.#known.keys().next().value;
      if (oldest !== undefined) this.#known.delete(oldest);
    }
    this.#known.set(key, known);
  }
}

const unavailable = (): GatewayError =>
  new GatewayError('CERTIFICATE_UNAVAILABLE', 'the certificate that proves the request cannot be had now', {
    hint: "see that the gateway reaches the sender's API over HTTPS",
  });
