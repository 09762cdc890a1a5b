import type { DatagramParts, StreamRequest, Up } from "../wire/messages.ts";

/** What carries one request between the parent's socket and a Worker. */
export interface Relay {
  /** The request, as the Worker is told of it. */
  readonly request: StreamRequest | DatagramParts;
  /** Begins to carry what comes to the handler. */
  start(): void;
  /** Takes a message of the handler's. */
  receive(message: Up): void;
  /** Resolves when all that the handler has sent is on its way. */
  finish(): Promise<void>;
  /** Carries nothing more. */
  stop(): void;
}
