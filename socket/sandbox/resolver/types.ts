import type { OSErrorFields } from "../../errors.ts";

/** A numeric address. */
export interface Numeric {
  /** `AF_INET` or `AF_INET6`. */
  readonly family: number;
  readonly host: string;
  /** The interface's index; 0 for none. */
  readonly scopeid: number;
}

/** What a name stands for. */
export interface Host {
  readonly canonname: string;
  readonly aliases: readonly string[];
  readonly found: readonly Numeric[];
}

/** A query on its way. */
export interface Query {
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** What its errors tell. */
  readonly fields: OSErrorFields;
}
