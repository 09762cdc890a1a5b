import type { OSErrorFields } from "../../errors.ts";
import { type Wait, withDeadline } from "../../wait.ts";

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

/** Runs a query no longer than `wait`; one that is given up is stopped by its signal. */
export function runQuery<T>(
  wait: Wait | undefined,
  fields: OSErrorFields,
  begin: (query: Query) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const answer = begin({ signal: stop.signal, fields });
  return withDeadline(answer, wait, fields, () => stop.abort());
}
