import type { Order, Report } from "../wire/messages.ts";

/** A Worker as its parent has it; Deno has two kinds. */
export interface Thread {
  /** Resolves with the reason when it has ended, if that can be known. */
  readonly ended: Promise<Error>;
  /** Whether it lets the process end while it has nothing to do. */
  readonly canRest: boolean;
  /** Gives it an order. */
  post(order: Order, transfer: Transferable[]): void;
  /** Lets it keep the process alive, or not. */
  hold(held: boolean): void;
  /** Ends it. One in an endless loop goes on, for nobody (Deno 2.9). */
  end(): Promise<void>;
}

/** Is told what a Worker says of itself. */
export type Listener = (report: Report) => void;
