// The load where there is none of C: over TLS, and where nothing compiles C.

import { during } from "./during.ts";
import type { Load, Work } from "./load.ts";

// How long a turn may take longer than it should; seconds.
const PATIENCE = 5;

type Step = () => Promise<void>;

/** Clients of plain Deno in this process; those of TLS trust `authority`, in PEM. */
export async function denoLoad(
  work: Work,
  port: number,
  authority?: string,
): Promise<Load> {
  const address = { hostname: "127.0.0.1", port };
  const open = async () => {
    const conn = await Deno.connect(address);
    // Or the end of a bulk transfer would wait for the server's kernel: without this
    // Deno.connectTls measures delayed acknowledgements.
    conn.setNoDelay(true);
    if (authority === undefined) return conn;
    const caCerts = [authority];
    return await Deno.startTls(conn, { hostname: address.hostname, caCerts });
  };
  const conns: { close(): void }[] = [];
  const close = () => conns.splice(0).forEach((conn) => conn.close());
  // One after another, for a server's queue of new connections is short.
  const steps: Step[] = [];
  for (let i = 0; i < severalOf(work); i++) {
    if (work.mode === "connections") {
      steps.push(() => reconnect(open, work.bytes));
    } else if (work.mode === "datagrams") {
      const conn = Deno.listenDatagram({
        transport: "udp",
        hostname: "127.0.0.1",
        port: 0,
      });
      conns.push(conn);
      steps.push(datagrams(conn, { ...address, transport: "udp" }, work.bytes));
    } else {
      const conn = await open();
      conns.push(conn);
      steps.push(stream(conn, work));
    }
  }
  return {
    async turn(seconds) {
      // A lost datagram, or a server that says nothing, ends the benchmark.
      const timer = setTimeout(close, (seconds + PATIENCE) * 1000);
      try {
        return await during(seconds, steps.length, (index) => steps[index]);
      } finally {
        clearTimeout(timer);
      }
    },
    [Symbol.asyncDispose]() {
      close();
      return Promise.resolve();
    },
  };
}

function severalOf(work: Work): number {
  switch (work.mode) {
    case "echo":
      return work.connections;
    case "datagrams":
      return work.sockets;
    case "connections":
      return work.atOnce;
    default:
      return 1;
  }
}

function stream(
  conn: Deno.Conn,
  work: Work & { mode: "echo" | "drain" | "fill" },
): Step {
  if (work.mode === "echo") {
    const { bytes, lines = 1 } = work;
    const message = makeLines(bytes, lines);
    const back = new Uint8Array(bytes * lines);
    return async () => {
      await writeAll(conn, message);
      await readAll(conn, back, back.length);
    };
  }
  const byte = new Uint8Array(1);
  const { total } = work;
  if (work.mode === "fill") {
    const buffer = new Uint8Array(2 ** 18);
    return async () => {
      await writeAll(conn, byte);
      await readAll(conn, buffer, total);
    };
  }
  const chunk = new Uint8Array(work.size).fill(97);
  return async () => {
    for (let sent = 0; sent < total; sent += chunk.length) {
      await writeAll(conn, chunk);
    }
    await readAll(conn, byte, 1);
  };
}

async function reconnect(
  open: () => Promise<Deno.Conn>,
  bytes: number,
): Promise<void> {
  using conn = await open();
  await writeAll(conn, makeLines(bytes, 1));
  await readAll(conn, new Uint8Array(bytes), bytes);
  await conn.closeWrite();
  if (await conn.read(new Uint8Array(1)) !== null) {
    throw new Error("Cannot go on: a server sent more than it got");
  }
}

function datagrams(
  conn: Deno.DatagramConn,
  server: Deno.NetAddr,
  bytes: number,
): Step {
  const message = makeLines(bytes, 1);
  const buffer = new Uint8Array(bytes);
  return async () => {
    await conn.send(message, server);
    await conn.receive(buffer);
  };
}

/** Lines that are sent at once, for servers of lines answer a line. */
function makeLines(bytes: number, lines: number): Uint8Array {
  const message = new Uint8Array(bytes * lines).fill(97);
  for (let line = 1; line <= lines; line++) message[line * bytes - 1] = 10;
  return message;
}

async function writeAll(conn: Deno.Conn, data: Uint8Array): Promise<void> {
  let sent = await conn.write(data);
  while (sent < data.length) sent += await conn.write(data.subarray(sent));
}

/** Reads `size` bytes, if the buffer is smaller one part over the other. */
async function readAll(
  conn: Deno.Conn,
  buffer: Uint8Array,
  size: number,
): Promise<void> {
  for (let rest = size; rest > 0;) {
    const count = await conn.read(buffer.subarray(0, rest));
    if (count === null) throw new Error("Cannot go on: a server hung up");
    rest -= count;
  }
}
