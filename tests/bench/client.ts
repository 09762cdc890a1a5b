// The client of every peer: plain Deno.Conn.

/** Connections to one server; disposing of them closes them. */
export class Client implements Disposable {
  readonly #conns: Deno.Conn[] = [];

  /** Opens `count` connections. */
  static async connect(port: number, count: number): Promise<Client> {
    const client = new Client();
    // One after another, for the server's queue of new connections is short.
    while (client.#conns.length < count) {
      client.#conns.push(await Deno.connect({ hostname: "127.0.0.1", port }));
    }
    return client;
  }

  /**
   * Sends `bytes` bytes on each connection and waits until they are back, again
   * and again.
   *
   * @returns How many round trips there were, and how many a second.
   */
  async echo(
    bytes: number,
    seconds: number,
  ): Promise<{ count: number; rate: number }> {
    const message = new Uint8Array(bytes).fill(97);
    return await this.#during(seconds, async (conn, buffer) => {
      await writeAll(conn, message);
      await readAll(conn, buffer);
    }, bytes);
  }

  /**
   * Sends `total` bytes, `size` at a time, and waits for one byte in return,
   * again and again.
   *
   * @returns How many times, and how many times a second.
   */
  async send(
    size: number,
    total: number,
    seconds: number,
  ): Promise<{ count: number; rate: number }> {
    const chunk = new Uint8Array(size).fill(97);
    return await this.#during(seconds, async (conn, buffer) => {
      for (let sent = 0; sent < total; sent += size) {
        await writeAll(conn, chunk);
      }
      await readAll(conn, buffer);
    }, 1);
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

  async #during(
    seconds: number,
    step: (conn: Deno.Conn, buffer: Uint8Array) => Promise<void>,
    size: number,
  ): Promise<{ count: number; rate: number }> {
    let count = 0;
    let going = true;
    const timer = setTimeout(() => going = false, seconds * 1000);
    const start = performance.now();
    try {
      await Promise.all(this.#conns.map(async (conn) => {
        const buffer = new Uint8Array(size);
        while (going) {
          await step(conn, buffer);
          count++;
        }
      }));
    } finally {
      clearTimeout(timer);
    }
    return { count, rate: count * 1000 / (performance.now() - start) };
  }
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
