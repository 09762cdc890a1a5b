/** A numeric address. */
export interface NumericAddress {
  /** `AF_INET` or `AF_INET6`. */
  readonly family: number;
  readonly host: string;
  /** The interface's index; 0 for none. */
  readonly scopeid: number;
}

/** The names and addresses of a host. */
export interface Host {
  readonly canonname: string;
  readonly aliases: readonly string[];
  readonly found: readonly NumericAddress[];
}
