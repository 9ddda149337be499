import type { PresetFile } from './preset-file.ts';

type Described = Pick<PresetFile, 'verify' | 'event_type' | 'event_id'>;

/** What somebody who holds one signed request of a sender could change in it. */
export interface UnsignedHeaders {
  /** Those that tell what the event is, or which one, and that the signature leaves out. */
  readonly names: readonly string[];
  /** An expression by which a copy is known by its body, and by its type where a header tells that. */
  readonly signedId: string;
}

/** Undefined where all that tells events apart is signed, and where nothing is. */
export function unsignedHeaders({ verify, event_type, event_id }: Described): UnsignedHeaders | undefined {
  if (!('signature' in verify)) return undefined;
  const isSigned = (name: string): boolean => name === verify.id_header;
  const ofType = headersIn(event_type).filter((name) => !isSigned(name));
  const names = [...new Set([...headersIn(event_id).filter((name) => !isSigned(name)), ...ofType])];
  if (names.length === 0) return undefined;
  // One body may be told as several types.
  const [first] = ofType;
  return { names, signedId: first === undefined ? '=$' : `=[$headers.\`${first}\`, $]` };
}

const headersIn = (expression = ''): readonly string[] =>
  Array.from(expression.matchAll(/\$headers\.(?:`([^`]+)`|(\w+))/g), ([, quoted, plain]) => quoted ?? plain ?? '');

/** What follows, in a sentence. */
export const unsignedText = ({ names, signedId }: UnsignedHeaders): string =>
  `The signature does not cover ${names.join(' and ')}: whoever gets hold of a signed request can send it again as another event. ` +
  `Where that counts, event_id: ${signedId} knows a copy by all that its body says.`;
