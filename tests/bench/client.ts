// The client of every peer over TCP: plain Deno.Conn.

import { during, type Rate } from "./during.ts";

/** Connections to one server; disposing of them closes them. */
export class Client implements Disposable {
  readonly #conns: Deno.Conn[] = [];

  /**
   * Opens `count` connections.
   *
   * @param authority Whom to trust, in PEM: the connections are of TLS then.
   */
  static async connect(
    port: number,
    count: number,
    authority?: string,
  ): Promise<Client> {
    const client = new Client();
    // One after another, for the server's queue of new connections is short.
    while (client.#conns.length < count) {
      client.#conns.push(await open(port, authority));
    }
    return client;
  }

  /**
   * Opens a connection, does one round trip on it and closes it, again and again,
   * `count` at the same time.
   *
   * @returns How many connections there were, and how many a second.
   */
  static async reconnect(
    port: number,
    count: number,
    bytes: number,
    seconds: number,
  ): Promise<Rate> {
    const message = line(bytes);
    return await during(seconds, count, () => async () => {
      using conn = await Deno.connect({ hostname: "127.0.0.1", port });
      await writeAll(conn, message);
      await readAll(conn, new Uint8Array(bytes));
    });
  }

  /**
   * Sends `bytes` bytes on each connection and waits until they are back, again
   * and again.
   *
   * @returns How many round trips there were, and how many a second.
   */
  async echo(bytes: number, seconds: number): Promise<Rate> {
    const message = line(bytes);
    return await during(seconds, this.#conns.length, (index) => {
      const conn = this.#conns[index];
      const buffer = new Uint8Array(bytes);
      return async () => {
        await writeAll(conn, message);
        await readAll(conn, buffer);
      };
    });
  }

  /**
   * Sends `total` bytes, `size` at a time, and waits for one byte in return,
   * again and again.
   *
   * @returns How many times, and how many times a second.
   */
  async send(size: number, total: number, seconds: number): Promise<Rate> {
    const chunk = new Uint8Array(size).fill(97);
    return await during(seconds, this.#conns.length, (index) => {
      const conn = this.#conns[index];
      const buffer = new Uint8Array(1);
      return async () => {
        for (let sent = 0; sent < total; sent += size) {
          await writeAll(conn, chunk);
        }
        await readAll(conn, buffer);
      };
    });
  }

  /** Lets every connection do a round trip, so that it has been used. */
  async touch(): Promise<void> {
    const message = new Uint8Array(64);
    for (const conn of this.#conns) {
      await writeAll(conn, message);
      await readAll(conn, new Uint8Array(message.length));
    }
  }

  [Symbol.dispose](): void {
    for (const conn of this.#conns) conn.close();
  }
}

function open(port: number, authority?: string): Promise<Deno.Conn> {
  const address = { hostname: "127.0.0.1", port };
  return authority === undefined
    ? Deno.connect(address)
    : Deno.connectTls({ ...address, caCerts: [authority] });
}

/** A message that ends as lines do, for servers that read lines. */
function line(bytes: number): Uint8Array {
  const message = new Uint8Array(bytes).fill(97);
  message[bytes - 1] = 10;
  return message;
}

async function writeAll(conn: Deno.Conn, data: Uint8Array): Promise<void> {
  let sent = await conn.write(data);
  while (sent < data.length) sent += await conn.write(data.subarray(sent));
}

async function readAll(conn: Deno.Conn, buffer: Uint8Array): Promise<void> {
  for (let got = 0; got < buffer.length;) {
    const count = await conn.read(got === 0 ? buffer : buffer.subarray(got));
    if (count === null) throw new Error("Cannot go on: a server hung up");
    got += count;
  }
}
