import type { Address } from "../../address.ts";
import type { Accepted, Endpoint } from "../../driver.ts";
import { Delegate } from "../../endpoint/delegate.ts";
import { StreamEndpoint } from "../../endpoint/stream_endpoint.ts";
import type { StreamSocket } from "../../endpoint/stream_socket.ts";
import { osError } from "../../errors.ts";
import type { Wait } from "../../wait.ts";
import { connectionOf, listenOn } from "./descriptor.ts";

/**
 * A Unix descriptor that the process was started with. Listening on a
 * connection closes it (Deno 2.9), so the first call that fits only a listener,
 * or only a connection, decides which it is.
 */
class UnixDescriptor {
  readonly socket: StreamSocket;
  #undecided: number | undefined;

  constructor(descriptor: number, socket: StreamSocket) {
    this.#undecided = descriptor;
    this.socket = socket;
    socket.local = "";
  }

  /** The descriptor's number, until a call has decided which it is. */
  get undecided(): number | undefined {
    return this.#undecided;
  }

  becomeListener(syscall: string): void {
    const descriptor = this.#undecided;
    if (descriptor === undefined) return;
    this.#undecided = undefined;
    const listener = listenOn(descriptor);
    if (listener === undefined) {
      const subject = `on descriptor ${descriptor}`;
      const hint = "it is a connection, or not a socket";
      throw osError({ code: "EINVAL", syscall, subject, hint });
    }
    this.socket.hold(listener);
    this.socket.listen(undefined);
  }

  becomeConnection(): void {
    const descriptor = this.#undecided;
    if (descriptor === undefined) return;
    this.#undecided = undefined;
    this.socket.establish(connectionOf(descriptor, true));
  }
}

/** One endpoint on a Unix descriptor; its calls decide which it is. */
class UnixDescriptorEndpoint extends Delegate {
  readonly #descriptor: UnixDescriptor;

  constructor(descriptor: UnixDescriptor, inner: Endpoint) {
    super(inner);
    this.#descriptor = descriptor;
  }

  override listen(backlog: number | undefined): void {
    this.#descriptor.becomeListener("listen");
    super.listen(backlog);
  }

  override async accept(wait: Wait | undefined): Promise<Accepted> {
    this.#descriptor.becomeListener("accept");
    return await super.accept(wait);
  }

  override connect(
    ...args: Parameters<Endpoint["connect"]>
  ): ReturnType<Endpoint["connect"]> {
    return this.#connected(() => super.connect(...args));
  }

  override recv(
    ...args: Parameters<Endpoint["recv"]>
  ): ReturnType<Endpoint["recv"]> {
    return this.#connected(() => super.recv(...args));
  }

  override recvInto(
    ...args: Parameters<Endpoint["recvInto"]>
  ): ReturnType<Endpoint["recvInto"]> {
    return this.#connected(() => super.recvInto(...args));
  }

  override recvfrom(
    ...args: Parameters<Endpoint["recvfrom"]>
  ): ReturnType<Endpoint["recvfrom"]> {
    return this.#connected(() => super.recvfrom(...args));
  }

  override recvmsg(
    ...args: Parameters<Endpoint["recvmsg"]>
  ): ReturnType<Endpoint["recvmsg"]> {
    return this.#connected(() => super.recvmsg(...args));
  }

  override recvmsgInto(
    ...args: Parameters<Endpoint["recvmsgInto"]>
  ): ReturnType<Endpoint["recvmsgInto"]> {
    return this.#connected(() => super.recvmsgInto(...args));
  }

  override send(
    ...args: Parameters<Endpoint["send"]>
  ): ReturnType<Endpoint["send"]> {
    return this.#connected(() => super.send(...args));
  }

  override sendall(
    ...args: Parameters<Endpoint["sendall"]>
  ): ReturnType<Endpoint["sendall"]> {
    return this.#connected(() => super.sendall(...args));
  }

  override sendmsg(
    ...args: Parameters<Endpoint["sendmsg"]>
  ): ReturnType<Endpoint["sendmsg"]> {
    return this.#connected(() => super.sendmsg(...args));
  }

  override shutdown(how: number): void {
    this.#descriptor.becomeConnection();
    super.shutdown(how);
  }

  override getpeername(): Address {
    this.#descriptor.becomeConnection();
    return super.getpeername();
  }

  override poll(events: number): number {
    this.#descriptor.becomeConnection();
    return super.poll(events);
  }

  override observe(
    ...args: Parameters<Endpoint["observe"]>
  ): ReturnType<Endpoint["observe"]> {
    this.#descriptor.becomeConnection();
    return super.observe(...args);
  }

  override dup(): Endpoint {
    return new UnixDescriptorEndpoint(this.#descriptor, super.dup());
  }

  override detach(): unknown {
    const { undecided, socket } = this.#descriptor;
    return undecided !== undefined && socket.handles === 1
      ? undecided
      : super.detach();
  }

  override async close(): Promise<void> {
    if (this.#descriptor.socket.handles === 1) {
      // Node closes only a descriptor that it has taken over, as one or the
      // other.
      try {
        this.#descriptor.becomeConnection();
      } catch {
        // Other code has taken over or closed the descriptor, so there is
        // nothing to close.
      }
    }
    await super.close();
  }

  // deno-lint-ignore require-await -- what becomeConnection throws rejects
  async #connected<T>(call: () => Promise<T>): Promise<T> {
    this.#descriptor.becomeConnection();
    return call();
  }
}

/** Creates an endpoint for a Unix descriptor and the unbound socket that will represent it. */
export function unixDescriptor(
  descriptor: number,
  socket: StreamSocket,
): Endpoint {
  return new UnixDescriptorEndpoint(
    new UnixDescriptor(descriptor, socket),
    new StreamEndpoint(socket),
  );
}
