import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { GatewayError } from '../../model/error.ts';

/** OWASP's equivalent of 2^17 at a quarter of the memory, 32 MB: the gateway is meant for small machines. */
const usualCost = { ln: 15, r: 8, p: 3 };
export type PasswordCost = Readonly<typeof usualCost>;

const saltBytes = 16;
const keyBytes = 32;

export const passwordLength = { min: 12, max: 1_000 };

/** Whoever guesses from many addresses at once gets no more of the machine than this many at a time waiting for it. */
const waitingMax = 20;

/** Hashes and compares one password at a time: each takes a good part of a second of one core. */
export class Passwords {
  readonly #cost: PasswordCost;
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(cost: PasswordCost = usualCost) {
    this.#cost = cost;
  }

  /** As `$scrypt$ln=15,r=8,p=3$salt$key`. */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(saltBytes);
    const key = await this.#derive(password, salt, this.#cost);
    const { ln, r, p } = this.#cost;
    return `$scrypt$ln=${ln},r=${r},p=${p}$${base64(salt)}$${base64(key)}`;
  }

  async matches(password: string, hash: string): Promise<boolean> {
    const [whole, ln, r, p, salt = '', key = ''] = hashPattern.exec(hash) ?? [];
    if (whole === undefined) return false;
    const expected = Buffer.from(key, 'base64');
    const cost = { ln: Number(ln), r: Number(r), p: Number(p) };
    const derived = await this.#derive(password, Buffer.from(salt, 'base64'), cost);
    return derived.length === expected.length && timingSafeEqual(derived, expected);
  }

  async #derive(password: string, salt: Buffer, { ln, r, p }: PasswordCost): Promise<Buffer> {
    if (this.#waiting >= waitingMax)
      throw new GatewayError('TOO_MANY_FAILURES', 'too many passwords are being tried at once');
    this.#waiting += 1;
    const N = 2 ** ln;
    // Two blocks more than it takes, which is how OpenSSL counts.
    const options = { N, r, p, maxmem: 128 * r * (N + p + 2) };
    const derived = this.#last.then(() => scrypted(password, salt, options));
    this.#last = derived.catch(() => undefined).finally(() => (this.#waiting -= 1));
    return await derived;
  }
}

const hashPattern = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/;

const base64 = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');

const scrypted = (password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    // The same password typed on another keyboard is composed of other characters.
    scrypt(password.normalize('NFKC'), salt, keyBytes, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
