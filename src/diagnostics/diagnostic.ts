/** What one code means; shown by `hookstitch explain` and listed in docs/diagnostics.md. */
export interface Diagnostic {
  readonly title: string;
  /** Why it matters, and what to do. */
  readonly why: string;
  /** Shown and run as tests: the first yields this code, the second no problem at all. */
  readonly example: { readonly wrong: Example; readonly right: Example } | NoExample;
}

/** Lines of a mapping, or of the files that are named: `gateway.yaml`, `.env`, `shell`. */
export type Example = string | Readonly<Partial<Record<'gateway.yaml' | '.env' | 'shell', string>>>;

/** It is no text that is wrong but the moment: what brings it about. */
interface NoExample {
  readonly situation: string;
}
