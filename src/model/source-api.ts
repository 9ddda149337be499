/** How a source's own API is asked: what lookups need to know of the settings in gateway.yaml. */
export interface SourceApi {
  /** Base URL without a trailing slash. */
  readonly url: string;
  /** Empty when none is configured. */
  readonly token: string;
  /** The vendor's own address must be a public one; one that the operator wrote may be anywhere. */
  readonly allowPrivateAddress: boolean;
  /** At most so many requests in any time of this length. */
  readonly window: RequestWindow;
}

export interface RequestWindow {
  readonly requests: number;
  readonly perMs: number;
}
