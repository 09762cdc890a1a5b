import type { AsyncLocalStorage } from "node:async_hooks";
import type { RequestTask } from "./requests.ts";

/** On whose behalf code runs: a server's loop, or one of its requests. */
export interface Context {
  /** The server. */
  readonly server: object;
  /** The request that is being handled, if any. */
  readonly task: RequestTask | undefined;
  /** Whether the server's loop waits for this code. */
  readonly inLoop: boolean;
}

/** A context within another: a server may run in the handler of another one. */
interface Nested extends Context {
  readonly outer: Nested | undefined;
  /** Whether the code has ended; what it left behind, such as a timer, is on nobody's behalf. */
  isOver: boolean;
}

// It is what tells that shutdown() was called by a handler, which must not wait
// for itself.
let storage: AsyncLocalStorage<Nested> | undefined;

/** Runs code, and all that it waits for, on behalf of a server. */
export async function runWithin<T>(
  context: Context,
  code: () => T | Promise<T>,
): Promise<T> {
  storage ??= new (globalThis.process
    .getBuiltinModule("node:async_hooks").AsyncLocalStorage)();
  const nested = { ...context, outer: storage.getStore(), isOver: false };
  try {
    return await storage.run(nested, code);
  } finally {
    nested.isOver = true;
  }
}

/** Gives on what behalf of the server's the caller runs; `undefined` if on none. */
export function contextOf(server: object): Context | undefined {
  let context = storage?.getStore();
  while (context !== undefined && context.server !== server) {
    context = context.outer;
  }
  // Nobody waits for a handler that was cut off.
  return context?.isOver || context?.task?.isCut ? undefined : context;
}
