import type { Address, Inet6Address, InetAddress } from "./address.ts";
import { checkAddress } from "./check_address.ts";
import { AF_INET, AF_INET6, AF_UNSPEC, SOCK_STREAM } from "./constants/mod.ts";
import type { Driver } from "./driver.ts";
import { driverFor } from "./drivers.ts";
import { withCaller } from "./caller.ts";
import { OSError, PermissionError, timedOut } from "./errors.ts";
import { encodeHost } from "./text/idna.ts";
import { type Socket, socketOver } from "./socket.ts";
import {
  checkTimeout,
  getdefaulttimeout,
  type Wait,
  waitOf,
  type WaitOptions,
  watch,
} from "./wait.ts";

/** Options of {@linkcode createConnection}. */
export interface CreateConnectionOptions extends WaitOptions {
  /**
   * Seconds for all addresses together, and afterwards the socket's timeout;
   * `null` means for ever.
   * @default {getdefaulttimeout()}
   */
  timeout?: number | null;
  /** The local address to connect from. */
  sourceAddress?: readonly [host: string, port: number];
  /**
   * Whether to throw an `AggregateError` with the error of every address,
   * instead of the last error.
   * @default {false}
   */
  allErrors?: boolean;
  /** The driver to use; the program's default driver if omitted. */
  driver?: Driver;
}

/** The type of the socket that {@linkcode createConnection} returns. */
export type ConnectedSocket = Socket<InetAddress | Inet6Address, null>;

type Candidate = readonly [
  family: number,
  address: InetAddress | Inet6Address,
];

/** What each attempt needs to know. */
interface AttemptOptions
  extends Pick<CreateConnectionOptions, "sourceAddress" | "timeout"> {
  readonly driver: Driver;
}

// RFC 8305's recommended Connection Attempt Delay; milliseconds.
const ATTEMPT_DELAY = 250;

/**
 * Connects to a TCP service by name or number.
 *
 * If the name has several addresses, it tries them as RFC 8305 ("Happy
 * Eyeballs") says: IPv6 and IPv4 in turn, the next one 250 milliseconds after
 * the last or as soon as one fails; the first connection wins. Python tries one
 * address after another, each with its own timeout; here one timeout covers
 * all.
 *
 * @param address Host and port. Without permission to look up the name, Deno
 * connects by name, so `--allow-net=host:port` suffices.
 * @param options `timeout`, `sourceAddress`, `allErrors`, `driver`; `signal`
 * cancels the call when it aborts.
 * @returns The connected socket.
 * @throws {OSError} As {@linkcode Socket.connect}, for the last address; if
 * several failed, `cause` is an `AggregateError` of all their errors.
 * @throws {TimeoutError} If the timeout runs out.
 * @throws {gaierror} If the host is not known.
 *
 * @example Usage
 * ```ts
 * import { createConnection, createServer } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * using server = createServer(["127.0.0.1", 0]);
 * using s = await createConnection(server.getsockname(), { timeout: 5 });
 * assertEquals(s.getpeername(), server.getsockname());
 * ```
 *
 * Port of [`socket.create_connection`](https://docs.python.org/3/library/socket.html#socket.create_connection), RFC 8305.
 */
export async function createConnection(
  address: readonly [host: string, port: number],
  options: CreateConnectionOptions = {},
): Promise<ConnectedSocket> {
  const { timeout = getdefaulttimeout(), allErrors = false, signal } = options;
  checkTimeout("createConnection", timeout);
  checkAddress<InetAddress>("createConnection", AF_INET, address);
  if (options.sourceAddress !== undefined) {
    checkAddress("createConnection", AF_INET, options.sourceAddress);
  }
  signal?.throwIfAborted();
  const wait = waitOf(timeout || null, signal);
  const driver = driverFor(options.driver);
  const found = await candidates(address, driver, wait);
  const errors: unknown[] = [];
  const run = (found: readonly Candidate[]) =>
    race(found, errors, { ...options, timeout, driver }, wait);
  try {
    const connected = await run(found).catch((error) => {
      // Permission may cover the name but not its numbers.
      const isName = found.every(([, [host]]) => host !== address[0]);
      // Only an attempt's own error is in the list: a deadline or an abort is
      // not.
      const refused = errors.includes(error) && errors.some(isPermissionError);
      if (!isName || !refused) throw error;
      errors.length = 0;
      return run(byName(address));
    });
    connected.settimeout(timeout);
    return connected;
  } catch (error) {
    withCaller(error);
    if (signal?.aborted && error === signal.reason) throw error;
    if (errors.length === 0) throw error;
    const all = new AggregateError(
      errors.includes(error) ? errors : [...errors, error],
      `Cannot connect to "${address[0]}:${
        address[1]
      }": ${errors.length} of ${found.length} addresses failed`,
    );
    if (allErrors) throw all;
    if (error instanceof OSError && all.errors.length > 1) error.cause = all;
    throw error;
  }
}

