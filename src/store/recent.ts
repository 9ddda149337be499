/** Contents by id, as much as there is room for; the rest is read from the database in its turn. */
export class Recent<Content> {
  readonly #lengthMax: number;
  readonly #kept = new Map<string, { readonly content: Content; readonly length: number }>();
  #length = 0;

  constructor(lengthMax: number) {
    this.#lengthMax = lengthMax;
  }

  keep(id: string, content: Content, length: number): void {
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

/** Characters kept of events, and of each destination's deliveries: that of one that is paused fills up and stays. */
export const lengthMax = { events: 16_000_000, deliveries: 4_000_000 } as const;
