// A driver without a network: connections succeed, fail or hang as the test
// says, and all that happens is written down.
import { AF_INET, AF_INET6, SOCK_STREAM } from "../../socket/mod.ts";
import type {
  Address,
  AddressInfo,
  AddressInfoHints,
  Driver,
  Endpoint,
  InetAddress,
  Machine,
  Names,
  Services,
  Wait,
} from "../../socket/mod.ts";
import { osError } from "../../socket/errors.ts";

/** What becomes of a connection attempt: it connects, fails with a code, or waits for `settle`. */
export type Fate = "connects" | "hangs" | (string & Record<never, never>);

/** An endpoint that has only what its test gives it. */
export class FakeEndpoint {
  readonly family: number;
  readonly type: number;
  readonly proto: number;
  readonly resource = undefined;
  readonly #driver: FakeDriver;
  #closed = false;
  #peer: Address | undefined;
  #reject: ((error: unknown) => void) | undefined;

  constructor(driver: FakeDriver, family: number, type: number, proto: number) {
    this.#driver = driver;
    this.family = family;
    this.type = type;
    this.proto = proto;
    driver.open_++;
  }

  bind(address: Address): void {
    this.#driver.note(`bind ${(address as InetAddress)[0]}`);
  }

  setsockopt(): void {}

  listen(): void {
    this.#driver.note("listen");
  }

  async connect(address: Address, wait: Wait | undefined): Promise<void> {
    const driver = this.#driver;
    const [host] = address as InetAddress;
    driver.note(`connect ${host}`);
    const fate = driver.fates[host];
    if (wait?.deadline === -Infinity) {
      throw osError({ code: "EINPROGRESS", syscall: "connect", address });
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const abort = () => {
      driver.note(`give up ${host}`);
      reject(wait!.signal!.reason);
    };
    this.#reject = reject;
    if (fate === "connects") resolve();
    else if (fate === "hangs") driver.hanging.set(host, resolve);
    else reject(osError({ code: fate, syscall: "connect", address }));
    wait?.signal?.addEventListener("abort", abort);
    try {
      await promise;
      this.#peer = address;
    } finally {
      wait?.signal?.removeEventListener("abort", abort);
    }
  }

  getpeername(): Address {
    if (this.#peer !== undefined) return this.#peer;
    throw osError({ code: "ENOTCONN", syscall: "getpeername" });
  }

  close(): Promise<void> {
    if (!this.#closed) this.#driver.open_--;
    this.#closed = true;
    this.#reject?.(osError({ code: "EBADF", syscall: "connect" }));
    return Promise.resolve();
  }
}

/** What no test has asked of the driver so far. */
function unscripted(): never {
  throw osError({ code: "EOPNOTSUPP", syscall: "getaddrinfo" });
}

/** A driver whose answers are scripted. */
export class FakeDriver implements Driver {
  readonly name = "fake";
  /** What becomes of a connection, by the host. */
  readonly fates: Record<string, Fate>;
  /** What happened, with the milliseconds since the beginning where a clock is given. */
  readonly log: string[] = [];
  /** How many endpoints are open. */
  open_ = 0;
  /** Lets an attempt that hangs connect, by the host. */
  readonly hanging = new Map<string, () => void>();
  /** What a look-up throws, if it is to fail. */
  lookUpError: unknown;
  #begin = 0;
  readonly #now: () => number;

  constructor(fates: Record<string, Fate>, now: () => number = () => 0) {
    this.fates = fates;
    this.#now = now;
    this.#begin = now();
  }

  note(event: string): void {
    this.log.push(`${this.#now() - this.#begin} ${event}`);
  }

  open(family: number, type: number, proto: number): Endpoint {
    return new FakeEndpoint(this, family, type, proto) as unknown as Endpoint;
  }

  pair(): never {
    throw osError({ code: "EOPNOTSUPP", syscall: "socketpair" });
  }

  connect(host: string, port: number): Promise<Endpoint> {
    const endpoint = this.open(AF_INET, SOCK_STREAM, 0);
    return endpoint.connect([host, port], undefined).then(() => endpoint);
  }

  closeDescriptor(): never {
    throw osError({ code: "EOPNOTSUPP", syscall: "close" });
  }

  dupDescriptor(): never {
    throw osError({ code: "EOPNOTSUPP", syscall: "dup" });
  }

  file(): never {
    throw osError({ code: "EOPNOTSUPP", syscall: "use" });
  }

  epoll(): never {
    throw osError({ code: "EOPNOTSUPP", syscall: "socket" });
  }

  adopt(): never {
    throw osError({ code: "ENOTSOCK", syscall: "fromfd" });
  }

  readonly names: Names = {
    getaddrinfo: (host, port, hints) => this.#lookUp(host, port, hints),
    getnameinfo: unscripted,
    gethostbyname: unscripted,
    gethostbyaddr: unscripted,
  };
  readonly services: Services = {
    findPort: unscripted,
    findService: unscripted,
    findProtocol: unscripted,
  };
  readonly machine: Machine = {
    gethostname: unscripted,
    sethostname: unscripted,
    ifNameindex: unscripted,
    ifNametoindex: unscripted,
    ifIndextoname: unscripted,
  };

  /** Finds the hosts of `fates`, in their order; those with a colon are IPv6. */
  #lookUp(
    host: string | null,
    port: string | number | null,
    { family, type }: AddressInfoHints,
  ): Promise<AddressInfo[]> {
    this.note(`look up ${host} ${family} ${type === SOCK_STREAM}`);
    if (this.lookUpError) return Promise.reject(this.lookUpError);
    return Promise.resolve(
      Object.keys(this.fates).map((host): AddressInfo =>
        host.includes(":")
          ? [AF_INET6, SOCK_STREAM, 6, "", [host, Number(port), 0, 0]]
          : [2, SOCK_STREAM, 6, "", [host, Number(port)]]
      ),
    );
  }
}
