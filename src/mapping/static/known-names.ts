/** The names a mapping may refer to, from gateway.yaml. */
export interface KnownNames {
  readonly sources: readonly string[];
  readonly destinations: readonly string[];
  /** The `type` of each source; one that is missing here may be any. */
  readonly sourceTypes?: Readonly<Record<string, string>>;
  /** The event types that a source is known to send; a source that is missing here may send any. */
  readonly eventTypes?: Readonly<Record<string, readonly string[]>>;
  /** The keys of `vars:`. */
  readonly vars?: readonly string[];
  /** gateway.yaml has a mistake that hides names, so none can be called unknown. */
  readonly isIncomplete?: boolean;
}
