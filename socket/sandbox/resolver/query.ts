import type { OSErrorFields } from "../../errors.ts";
import { type Wait, withDeadline } from "../../wait.ts";

/** A look-up in progress. */
export interface Query {
  /** Aborts when the call gives up. */
  readonly signal: AbortSignal;
  /** The fields of its errors. */
  readonly fields: OSErrorFields;
}

/** Runs a look-up with a deadline; its signal stops it when the call gives up. */
export function runQuery<T>(
  wait: Wait | undefined,
  fields: OSErrorFields,
  start: (query: Query) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const answer = start({ signal: controller.signal, fields });
  return withDeadline(answer, wait, fields, () => controller.abort());
}
