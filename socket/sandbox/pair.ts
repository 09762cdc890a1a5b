import type { Address } from "../address.ts";
import { AF_INET, AF_INET6, AF_UNIX } from "../constants/mod.ts";
import type { DatagramSocket } from "../endpoint/datagram_socket.ts";
import type { StreamSocket } from "../endpoint/stream_socket.ts";
import { netFlag } from "../permissions.ts";
import { type Wait, withDeadline } from "../wait.ts";
import { translate } from "./errors.ts";
import { openDatagram, openStream } from "./open.ts";

const fields = { syscall: "socketpair", subject: "a socket pair" };

/** Creates two streams that are connected to each other. */
export async function pairStreams(
  family: number = AF_INET,
  type: number,
  proto: number,
  wait: Wait | undefined,
): Promise<[StreamSocket, StreamSocket]> {
  const one = openStream(family, type, proto);
  const other = openStream(family, type, proto);
  const pairing = connectPair(one, other);
  try {
    await withDeadline(pairing, wait, fields);
  } catch (error) {
    // Close what the pairing still opens, once it has ended.
    const close = () => Promise.all([one.close(), other.close()]);
    pairing.then(close, close);
    throw error;
  }
  return [one, other];
}

/** Creates two datagram sockets that are each other's peers. */
export async function pairDatagrams(
  family: number = AF_INET,
  type: number,
  proto: number,
): Promise<[DatagramSocket, DatagramSocket]> {
  const one = openDatagram(family, type, proto);
  const other = openDatagram(family, type, proto);
  try {
    // A connected socket ignores datagrams of any other program that finds its
    // port.
    one.bind(family === AF_UNIX ? "" : loopback(family));
    other.bind(family === AF_UNIX ? "" : loopback(family));
    await one.connect(other.local, undefined);
    await other.connect(one.local, undefined);
    return [one, other];
  } catch (error) {
    await Promise.all([one.close(), other.close()]);
    throw error;
  }
}

/** Connects two sockets through a listener for this pair only. */
async function connectPair(
  one: StreamSocket,
  other: StreamSocket,
): Promise<void> {
  const { transport, family } = one;
  const isUnix = family === AF_UNIX;
  const here = isUnix ? `\0${crypto.randomUUID()}` : loopback(family);
  const { signal } = new AbortController();
  try {
    const options = { backlog: undefined, reusePort: false };
    const listener = transport.listen(here, options);
    try {
      one.establish(
        await transport.connect(listener.local, undefined, true, signal),
      );
      while (other.conn === undefined) {
        const connection = await listener.accept();
        // Another program may have connected to the port first.
        const isPeer = isUnix || connection.peer[1] === one.local![1];
        if (isPeer) other.establish(connection);
        else connection.conn.close();
      }
    } finally {
      listener.close();
    }
  } catch (error) {
    const flag = isUnix ? "--allow-net" : netFlag([String(here[0])]);
    throw translate(error, fields, flag);
  }
}

/** Returns the loopback address with port 0, any free port. */
function loopback(family: number): Address {
  return family === AF_INET6 ? ["::1", 0, 0, 0] : ["127.0.0.1", 0];
}
