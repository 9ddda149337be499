/** Characters kept of events, and of each destination's deliveries: that of one that is paused fills up and stays. */
export const lengthMax = { events: 8_000_000, deliveries: 2_000_000 } as const;

/** About what an entry takes beside its text. */
const entryLength = 500;

/** Contents by id, as much as there is room for; the rest is read from the database in its turn. */
export class Recent<Content> {
  readonly #lengthMax: number;
  readonly #kept = new Map<string, { readonly content: Content; readonly length: number }>();
  #length = 0;

  constructor(most: number) {
    this.#lengthMax = most;
  }

  /** `textLength`: of what it holds in long texts. */
  keep(id: string, content: Content, textLength: number): void {
    const length = textLength + entryLength;
    if (this.#length + length > this.#lengthMax) return;
    this.#kept.set(id, { content, length });
    this.#length += length;
  }

  /** Once only: whoever claims it again has reason to read what is stored. */
  take(id: string): Content | undefined {
    const kept = this.#kept.get(id);
    if (kept === undefined) return undefined;
    this.#kept.delete(id);
    this.#length -= kept.length;
    return kept.content;
  }

  clear(): void {
    this.#kept.clear();
    this.#length = 0;
  }
}

/** A view, not a copy. */
export const textOf = ({ buffer, byteOffset, byteLength }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString();
