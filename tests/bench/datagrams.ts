// The client of every peer over UDP: plain Deno.DatagramConn.

import { during, type Rate } from "./during.ts";

// How long a turn may take longer than it should; seconds.
const PATIENCE = 5;

/**
 * Sends a datagram and waits until it is back, again and again, from `count`
 * sockets at the same time.
 *
 * @returns How many datagrams there were, and how many a second.
 * @throws {Error} If one was lost, which on one machine is rare.
 */
export async function echoDatagrams(
  port: number,
  count: number,
  bytes: number,
  seconds: number,
): Promise<Rate> {
  const server = { transport: "udp", hostname: "127.0.0.1", port } as const;
  const conns = Array.from(
    { length: count },
    () =>
      Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 }),
  );
  const message = new Uint8Array(bytes).fill(97);
  let isLate = false;
  const close = () => conns.splice(0).forEach((conn) => conn.close());
  const timer = setTimeout(() => {
    isLate = true;
    close();
  }, (seconds + PATIENCE) * 1000);
  try {
    return await during(seconds, count, (index) => {
      const conn = conns[index];
      const buffer = new Uint8Array(bytes);
      return async () => {
        await conn.send(message, server);
        await conn.receive(buffer);
      };
    });
  } catch (cause) {
    if (!isLate) throw cause;
    throw new Error("Cannot go on: a datagram was lost", { cause });
  } finally {
    clearTimeout(timer);
    close();
  }
}
