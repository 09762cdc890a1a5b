import { POLLERR, POLLHUP, POLLNVAL } from "../constants/poll.ts";
import { Observers } from "./observers.ts";
import { DescriptorRefusals } from "./refusals.ts";

/** What an endpoint tells of its socket. */
interface SharedSocket {
  readonly family: number;
  readonly type: number;
  readonly proto: number;
  readonly transport: { readonly driver: string };
  /** Returns the runtime's object; throws EBUSY if bytes or pending calls would be lost. */
  detach(): unknown;
}

/** One endpoint on a socket that its duplicates share, and that stays open when this one closes. */
export abstract class SharedEndpoint<S extends SharedSocket>
  extends DescriptorRefusals {
  protected readonly socket: S;
  #isClosed = false;
  #observers: Observers | undefined;

  /** Creates a new endpoint on `socket`. */
  constructor(socket: S) {
    super();
    this.socket = socket;
  }

  get driver(): string {
    return this.socket.transport.driver;
  }

  get family(): number {
    return this.socket.family;
  }

  get type(): number {
    return this.socket.type;
  }

  get proto(): number {
    return this.socket.proto;
  }

  poll(events: number): number {
    if (this.#isClosed) return POLLNVAL;
    return this.readiness() & (events | POLLERR | POLLHUP);
  }

  observe(events: number, observer: () => void, holds: boolean): () => void {
    const stop = this.observeReadiness(events, observer, holds);
    return (this.#observers ??= new Observers()).add(observer, stop);
  }

  detach(): unknown {
    const resource = this.socket.detach();
    this.end();
    return resource;
  }

  /** Whether this endpoint is closed. */
  protected get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Closes this endpoint, and tells everyone who observes it. */
  protected end(): void {
    this.#isClosed = true;
    this.#observers?.notify();
  }

  /** Returns the events that `poll` reports of the socket. */
  protected abstract readiness(): number;

  /** Calls `observer` at every event that may change them, until the returned function is called. */
  protected abstract observeReadiness(
    events: number,
    observer: () => void,
    holds: boolean,
  ): () => void;
}
