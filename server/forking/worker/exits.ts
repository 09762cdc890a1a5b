import { workerEnded } from "../wire/serialized_error.ts";

/** The part of a Worker's global scope that is needed. */
export interface WorkerScope {
  readonly name?: string;
  postMessage(message: unknown): void;
  addEventListener(
    type: "message",
    listener: (event: MessageEvent) => void,
  ): void;
  addEventListener(
    type: "error" | "unhandledrejection",
    listener: (event: ErrorEvent & PromiseRejectionEvent) => void,
  ): void;
  removeEventListener(
    type: "error" | "unhandledrejection",
    listener: (event: ErrorEvent & PromiseRejectionEvent) => void,
  ): void;
  close(): void;
}

/** The scope of the Worker that this module is in. */
export const scope = globalThis as unknown as WorkerScope;

/**
 * Reports when the program ends its Worker by a call; there is no event for that.
 *
 * @param tell Resolves when nothing is left that the Worker's end would leave open.
 */
export function watchExits(tell: (error: Error) => Promise<void>): void {
  const { exit } = Deno;
  const { close } = scope;
  Object.defineProperty(Deno, "exit", {
    value: (code?: number): never => {
      tell(workerEnded(`by Deno.exit(${code ?? ""})`));
      return exit(code);
    },
  });
  scope.close = () => {
    tell(workerEnded("by close()")).then(() => close.call(scope));
  };
}

/** Reports errors that nothing catches, until the result is called. */
export function watchErrors(tell: (error: Error) => void): () => void {
  const listener = (event: ErrorEvent & PromiseRejectionEvent) => {
    // A listener of the program has handled it.
    if (event.defaultPrevented) return;
    event.preventDefault();
    const cause: unknown = event.type === "error" ? event.error : event.reason;
    tell(workerEnded("with an error that nothing caught", { cause }));
  };
  scope.addEventListener("error", listener);
  scope.addEventListener("unhandledrejection", listener);
  return () => {
    scope.removeEventListener("error", listener);
    scope.removeEventListener("unhandledrejection", listener);
  };
}
