/**
 * Requests that differ in a few digits and their signature: copied and filled in when they are sent, because whoever
 * generates load shares the machine with what is measured.
 */
export interface Requests {
  /** Its bytes, head and signature included. */
  bytesOf(request: number): Buffer;
}

const digits = 12;
/** A bijection of the numbers below 10^12, so that neighbours do not lie side by side in any index. */
const factor = 618_033_989;
const modulus = 10 ** digits;

/** Twelve characters that become the number of an event: as it is, for whoever counts them … */
export const plain = (item = 0): string => `@plain@${String(item).padStart(5, '0')}`;
/** … or scattered over all numbers of twelve digits, as the senders' own ids are. */
export const mixed = (item = 0): string => `@mixed@${String(item).padStart(5, '0')}`;

interface Slot {
  readonly at: number;
  readonly kind: 'plain' | 'mixed';
  readonly item: number;
}

export interface TemplateParts {
  readonly path: string;
  readonly host: string;
  /** ASCII, with `plain` and `mixed` in it. */
  readonly body: string;
  /** How many events are in a body. */
  readonly items: number;
  /** The number of the first event of the first request. */
  readonly first: number;
  readonly seed: number;
  /** The header lines of the signature; `signature` has a fixed length. */
  readonly signatureLines: (signature: string) => string;
  readonly sign: (body: Buffer) => string;
  /** For so many requests the signature is made before the first is sent. */
  readonly signedAhead: number;
}

export function createRequests(parts: TemplateParts): Requests {
  const body = Buffer.from(parts.body, 'latin1');
  const slots = slotsOf(parts.body);
  const fill = (into: Buffer, offset: number, request: number): void => {
    const first = parts.first + request * parts.items;
    for (const { at, kind, item } of slots) {
      const number = first + item;
      writeDigits(into, offset + at, kind === 'plain' ? number : scattered(number, parts.seed));
    }
  };
  const scratch = Buffer.from(body);
  const signatureOf = (request: number): string => {
    fill(scratch, 0, request);
    return parts.sign(scratch);
  };
  const ahead = Array.from({ length: parts.signedAhead }, (_, request) => signatureOf(request));
  const blank = ' '.repeat(signatureOf(0).length);
  const head = Buffer.from(headOf(parts, body.length, blank), 'latin1');
  const template = Buffer.concat([head, body]);
  const signatureAt = head.indexOf(blank);
  return {
    bytesOf: (request) => {
      const bytes = Buffer.allocUnsafe(template.length);
      template.copy(bytes);
      fill(bytes, head.length, request);
      bytes.write(ahead[request] ?? signatureOf(request), signatureAt, 'latin1');
      return bytes;
    },
  };
}

function headOf({ path, host, signatureLines }: TemplateParts, length: number, signature: string): string {
  const type = 'content-type: application/json; charset=utf-8';
  const lines = [`POST ${path} HTTP/1.1`, `host: ${host}`, type, `content-length: ${length}`];
  return `${lines.join('\r\n')}\r\n${signatureLines(signature)}\r\n\r\n`;
}

const slotsOf = (body: string): readonly Slot[] =>
  [...body.matchAll(/@(plain|mixed)@(\d{5})/g)].map(({ index, 1: kind, 2: item }) => ({
    at: index,
    kind: kind === 'plain' ? 'plain' : 'mixed',
    item: Number(item),
  }));

const scattered = (number: number, seed: number): number => (number * factor + seed * 7_368_787) % modulus;

function writeDigits(into: Buffer, offset: number, number: number): void {
  // In halves, which are integers to the machine as well.
  const higher = Math.floor(number / 1e6);
  writeSix(into, offset, higher);
  writeSix(into, offset + 6, number - higher * 1e6);
}

function writeSix(into: Buffer, offset: number, number: number): void {
  let rest = number | 0;
  for (let at = offset + 5; at >= offset; at -= 1) {
    const higher = (rest / 10) | 0;
    into[at] = 48 + rest - higher * 10;
    rest = higher;
  }
}