/** Returns the addresses to try, in the order of the look-up, alternating between the families. */
async function candidates(
  [host, port]: readonly [host: string, port: number],
  driver: Driver,
  wait: Wait | undefined,
): Promise<Candidate[]> {
  let found: Candidate[];
  try {
    const hints = { family: AF_UNSPEC, type: SOCK_STREAM, proto: 0, flags: 0 };
    const infos = await driver.names.getaddrinfo(
      encodeHost(host),
      port,
      hints,
      wait,
    );
    found = infos.map(([family, , , , address]) =>
      [family, address as InetAddress | Inet6Address] as const
    );
  } catch (error) {
    if (!isPermissionError(error)) throw error;
    // The permission to connect by name may be there although the one to look
    // it up is not.
    return byName([host, port]);
  }
  const first = found.filter(([family]) => family === found[0][0]);
  const second = found.filter(([family]) => family !== found[0][0]);
  return first.flatMap((one, index) => [one, ...second.slice(index, index + 1)])
    .concat(second.slice(first.length));
}

/** Returns the name itself, which the driver looks up when it connects. */
function byName([host, port]: readonly [string, number]): Candidate[] {
  return [[AF_UNSPEC, [host, port]]];
}

function isPermissionError(error: unknown): boolean {
  return error instanceof PermissionError;
}

/** Runs the attempts as RFC 8305 says; rejects with the last error, a TimeoutError or the signal's reason. */
function race(
  found: readonly Candidate[],
  errors: unknown[],
  options: AttemptOptions,
  wait: Wait | undefined,
): Promise<ConnectedSocket> {
  const rest = found.values();
  const losers = new AbortController();
  let running = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  return new Promise((resolve, reject) => {
    let over = false;
    const stop = wait && watch(
      wait,
      () =>
        end(() =>
          reject(timedOut({ syscall: "connect", address: found[0][1] }))
        ),
      (reason) => end(() => reject(reason)),
    );
    function end(settle: () => void): void {
      if (over) return;
      over = true;
      clearTimeout(timer);
      stop?.();
      settle();
      losers.abort();
    }
    function next(): void {
      clearTimeout(timer);
      const candidate = rest.next();
      if (candidate.done) return;
      running++;
      timer = setTimeout(next, ATTEMPT_DELAY);
      attempt(candidate.value, options, losers.signal).then(
        (connected) => {
          if (over) connected.close();
          end(() => resolve(connected));
        },
        (error) => {
          if (over) return;
          errors.push(error);
          next();
          if (--running === 0) end(() => reject(error));
        },
      );
    }
    next();
  });
}

async function attempt(
  [family, address]: Candidate,
  { sourceAddress, driver, timeout }: AttemptOptions,
  signal: AbortSignal,
): Promise<ConnectedSocket> {
  // As in Python, a timeout of 0 makes the attempt fail with EINPROGRESS.
  const wait = waitOf(timeout === 0 ? 0 : null, signal);
  if (family === AF_UNSPEC && sourceAddress === undefined) {
    const [host, port] = address;
    return socketOver(await driver.connect(host, port, wait), driver);
  }
  const isV6 = family === AF_UNSPEC && sourceAddress![0].includes(":");
  const own = isV6 ? AF_INET6 : family || AF_INET;
  const endpoint = driver.open(own, SOCK_STREAM, 0);
  try {
    if (sourceAddress !== undefined) {
      endpoint.bind(checkAddress("createConnection", own, sourceAddress));
    }
    const to = checkAddress<Address>("createConnection", own, address);
    await endpoint.connect(to, wait);
    return socketOver(endpoint, driver);
  } catch (error) {
    endpoint.close();
    throw error;
  }
}
